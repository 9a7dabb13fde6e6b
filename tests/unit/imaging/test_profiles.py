import pickle

import pytest

from core.errors import CardMismatch
from imaging.presets import CT_PRESETS
from imaging.profiles import MI2_COMPAT, PROFILES, VOI, profile_of
from imaging.rules import Rules, View


def test_a_profile_is_stored_by_its_name_and_version():
    assert [profile.id for profile in (VOI, MI2_COMPAT)] == ["voi-2", "mi2-compat-1"]
    assert {"voi": VOI, "mi2-compat": MI2_COMPAT} == PROFILES


@pytest.mark.parametrize("profile", [VOI, MI2_COMPAT])
def test_a_stored_profile_is_found_again(profile):
    assert profile_of(profile.id) is profile


def test_a_profile_of_an_older_version_is_refused_with_those_that_are_known():
    with pytest.raises(CardMismatch) as caught:
        profile_of("voi-1")
    assert "'voi-1'" in str(caught.value)
    assert "voi-2 and mi2-compat-1" in str(caught.value)
    assert "Make it anew: radseek reindex" in str(caught.value)


def test_rules_cross_to_a_worker_as_they_are():
    rules = Rules(profile=MI2_COMPAT, default_charset="gb18030")
    assert pickle.loads(pickle.dumps(rules)) == rules  # noqa: S301


@pytest.mark.parametrize(
    ("asked", "frames", "shown"), [(None, 9, 4), (None, 1, 0), (3, 9, 3), (99, 9, 8), (-1, 9, 0)]
)
def test_a_view_without_a_frame_shows_the_middle_one_and_none_lies_outside(asked, frames, shown):
    assert View(frame=asked).frame_of(frames) == shown


def test_the_presets_for_ct_are_those_of_the_design():
    presets = {name: (window.center, window.width) for name, window in CT_PRESETS.items()}
    assert presets == {
        "lung": (-600, 1500),
        "mediastinum": (50, 350),
        "soft-tissue": (40, 400),
        "liver": (30, 150),
        "bone": (400, 1800),
        "brain": (40, 80),
        "stroke": (40, 40),
        "vessels": (300, 600),
    }
