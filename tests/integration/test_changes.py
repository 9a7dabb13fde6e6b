"""A second run: what is new, changed, moved or gone since, on real folders."""

import errno
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from dicom_slices import slice_bytes, write_series
from fakes import ColourEncoder
from PIL import Image
from runs import index_colours

from core.types import Location, SkipCode
from imaging.profiles import VOI
from indexer.report import ExitCode
from indexer.vanishing import Missing
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.imaging.archives import make_dicomdir

COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200)}


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "archive"
    for name, colour in COLOURS.items():
        paint(made / name / f"{name}.png", colour)
    return made


def paint(path, colour):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), colour).save(path)
    return path


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def counts(report):
    progress = report.progress
    names = ("files", "embedded", "catalogued", "unchanged", "skipped", "gone", "moved")
    return {name: getattr(progress, name) for name in names if getattr(progress, name)}


def shown(home):
    """Where the pictures of the collection lie, by id."""
    with CollectionReader.open(home, "default") as reader:
        snapshot = reader.snapshot()
        return {record.id: record.location for record in snapshot.describe(snapshot.ids)}


def paths(home):
    return sorted(location.path.name for location in shown(home).values())


def known(home):
    with CollectionWriter.open(home, "default", ColourEncoder.card, VOI.id) as writer:
        return writer.known()


def test_what_was_deleted_is_found_no_more(home, folder):
    index_colours(home, folder)
    (folder / "red" / "red.png").unlink()
    report = index_colours(home, folder)
    assert counts(report) == {"files": 2, "unchanged": 2, "gone": 1}
    assert (report.exit_code, report.is_complete) == (ExitCode.ALL_IN, True)
    assert paths(home) == ["blue.png", "green.png"]
    assert counts(index_colours(home, folder)) == {"files": 2, "unchanged": 2}


def test_what_was_deleted_stays_when_asked(home, folder):
    index_colours(home, folder)
    (folder / "red" / "red.png").unlink()
    report = index_colours(home, folder, missing=Missing.KEEP)
    assert counts(report) == {"files": 2, "unchanged": 2}
    assert len(paths(home)) == 3


def test_only_files_under_the_named_paths_can_be_gone(home, folder):
    index_colours(home, folder)
    shutil.rmtree(folder / "red")
    assert counts(index_colours(home, folder / "blue")) == {"files": 1, "unchanged": 1}
    assert len(paths(home)) == 3


def test_a_folder_whose_name_begins_alike_is_another_one(home, folder):
    paint(folder / "red-more" / "rust.png", (180, 40, 20))
    index_colours(home, folder)
    shutil.rmtree(folder / "red-more")
    (folder / "red" / "red.png").rename(folder / "red" / "again.png")
    index_colours(home, folder / "red")
    assert paths(home) == ["again.png", "blue.png", "green.png", "rust.png"]


def test_a_copy_that_is_deleted_leaves_the_other_one(home, folder):
    shutil.copy(folder / "red" / "red.png", folder / "copy.png")
    index_colours(home, folder)
    before = shown(home)
    (folder / "copy.png").unlink()
    assert counts(index_colours(home, folder)) == {"files": 3, "unchanged": 3, "gone": 1}
    assert shown(home).keys() == before.keys()


def test_a_drive_that_is_not_mounted_costs_nothing(home, folder):
    index_colours(home, folder)
    away = folder.rename(folder.with_name("away"))
    folder.mkdir()
    report = index_colours(home, folder)
    assert (counts(report), report.emptied) == ({}, {folder: 3})
    assert len(paths(home)) == 3
    folder.rmdir()
    away.rename(folder)
    assert counts(index_colours(home, folder)) == {"files": 3, "unchanged": 3}


def test_an_emptied_folder_is_believed_when_that_is_asked_for(home, folder):
    index_colours(home, folder)
    for name in COLOURS:
        shutil.rmtree(folder / name)
    report = index_colours(home, folder, missing=Missing.REMOVE_ALL)
    assert (counts(report), report.emptied) == ({"gone": 3}, {})
    assert known(home) == {}


def test_one_empty_folder_of_two_keeps_its_own_files_only(home, folder):
    index_colours(home, folder)
    (folder / "red" / "red.png").unlink()
    (folder / "blue" / "blue.png").unlink()
    paint(folder / "blue" / "new.png", COLOURS["green"])
    report = index_colours(home, folder / "red", folder / "blue")
    assert report.emptied == {folder / "red": 1}
    assert paths(home) == ["green.png", "red.png"]


def test_what_cannot_be_listed_is_not_gone(home, folder, monkeypatch):
    index_colours(home, folder)
    refuse_to_list(folder / "red", monkeypatch)
    report = index_colours(home, folder)
    assert counts(report) == {"files": 3, "unchanged": 2, "skipped": 1}
    assert len(paths(home)) == 3


def refuse_to_list(refused, monkeypatch):
    """As a mode of 000 does, which does not hold root back."""
    listed = os.scandir

    def scandir(path):
        if Path(path) == refused:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_walk_that_was_stopped_removes_nothing(home, folder):
    index_colours(home, folder)
    (folder / "red" / "red.png").unlink()
    report = index_colours(home, folder, stopped=lambda: True)
    assert (report.exit_code, report.progress.gone) == (ExitCode.INTERRUPTED, 0)
    assert len(paths(home)) == 3


def test_a_file_that_became_a_link_to_another_is_gone_from_its_place(home, folder):
    index_colours(home, folder)
    (folder / "red" / "red.png").unlink()
    (folder / "red" / "red.png").symlink_to(folder / "blue" / "blue.png")
    assert counts(index_colours(home, folder)) == {"files": 2, "unchanged": 2, "gone": 1}


def test_a_skipped_file_that_is_gone_is_forgotten(home, folder):
    (folder / "notes").write_text("no image")
    index_colours(home, folder)
    (folder / "notes").unlink()
    report = index_colours(home, folder)
    assert (counts(report), report.exit_code) == (
        {"files": 3, "unchanged": 3, "gone": 1},
        ExitCode.ALL_IN,
    )


def test_a_moved_file_keeps_its_picture_and_is_not_decoded(home, folder):
    index_colours(home, folder)
    before = shown(home)
    (folder / "red" / "red.png").rename(folder / "blue" / "was-red.png")
    report = index_colours(home, folder)
    assert counts(report) == {"files": 3, "unchanged": 3, "moved": 1}
    assert (report.progress.pictures, report.copies) == (0, 0)
    assert shown(home).keys() == before.keys()
    assert paths(home) == ["blue.png", "green.png", "was-red.png"]
    assert counts(index_colours(home, folder)) == {"files": 3, "unchanged": 3}


def test_a_moved_folder_is_recognised_from_its_new_place_alone(home, folder):
    index_colours(home, folder)
    before = shown(home)
    (folder / "red").rename(folder / "crimson")
    assert counts(index_colours(home, folder / "crimson")) == {
        "files": 1,
        "unchanged": 1,
        "moved": 1,
    }
    assert (shown(home).keys(), len(known(home))) == (before.keys(), 3)


def test_a_file_with_the_size_and_time_of_another_is_known_by_its_bytes_alone(home, folder):
    old = folder / "red" / "red.png"
    index_colours(home, folder)
    state = old.stat()
    new = folder / "red" / "new.png"
    content = bytearray(old.read_bytes())
    old.unlink()
    content[-1] ^= 1  # behind the image, in the checksum of the last chunk
    new.write_bytes(content)
    os.utime(new, ns=(state.st_atime_ns, state.st_mtime_ns))
    report = index_colours(home, folder)
    assert (report.progress.moved, report.progress.gone) == (0, 1)
    assert known(home)[Location(new)].sha256 not in {
        file.sha256 for place, file in known(home).items() if place != Location(new)
    }


def test_a_copy_with_the_time_of_its_original_is_not_decoded(home, folder):
    index_colours(home, folder)
    shutil.copy2(folder / "red" / "red.png", folder / "copy.png")
    report = index_colours(home, folder)
    assert (counts(report), report.copies) == ({"files": 4, "unchanged": 4}, 1)
    assert len(known(home)) == 4


def test_files_that_changed_places_keep_their_pictures(home, folder):
    index_colours(home, folder)
    before = shown(home)
    red, blue = folder / "red" / "red.png", folder / "blue" / "blue.png"
    red.rename(folder / "x")
    blue.rename(red)
    (folder / "x").rename(blue)
    report = index_colours(home, folder)
    assert (report.is_complete, report.progress.files) == (True, 3)
    swapped = {Location(red): Location(blue), Location(blue): Location(red)}
    assert {key: swapped.get(place, place) for key, place in before.items()} == shown(home)


def test_a_moved_archive_keeps_what_is_in_it(home, folder):
    zipped(folder / "a.zip", {name: slice_bytes(at, 0) for at, name in enumerate("abc")})
    index_colours(home, folder)
    before = shown(home)
    (folder / "a.zip").rename(folder / "b.zip")
    report = index_colours(home, folder)
    assert report.progress.moved == 3
    assert report.progress.pictures == 0
    assert shown(home).keys() == before.keys()
    assert {place.path.name for place in known(home) if place.member} == {"b.zip"}
    assert Location(folder / "a.zip") not in known(home)


def test_a_member_that_an_archive_has_no_more_is_gone(home, folder):
    members = {name: slice_bytes(at, 0) for at, name in enumerate("abc")}
    zipped(folder / "a.zip", members)
    index_colours(home, folder)
    del members["b"]
    zipped(folder / "a.zip", members)
    report = index_colours(home, folder)
    assert report.progress.gone == 1
    assert {place.member for place in known(home) if place.member} == {"a", "c"}


def test_an_archive_that_is_gone_takes_its_members_along(home, folder):
    zipped(folder / "a.zip", {"a": slice_bytes(1, 0), "notes": b"no image"})
    index_colours(home, folder)
    (folder / "a.zip").unlink()
    assert index_colours(home, folder).progress.gone == 3
    assert len(known(home)) == 3


def test_what_a_dicomdir_named_in_vain_is_no_more_when_it_is_there(home, folder):
    write_series(folder / "IMAGES", 1, 1)
    (folder / "DICOMDIR").write_bytes(make_dicomdir("IMAGES\\1-0000.DCM", "IMAGES\\LATE"))
    report = index_colours(home, folder)
    assert report.skipped_by_code == {SkipCode.UNREADABLE: 1}
    (folder / "IMAGES" / "late").write_bytes(slice_bytes(2, 0))
    report = index_colours(home, folder / "DICOMDIR")
    assert (report.progress.skipped, report.progress.gone) == (0, 1)


def test_slices_that_are_gone_leave_their_series(home, folder):
    slices = write_series(folder / "ct", 1, 12)
    index_colours(home, folder, slices=4)
    for path in slices[6:]:
        path.unlink()
    report = index_colours(home, folder, slices=4)
    assert report.progress.gone == 6
    assert all(place.path.exists() for place in shown(home).values())
