"""`radseek remove`: out of the collection, never off the disk, and back when indexed again."""

import json
import sys
import zipfile
from io import StringIO

import pytest
from dicom_slices import slice_bytes, write_series


@pytest.fixture
def archive(tmp_path, command):
    folder = tmp_path / "archive"
    for series in (1, 2):
        write_series(folder / f"series{series}", series, 3)
    (folder / "notes").write_text("no image")
    with zipfile.ZipFile(folder / "a.zip", "w") as members:
        members.writestr("1", slice_bytes(3, 0))
        members.writestr("2", slice_bytes(4, 0))
    assert command("index", folder)[0] == 3
    return folder


def _status(command):
    status = json.loads(command("status", "--json")[1])
    return {name: status[name] for name in ("pictures", "catalogued", "skipped")}


def _series_uid(command, *path):
    hits = json.loads(command("search", "red", "-k", "99", "--json")[1])["hits"]
    return next(hit["series_uid"] for hit in hits if hit["path"].endswith(path))


def test_a_folder_is_taken_out_and_stays_on_disk(command, archive):
    code, out, _ = command("remove", archive / "series1", "--yes", "--json")
    assert (code, json.loads(out)) == (0, {"files": 3, "removed": 3})
    assert _status(command) == {"pictures": 5, "catalogued": 1, "skipped": 1}
    assert len(list((archive / "series1").iterdir())) == 3


def test_what_was_taken_out_comes_back_when_it_is_indexed_again(command, archive):
    before = _status(command)
    command("remove", archive / "series1", "--yes")
    _, out, _ = command("index", archive, "--json")
    assert json.loads(out)["embedded"] == 3
    assert _status(command) == before


def test_members_of_an_archive_come_back_too(command, archive):
    before = _status(command)
    series = _series_uid(command, "a.zip")
    code, out, _ = command("remove", "--series", series, "--yes", "--json")
    assert (code, json.loads(out)["removed"]) == (0, 1)
    report = json.loads(command("index", archive, "--json")[1])
    assert (report["embedded"], report["gone"]) == (1, 0)
    assert _status(command) == before


def test_a_series_is_taken_out_wherever_its_files_lie(command, archive):
    series = _series_uid(command, "1-0000.dcm", "1-0001.dcm", "1-0002.dcm")
    assert "3 of 3 files" in command("remove", "--series", series, "--yes")[1]
    assert command("remove", "--series", series, "--yes", "--json")[1].strip() == (
        '{"files": 0, "removed": 0}'
    )


def test_skipped_files_are_forgotten(command, archive):
    assert json.loads(command("remove", "--skipped", "--yes", "--json")[1])["removed"] == 1
    assert _status(command)["skipped"] == 0


def test_a_dry_run_changes_nothing(command, archive):
    before = _status(command)
    code, out, _ = command("remove", archive, "--dry-run")
    assert code == 0
    assert out.startswith("10 files would be taken out.")
    assert "come in again" in out
    assert _status(command) == before


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_it_asks_before_and_takes_no_silence_for_a_yes(command, archive, monkeypatch, answer):
    before = _status(command)
    monkeypatch.setattr(sys, "stdin", StringIO(answer))
    code, _, err = command("remove", archive)
    assert code == 1
    assert "to be taken out of 'default': 10 files." in err
    assert _status(command) == before


@pytest.mark.parametrize("words", [(), ("x", "--skipped"), ("--study", "1", "--series", "2")])
def test_one_thing_has_to_be_named(command, archive, words):
    code, _, err = command("remove", *words, "--yes")
    assert code == 1
    assert "Name what to take out" in err


def test_without_a_collection_there_is_nothing_to_take_out(command):
    code, _, err = command("remove", "--skipped", "--yes")
    assert code == 1
    assert "Traceback" not in err
