"""The commands that account for files, on a collection with all kinds of them."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from dicom_slices import slice_bytes, write_series
from PIL import Image
from pydicom.uid import ComprehensiveSRStorage

from radseek.cli.output import alarm_json
from search.enrichment import Alarm

JSON_PAGE = Path(__file__).parents[2] / "docs" / "json.md"
SERIES = "1.2.826.0.1.9.1"
ESCAPE = "\x1b[2J\n<script>.dcm"


@pytest.fixture
def archive(tmp_path):
    """A series, a report, copies, a conflict, broken files, and names from anybody."""
    folder = tmp_path / "archive"
    paths = write_series(folder, 1, 6)
    (folder / "copy.dcm").write_bytes(paths[0].read_bytes())
    (folder / "one.dcm").write_bytes(slice_bytes(4, 0))
    (folder / "other.dcm").write_bytes(slice_bytes(4, 0, grey=900))  # the UID of the one
    report = {"SOPClassUID": ComprehensiveSRStorage, "Modality": "SR", "PixelData": None}
    (folder / "report.dcm").write_bytes(slice_bytes(2, 0, **report))
    (folder / "notes").write_text("no image")
    with zipfile.ZipFile(folder / "a.zip", "w") as members:
        members.writestr(ESCAPE, slice_bytes(3, 0))
        members.writestr("notes", "no image")
    return folder


@pytest.fixture
def report(command, archive):
    code, out, _ = command("index", archive, "--slices", 3, "--json")
    assert code == 3
    return json.loads(out)


def test_the_report_adds_up_by_code(report):
    assert report["files"] == 14
    assert report["catalogued_by_code"] == {"not-sampled": 4, "no-pixels": 1, "container": 1}
    assert report["skipped_by_code"] == {"not-an-image": 2}
    assert report["embedded"] == 14 - 6 - 2
    assert (report["copies"], report["conflicts"]) == (1, 1)


def test_skipped_files_are_listed_by_code_and_folder(command, archive, report):
    _, out, _ = command("skipped", "--code", "not-an-image", "--json")
    notes = {"code": "not-an-image", "reason": json.loads(out)[0]["reason"]}
    assert json.loads(out) == [
        {"path": str(archive / "a.zip"), "member": "notes"} | notes,
        {"path": str(archive / "notes"), "member": ""} | notes,
    ]
    assert command("skipped", "--code", "corrupt")[1] == ""
    assert command("skipped", "--under", archive / "a.zip")[1].count("\n") == 1
    assert command("skipped", "--under", archive.parent / "elsewhere")[1] == ""


def test_an_unknown_code_is_refused_with_the_known_ones(command, report):
    code, _, err = command("skipped", "--code", "nonsense")
    assert code == 1
    assert "not-an-image" in err
    assert "container" in command("catalogued", "--code", "nonsense")[2]


def test_catalogued_files_are_listed_with_what_they_are(command, archive, report):
    _, out, _ = command("catalogued", "--code", "no-pixels", "--json")
    (file,) = json.loads(out)
    assert (file["path"], file["modality"]) == (str(archive / "report.dcm"), "SR")
    assert file["sop_class_uid"] == ComprehensiveSRStorage
    assert command("catalogued")[1].count("not-sampled") == 4


def test_duplicates_are_told_by_how_they_are_linked(command, archive, report):
    _, out, _ = command("duplicates", "--json")
    linked = {group["relation"]: group["files"] for group in json.loads(out)}
    assert [file["path"] for file in linked["same-bytes"]] == [
        str(archive / "1-0000.dcm"),
        str(archive / "copy.dcm"),
    ]
    assert str(archive / "other.dcm") in [file["path"] for file in linked["conflict"]]


def test_a_series_is_told_in_its_order(command, archive, report):
    _, out, _ = command("series", SERIES, "--json")
    images = json.loads(out)
    along = [image["along"] for image in images]
    assert along == sorted(along)
    assert {0.0, 1.0, 2.0, 3.0, 4.0, 5.0} == set(along)
    assert sum(image["id"] is not None for image in images) == 3


def test_what_is_printed_holds_no_control_characters(command, archive, report):
    for words in (("skipped",), ("catalogued",), ("duplicates",), ("search", "red")):
        _, out, err = command(*words)
        assert "\x1b" not in out + err
    _, out, _ = command("search", "red", "-k", 50)
    assert "\\x1b[2J\\n<script>.dcm" in out


def test_another_try_says_what_it_came_to(command, archive, report):
    code, out, _ = command("retry", "--json")
    tried = json.loads(out)
    assert (code, tried["files"], tried["skipped"]) == (3, 2, 2)
    (archive / "notes").unlink()
    Image.new("RGB", (8, 8), (200, 20, 20)).save(archive / "notes", "PNG")
    code, out, _ = command("retry", "--code", "not-an-image", "--under", archive / "notes")
    assert code == 0
    assert "1 file: 1 embedded" in out


def test_another_try_of_a_code_that_means_nothing_is_refused(command, report):
    code, _, err = command("retry", "--code", "container")
    assert code == 1
    assert "unsupported-syntax" in err


def test_another_try_without_a_collection_says_what_to_run(command):
    code, _, err = command("retry")
    assert code == 1
    assert "radseek index" in err


def _pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_a_picture_is_rendered_with_the_window_that_is_asked_for(command, archive, tmp_path):
    out = tmp_path / "out.png"
    slice_3 = archive / "1-0003.dcm"  # 103 everywhere
    assert command("render", slice_3, out)[0] == 0
    assert _pixels(out).shape == (8, 8, 3)
    assert command("render", slice_3, out, "--window", "103/1000")[0] == 0
    assert abs(int(_pixels(out)[0, 0, 0]) - 128) <= 1
    assert command("render", slice_3, out, "--window", "lung", "--crop", "1,2,3,4")[0] == 0
    image = _pixels(out)
    assert image.shape == (4, 3, 3)
    assert int(image[0, 0, 0]) == round(255 * (103 - (-600) + 1500 / 2) / 1500)


def test_a_member_of_an_archive_is_rendered_by_the_name_that_is_printed(command, archive, tmp_path):
    with zipfile.ZipFile(archive / "b.zip", "w") as members:
        members.writestr("in/1.dcm", slice_bytes(1, 0))
    out = tmp_path / "out.png"
    assert command("render", f"{archive / 'b.zip'}!/in/1.dcm", out)[0] == 0
    assert _pixels(out).shape == (8, 8, 3)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--window", "nonsense"),
        ("--window", "40"),
        ("--window", "40/0"),
        ("--window", "nan/1"),
        ("--crop", "1,2,3"),
        ("--crop", "90,90,9,9"),
        ("--rendering", "nonsense"),
    ],
)
def test_what_cannot_be_rendered_is_one_line_and_1(command, archive, tmp_path, option, value):
    out = tmp_path / "out.png"
    code, _, err = command("render", archive / "1-0003.dcm", out, option, value)
    assert code == 1
    assert "Traceback" not in err
    assert not out.exists()


def test_a_file_without_a_picture_is_named(command, archive, tmp_path):
    code, _, err = command("render", archive / "report.dcm", tmp_path / "out.png")
    assert code == 1
    assert "report.dcm" in err


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("skipped", ("skipped",)),
        ("catalogued", ("catalogued",)),
        ("duplicates", ("duplicates",)),
        ("series UID", ("series", SERIES)),
        ("status", ("status",)),
    ],
)
def test_the_documented_json_has_the_keys_that_are_printed(command, report, heading, words):
    _, out, _ = command(*words, "--json")
    assert _keys(json.loads(out)) == _keys(_documented(heading))


def test_the_documented_answer_has_the_keys_that_are_printed(command, report):
    _, out, _ = command("search", "red", "--json")
    few_pictures_raise_none = {"alarms": []}
    assert _keys(json.loads(out)) == _keys(_documented("search")) | few_pictures_raise_none


def test_the_documented_alarm_has_the_keys_that_are_printed():
    alarm = Alarm("scanner", "Spiral K", "CT", hits=9, of=10, base_rate=0.12)
    assert _keys(_documented("search"))["alarms"] == [_keys(alarm_json(alarm))]


def test_the_documented_report_has_the_keys_that_are_printed(report):
    assert _keys(report) == _keys(_documented("index"))


def _documented(heading):
    section = JSON_PAGE.read_text().split(f"## `radseek {heading}`")[1]
    return json.loads(section.split("```json\n")[1].split("```")[0])


def _keys(value):
    """The names at each level; the names of counts by code are values."""
    if isinstance(value, list):
        return [_keys(each) for each in value[:1]]
    if isinstance(value, dict):
        return {
            name: None if name.endswith("_by_code") else _keys(inner)
            for name, inner in value.items()
        }
    return None
