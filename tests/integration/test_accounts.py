"""Real folders with containers, series, copies and broken files: every path has one outcome."""

import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from threading import Timer

import pytest
from dicom_slices import slice_bytes, write_series
from fakes import ColourEncoder
from PIL import Image
from runs import index_colours

from core.types import Location, SkipCode, Skipped
from imaging.profiles import VOI
from indexer.again import failures
from indexer.report import ExitCode
from storage.batch import Batch
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.imaging.archives import make_dicomdir

TESTS = Path(__file__).parents[1]
IMPORTED = os.pathsep.join((str(TESTS.parent), str(TESTS)))


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "archive"
    made.mkdir()
    return made


def _counts(report):
    progress = report.progress
    return {
        name: getattr(progress, name)
        for name in ("files", "embedded", "catalogued", "unchanged", "skipped")
        if getattr(progress, name)
    }


def _embedded(home):
    """Positions of the embedded slices of each series, in mm."""
    with CollectionReader.open(home, "default") as reader:
        snapshot = reader.snapshot()
        records = snapshot.describe(snapshot.ids)
    found = {}
    for record in records:
        found.setdefault(record.tags.series_uid, []).append(record.along)
    return {uid: sorted(along) for uid, along in found.items()}


def _state(home):
    """What a collection says of every file, and what it shows: equal for equal archives."""
    with CollectionReader.open(home, "default") as reader:
        skipped = {file.location: file.code for file in reader.skipped()}
        catalogued = {file.location: file.code for file in reader.catalogued()}
        snapshot = reader.snapshot()
        shown = sorted((r.location, r.frame) for r in snapshot.describe(snapshot.ids))
    return skipped, catalogued, shown


def _zip(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _colour(path, colour):
    Image.new("RGB", (8, 8), colour).save(path)
    return path


def test_a_long_series_is_embedded_as_an_even_spread_and_the_rest_is_catalogued(home, folder):
    write_series(folder, 1, 40)
    report = index_colours(home, folder, slices=4)
    assert _counts(report) == {"files": 40, "embedded": 4, "catalogued": 36}
    assert report.catalogued_by_code == {"not-sampled": 36}
    assert list(_embedded(home).values()) == [[5, 15, 24, 34]]
    assert report.exit_code == ExitCode.ALL_IN


def test_a_second_run_over_series_and_containers_reads_nothing(home, folder):
    write_series(folder, 1, 10)
    _zip(folder / "a.zip", {"1.dcm": slice_bytes(2, 1), "notes": b"no image"})
    first = index_colours(home, folder, slices=4)
    again = index_colours(home, folder, slices=4)
    assert _counts(first) == {"files": 13, "embedded": 5, "catalogued": 7, "skipped": 1}
    assert _counts(again) == {"files": 13, "unchanged": 12, "skipped": 1}
    assert again.progress.device == ""  # no encoder was started


def test_a_series_that_grows_keeps_its_slices_and_gets_more(home, folder):
    paths = write_series(folder, 1, 40)
    later = folder.parent / "later"
    later.mkdir()
    for path in paths[20:]:
        path.rename(later / path.name)
    index_colours(home, folder, slices=4)
    (before,) = _embedded(home).values()
    index_colours(home, later, slices=4)
    (after,) = _embedded(home).values()
    assert set(before) < set(after)
    assert max(after) > 30


def test_more_slices_may_be_asked_for_later(home, folder):
    write_series(folder, 1, 40)
    index_colours(home, folder, slices=4)
    report = index_colours(home, folder, slices=8)
    assert _counts(report) == {"files": 40, "embedded": 4, "catalogued": 32, "unchanged": 4}
    report = index_colours(home, folder, slices=0)
    assert _counts(report) == {"files": 40, "embedded": 32, "unchanged": 8}


def test_a_chosen_slice_that_is_broken_is_replaced_by_its_neighbour(home, folder):
    paths = write_series(folder, 1, 40)
    paths[5].write_bytes(paths[5].read_bytes()[:-60])  # its header is whole, its pixels are not
    report = index_colours(home, folder, slices=4)
    assert report.skipped_by_code == {"corrupt": 1}
    (along,) = _embedded(home).values()
    assert along == [4, 15, 24, 34]


def test_slices_with_the_same_bytes_share_their_outcome(home, folder):
    paths = write_series(folder, 1, 10)
    for path in paths:
        shutil.copy(path, folder / f"copy-{path.name}")
    report = index_colours(home, folder, slices=2)
    assert _counts(report) == {"files": 20, "embedded": 4, "catalogued": 16}
    assert report.copies == 10
    with CollectionReader.open(home, "default") as reader:
        assert len(reader.snapshot().ids) == 2


def test_members_of_an_archive_are_files_of_their_own(home, folder):
    red = _colour(folder / "red.png", (200, 20, 20)).read_bytes()
    (folder / "red.png").unlink()
    _zip(
        folder / "a.zip",
        {"one/red.png": red, "one/again.png": red, "notes.txt": b"no image", "../up.png": red},
    )
    report = index_colours(home, folder)
    assert _counts(report) == {"files": 5, "embedded": 3, "catalogued": 1, "skipped": 1}
    assert report.copies == 2
    assert not (folder / "one").exists()
    with CollectionReader.open(home, "default") as reader:
        (skipped,) = reader.skipped()
    assert skipped.location == Location(folder / "a.zip", "notes.txt")


def test_only_the_members_that_changed_are_embedded_again(home, folder):
    _zip(folder / "a.zip", {name: slice_bytes(at, 0) for at, name in enumerate("abc")})
    index_colours(home, folder)
    _zip(folder / "a.zip", {"a": slice_bytes(0, 0), "b": slice_bytes(7, 0), "d": b"no image"})
    report = index_colours(home, folder)
    assert _counts(report) == {
        "files": 4,
        "embedded": 1,
        "catalogued": 1,
        "unchanged": 1,
        "skipped": 1,
    }
    # What the archive has no more is not seen again.
    assert _counts(index_colours(home, folder)) == {"files": 4, "unchanged": 3, "skipped": 1}


def test_an_archive_that_was_only_touched_keeps_its_members(home, folder):
    _zip(folder / "a.zip", {"1": slice_bytes(1, 0), "2": b"no image"})
    index_colours(home, folder)
    os.utime(folder / "a.zip", ns=(1, 1))
    for _ in range(2):
        assert _counts(index_colours(home, folder)) == {"files": 3, "unchanged": 2, "skipped": 1}


@pytest.fixture
def disc(folder):
    """Two images that a DICOMDIR lists, one that it names in vain, and one that it forgets."""
    images = folder / "IMAGES"
    write_series(images, 1, 2)
    (images / "forgotten").write_bytes(slice_bytes(2, 0))
    names = ("1-0000.DCM", "1-0001.DCM", "GONE")
    (folder / "DICOMDIR").write_bytes(make_dicomdir(*(f"IMAGES\\{name}" for name in names)))
    return folder


def test_a_disc_is_read_through_its_folder_and_each_file_once(home, disc):
    report = index_colours(home, disc)
    assert _counts(report) == {"files": 5, "embedded": 3, "catalogued": 1, "skipped": 1}
    again = index_colours(home, disc)
    assert _counts(again) == {"files": 5, "unchanged": 4, "skipped": 1}
    assert again.progress.device == ""


def test_a_dicomdir_alone_leads_to_what_it_lists(home, disc):
    report = index_colours(home, disc / "DICOMDIR")
    assert _counts(report) == {"files": 4, "embedded": 2, "catalogued": 1, "skipped": 1}
    (disc / "IMAGES" / "1-0000.dcm").write_bytes(slice_bytes(1, 5))
    report = index_colours(home, disc / "DICOMDIR")
    assert _counts(report) == {
        "files": 4,
        "embedded": 1,
        "catalogued": 1,
        "unchanged": 1,
        "skipped": 1,
    }


def test_another_try_reads_the_dicomdir_again_for_what_it_named_in_vain(home, disc):
    index_colours(home, disc / "DICOMDIR")
    (disc / "IMAGES" / "gone").write_bytes(slice_bytes(3, 0))
    report = index_colours(home, wanted=failures())
    assert (report.progress.embedded, report.progress.skipped) == (1, 0)


def test_what_was_skipped_is_not_read_again_until_it_changes(home, folder):
    (folder / "notes").write_text("no image")
    index_colours(home, folder)
    again = index_colours(home, folder)
    assert (again.skipped_by_code, again.progress.device) == ({"not-an-image": 1}, "")
    assert again.exit_code == ExitCode.SOME_SKIPPED
    _colour(folder / "notes.png", (200, 20, 20)).rename(folder / "notes")
    assert _counts(index_colours(home, folder)) == {"files": 1, "embedded": 1}


def test_another_try_brings_in_what_can_be_read_now(home, folder):
    """As after an update: the bytes are the same, what reads them is not."""
    good = slice_bytes(1, 0)
    _zip(folder / "a.zip", {"1": good})
    (folder / "2").write_bytes(slice_bytes(2, 0))
    (folder / "notes").write_text("no image")
    index_colours(home, folder)
    _as_if_skipped(home, Location(folder / "a.zip", "1"), Location(folder / "2"))
    with CollectionReader.open(home, "default") as reader:
        assert len(reader.snapshot().ids) == 0
    report = index_colours(home, wanted=failures("corrupt"))
    assert _counts(report) == {"files": 2, "embedded": 2}
    report = index_colours(home, wanted=failures())
    assert _counts(report) == {"files": 1, "skipped": 1}


def _as_if_skipped(home, *places):
    with CollectionWriter.open(home, "default", ColourEncoder.card, VOI.id) as writer:
        known = writer.known()
        skipped = [
            Skipped(p, SkipCode.CORRUPT, "It is damaged.", known[p].size, known[p].modified_ns)
            for p in places
        ]
        writer.commit(Batch(skipped=skipped))


@pytest.mark.parametrize("outcomes", [1, 7, 20, 30, 38])
def test_a_run_that_is_stopped_at_any_point_goes_on_to_the_same_end(home, folder, outcomes):
    _mixed(folder)
    index_colours(home.with_name("whole"), folder, slices=4)
    left = iter(range(outcomes))
    stopped = index_colours(home, folder, slices=4, stopped=lambda: next(left, None) is None)
    assert stopped.exit_code == ExitCode.INTERRUPTED
    assert index_colours(home, folder, slices=4).is_complete
    assert _state(home) == _state(home.with_name("whole"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("commits", "seconds"), [(1, 0), (4, 0.004), (9, 0.001), (14, 0.002), (20, 0)]
)
def test_a_run_that_is_killed_goes_on_to_the_same_end(home, folder, commits, seconds):
    _mixed(folder)
    index_colours(home.with_name("whole"), folder, slices=4)
    words = [sys.executable, __file__, home, folder, str(commits), str(seconds)]
    killed = subprocess.run(words, check=False, env=os.environ | {"PYTHONPATH": IMPORTED})
    assert killed.returncode == -signal.SIGKILL
    report = index_colours(home, folder, slices=4)
    assert report.is_complete
    assert _state(home) == _state(home.with_name("whole"))


def _mixed(folder):
    """Series, archives of files, copies and broken files."""
    write_series(folder / "ct", 1, 20)
    members = {f"{at}.dcm": slice_bytes(2, at) for at in range(8)}
    _zip(folder / "b.zip", members | {"notes": b"no image"})
    _zip(folder / "cut.zip", {"1.dcm": slice_bytes(3, 0)})
    (folder / "cut.zip").write_bytes((folder / "cut.zip").read_bytes()[:-40])
    shutil.copy(folder / "ct" / "1-0003.dcm", folder / "copy.dcm")
    _colour(folder / "red.png", (200, 20, 20))
    (folder / "empty").touch()
    (folder / "away").symlink_to(folder / "nowhere")


def _index_until_killed(home, folder, commits, seconds):
    """End without warning, some time after one of the commits."""
    left = iter(range(commits - 1))

    def die(_):
        if next(left, None) is None:
            Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()

    index_colours(home, folder, slices=4, progress=die)


if __name__ == "__main__":
    _index_until_killed(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
