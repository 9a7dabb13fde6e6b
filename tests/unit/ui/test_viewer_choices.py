"""What can be chosen for a picture: windows, and other viewers."""

import pytest

from core.errors import InvalidRequest
from core.types import Tags
from imaging.presets import CT_PRESETS
from radseek.settings import load_settings
from ui.viewer.links import links
from ui.viewer.windows import Preset, presets

UIDS = Tags(study_uid="1.2", series_uid="1.3", sop_uid="1.4")


def test_further_windows_of_the_file_come_before_those_of_ct():
    found = presets(Tags(modality="CT", windows="40/400 ABDOMEN; 60/150 BRAIN; -600/1500"))
    assert found[:2] == [Preset("BRAIN", 60, 150, True), Preset("", -600, 1500, True)]
    names = [preset.name for preset in found[2:]]
    # Those that the file has are not offered twice.
    assert names == [name for name in CT_PRESETS if name not in ("lung", "soft-tissue")]


def test_another_modality_has_the_windows_of_its_file_alone():
    assert presets(Tags(modality="MR", windows="300/600")) == []
    assert presets(Tags(modality="MR", windows="300/600; 0/0 BAD; 1e+03/2.5e+03 WIDE")) == [
        Preset("WIDE", 1000, 2500, True)
    ]


def test_a_link_has_the_identifiers_where_its_template_asks_for_them():
    viewers = {
        "OHIF": "https://pacs/viewer?StudyInstanceUIDs={study_uid}",
        "W": "weasis://{sop_uid}",
    }
    assert links(viewers, UIDS) == {
        "OHIF": "https://pacs/viewer?StudyInstanceUIDs=1.2",
        "W": "weasis://1.4",
    }


def test_an_identifier_cannot_change_the_address():
    hostile = Tags(study_uid="1/../?a&b#", series_uid="1", sop_uid="1")
    assert links({"X": "https://pacs/{study_uid}"}, hostile) == {
        "X": "https://pacs/1%2F..%2F%3Fa%26b%23"
    }


def test_made_up_identifiers_lead_nowhere():
    made_up = Tags(study_uid="2.25.1", derived_uids="study")
    assert links({"X": "https://pacs/{study_uid}"}, made_up) == {}


@pytest.mark.parametrize(
    "template", ["javascript:alert({study_uid})", "https://pacs/{patient}", "https://pacs/{"]
)
def test_a_template_that_is_no_address_of_a_viewer_is_refused(template, tmp_path):
    with pytest.raises(InvalidRequest, match="no address of a viewer"):
        load_settings(home=tmp_path, viewers={"X": template})
