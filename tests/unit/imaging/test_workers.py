import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from hashlib import sha256
from io import BytesIO
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import DecodersUnavailable
from core.types import (
    CatalogueCode,
    Catalogued,
    Container,
    DecodedFile,
    Found,
    Location,
    Pending,
    Place,
    Prepared,
    SkipCode,
    Skipped,
    Source,
    Unchanged,
)
from imaging.frames import FramePolicy
from imaging.limits import Limits
from imaging.rules import Rules
from imaging.sources import walk
from imaging.work import NothingBefore
from imaging.workers import DecodePool
from tests.unit.imaging.archives import Member, make_bomb, make_dicomdir, make_zip
from tests.unit.imaging.factories import make_dicom, make_raster
from tests.unit.imaging.prepares import (
    BLUE,
    GREEN,
    RED,
    doze,
    halve,
    hoard,
    keep,
    misbehave,
    show_heavy_imports,
    spoil,
    vanish,
)

pytestmark = pytest.mark.slow  # each pool starts fresh interpreters

GREY = (90, 90, 90)
BASIC_TEXT_SR = "1.2.840.10008.5.1.4.1.1.88.11"


class Recalled(NothingBefore):
    """Files that were read before, with their hashes."""

    def __init__(self, known):
        super().__init__()
        self._known = known

    def hashes(self, found):
        return frozenset(filter(None, [self._known.get(found.location)]))


def picture(colour=GREY):
    return make_raster(Image.new("RGB", (8, 6), colour))


def write(folder, name, content):
    """Write a file, and say what a walk would say of it."""
    (folder / name).write_bytes(content)
    return seen(folder / name)


def write_picture(folder, name, colour=GREY):
    return write(folder, name, picture(colour))


def seen(path):
    state = path.stat()
    return Found(Location(path), state.st_size, state.st_mtime_ns)


def by_location(outcomes):
    """Outcomes by location; one that comes twice would be seen by the count."""
    outcomes = list(outcomes)
    found = {location_of(outcome): outcome for outcome in outcomes}
    assert len(found) == len(outcomes)
    return found


def by_name(outcomes):
    """Outcomes by the name of a file, or of a member."""
    found = by_location(outcomes)
    return {at.member or at.path.name: outcome for at, outcome in found.items()}


def location_of(outcome):
    return outcome.location if isinstance(outcome, Skipped) else outcome.source.location


def codes(outcomes):
    return {
        name: outcome.code for name, outcome in outcomes.items() if isinstance(outcome, Skipped)
    }


@pytest.fixture(scope="module")
def pool():
    with DecodePool(halve, workers=2) as pool:
        yield pool


def test_a_file_comes_with_its_source_prepared_pixels_and_thumbnail(pool, tmp_path):
    found = write_picture(tmp_path, "a.png")
    (outcome,) = pool.run([found])
    content = (tmp_path / "a.png").read_bytes()
    assert outcome.source == Source(
        found.location, len(content), found.modified_ns, sha256(content).hexdigest()
    )
    (prepared,) = outcome.pictures
    assert prepared.pixels.tolist() == [[list(GREY)] * 4] * 3
    assert (prepared.frame, prepared.place) == (0, None)
    assert (outcome.instance.tags.rows, outcome.instance.tags.columns) == (6, 8)
    thumbnail = Image.open(BytesIO(prepared.thumbnail))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", (8, 6))


def test_the_frames_of_a_file_stay_together(pool, tmp_path):
    cine = make_dicom(np.zeros((30, 4, 6), np.uint8), PatientID="7")
    (outcome,) = pool.run([write(tmp_path, "cine.dcm", cine)])
    assert [picture.frame for picture in outcome.pictures] == [3, 9, 15, 21, 27]
    assert outcome.instance.identity.patient_id == "7"
    assert all(isinstance(picture, Prepared) for picture in outcome.pictures)


def test_the_rules_of_the_run_hold_in_its_workers(tmp_path):
    rules = Rules(frames=FramePolicy(cine=1), limits=Limits(file_bytes=3000))
    cine = write(tmp_path, "cine", make_dicom(np.zeros((9, 4, 6), np.uint8)))
    large = write(tmp_path, "large", bytes(3001))
    with DecodePool(halve, 1, rules) as pool:
        outcomes = by_name(pool.run([cine, large]))
    assert [picture.frame for picture in outcomes["cine"].pictures] == [4]
    assert codes(outcomes) == {"large": SkipCode.TOO_LARGE}


def test_a_file_without_a_picture_is_catalogued_with_what_it_says(pool, tmp_path):
    report = make_dicom(PixelData=None, SOPClassUID=BASIC_TEXT_SR, Modality="SR")
    (outcome,) = pool.run([write(tmp_path, "report", report)])
    assert isinstance(outcome, Catalogued)
    assert outcome.kept.code is CatalogueCode.NO_PIXELS
    assert outcome.instance.tags.modality == "SR"


def test_a_bad_file_is_named_and_skipped_with_what_it_was(pool, tmp_path):
    good, text = write_picture(tmp_path, "a.png"), write(tmp_path, "b.txt", b"words")
    empty = write(tmp_path, "c", b"")
    os.mkfifo(tmp_path / "d")
    outcomes = by_name(pool.run([good, text, empty, seen(tmp_path / "d")]))
    assert isinstance(outcomes["a.png"], DecodedFile)
    assert codes(outcomes) == {
        "b.txt": SkipCode.NOT_AN_IMAGE,
        "c": SkipCode.EMPTY,
        "d": SkipCode.UNREADABLE,
    }
    skipped = outcomes["b.txt"]
    assert (skipped.size, skipped.sha256) == (5, sha256(b"words").hexdigest())
    assert skipped.modified_ns == text.modified_ns
    assert outcomes["c"].modified_ns == empty.modified_ns  # so that it is known the next time


def test_a_file_that_vanished_or_turned_into_a_folder_is_unreadable(pool, tmp_path):
    gone, turned = write_picture(tmp_path, "gone"), write_picture(tmp_path, "turned")
    for found in (gone, turned):
        found.location.path.unlink()
    turned.location.path.mkdir()
    outcomes = by_name(pool.run([gone, turned]))
    assert set(codes(outcomes).values()) == {SkipCode.UNREADABLE}
    assert len(outcomes) == 2


def test_a_file_with_known_bytes_is_unchanged_and_not_decoded(pool, tmp_path):
    same, other = write_picture(tmp_path, "a.png"), write_picture(tmp_path, "b.png", RED)
    known = dict.fromkeys([same.location, other.location], sha256(picture()).hexdigest())
    outcomes = by_name(pool.run([same, other], Recalled(known)))
    assert isinstance(outcomes["a.png"], Unchanged)
    assert outcomes["a.png"].source.sha256 == known[same.location]
    assert isinstance(outcomes["b.png"], DecodedFile)


def test_a_slice_is_pending_by_its_header_when_slices_are_deferred(pool, tmp_path):
    found = write(tmp_path, "slice", make_slice())
    (outcome,) = pool.run([found], defer_slices=True)
    assert isinstance(outcome, Pending)
    assert outcome.instance.place == Place((1, 0, 0, 0, 1, 0), (1, 2, 3))
    assert outcome.instance.tags.modality == "CT"
    (outcome,) = pool.run([found])
    assert isinstance(outcome, DecodedFile)


@pytest.mark.parametrize(
    "elements",
    [{"Modality": "CR"}, {"ImagePositionPatient": None}, {"ImageType": ["ORIGINAL", "LOCALIZER"]}],
)
def test_what_is_no_slice_of_a_volume_is_never_deferred(pool, tmp_path, elements):
    found = write(tmp_path, "x", make_slice(**elements))
    (outcome,) = pool.run([found], defer_slices=True)
    assert isinstance(outcome, DecodedFile)


def test_a_picture_of_another_format_is_never_deferred(pool, tmp_path):
    (outcome,) = pool.run([write_picture(tmp_path, "a.png")], defer_slices=True)
    assert isinstance(outcome, DecodedFile)


def make_slice(**elements):
    placed = {
        "Modality": "CT",
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": [1, 2, 3],
    }
    return make_dicom(**{**placed, **elements})


def test_a_zip_comes_first_and_then_each_of_its_members(pool, tmp_path):
    archive = write(
        tmp_path,
        "disc.dcm",
        make_zip(Member("a.png", picture()), Member("f/text", b"words"), Member("locked", flags=1)),
    )
    container, *others = pool.run([archive, write_picture(tmp_path, "b.png")])
    assert isinstance(container, Container)
    assert [member.location.member for member in container.members] == ["a.png", "f/text"]
    assert [skipped.location.member for skipped in container.refused] == ["locked"]
    outcomes = by_name(others)
    assert set(outcomes) == {"a.png", "f/text", "b.png"}
    inside = outcomes["a.png"].source
    assert inside.location == Location(tmp_path / "disc.dcm", "a.png")
    assert (inside.size, inside.modified_ns) == (len(picture()), archive.modified_ns)
    assert inside.sha256 == sha256(picture()).hexdigest()
    assert codes(outcomes) == {"f/text": SkipCode.NOT_AN_IMAGE}


def test_known_bytes_of_members_and_archives_are_unchanged(pool, tmp_path):
    content = make_zip(Member("a.png", picture()), Member("b.png", picture(RED)))
    archive = write(tmp_path, "a.zip", content)
    known = {Location(tmp_path / "a.zip", "a.png"): sha256(picture()).hexdigest()}
    _, *others = pool.run([archive], Recalled(known))
    assert {name: type(outcome) for name, outcome in by_name(others).items()} == {
        "a.png": Unchanged,
        "b.png": DecodedFile,
    }
    (outcome,) = pool.run([archive], Recalled({archive.location: sha256(content).hexdigest()}))
    assert isinstance(outcome, Unchanged)


def test_a_member_can_be_asked_for_by_itself(pool, tmp_path):
    archive = write(tmp_path, "a.zip", make_zip(Member("a", picture()), Member("b", flags=1)))
    asked = [
        Found(Location(tmp_path / "a.zip", name), 1, archive.modified_ns)
        for name in ("a", "b", "none")
    ]
    plain = Found(Location(write_picture(tmp_path, "c.png").location.path, "a"), 1, 1)
    outcomes = by_location(pool.run([*asked, plain]))
    assert isinstance(outcomes[asked[0].location], DecodedFile)
    assert [outcomes[found.location].code for found in (*asked[1:], plain)] == [
        SkipCode.UNSUPPORTED,
        SkipCode.UNREADABLE,
        SkipCode.UNREADABLE,
    ]


def test_every_member_of_a_large_archive_has_its_outcome(pool, tmp_path):
    members = [Member(f"{number:04}", f"{number}".encode()) for number in range(3000)]
    container, *others = pool.run([write(tmp_path, "a.zip", make_zip(*members))])
    assert len(container.members) == 3000
    assert set(by_name(others)) == {f"{number:04}" for number in range(3000)}
    assert {outcome.code for outcome in others} == {SkipCode.NOT_AN_IMAGE}


def test_a_zip_bomb_costs_its_members_only(pool, tmp_path):
    container, *others = pool.run([write(tmp_path, "bomb", make_bomb(copies=20, size=1 << 22))])
    assert len(container.refused) == 20
    assert len(others) == len(container.members) == 1


def test_an_archive_that_is_cut_off_is_skipped(pool, tmp_path):
    content = make_zip(Member("a.png", picture()))
    outcomes = by_name(pool.run([write(tmp_path, "a.zip", content[:-30])]))
    assert codes(outcomes) == {"a.zip": SkipCode.CORRUPT}
    assert outcomes["a.zip"].size == len(content) - 30


def test_an_archive_in_an_archive_and_its_dicomdir_are_accounted_for(pool, tmp_path):
    inner = make_zip(Member("a.png", picture()))
    outer = make_zip(Member("inner.zip", inner), Member("DICOMDIR", make_dicomdir("..\\x")))
    _, *others = pool.run([write(tmp_path, "outer.zip", outer)])
    outcomes = by_name(others)
    assert codes(outcomes) == {"inner.zip": SkipCode.UNSUPPORTED}
    assert (outcomes["DICOMDIR"].kind, outcomes["DICOMDIR"].members) == ("DICOMDIR", ())


def test_the_files_of_a_dicomdir_are_read_once_however_often_they_are_named(pool, tmp_path):
    for name in ("A", "IM1", "IM2"):  # one before and two after the DICOMDIR in a walk
        write_picture(tmp_path, name)
    listing = write(tmp_path, "DICOMDIR", make_dicomdir("IM1", "A", "DICOMDIR", "..\\x", "GONE"))
    outcomes = by_name(pool.run(walk([tmp_path])))
    assert set(outcomes) == {"A", "DICOMDIR", "IM1", "IM2"}
    assert {skipped.code for skipped in outcomes["DICOMDIR"].refused} == {
        SkipCode.UNSAFE_PATH,
        SkipCode.UNREADABLE,
    }
    alone = by_name(pool.run([listing]))
    assert set(alone) == {"A", "DICOMDIR", "IM1"}


def test_a_known_dicomdir_still_leads_to_its_files(pool, tmp_path):
    write_picture(tmp_path, "IM1")
    content = make_dicomdir("IM1")
    listing = write(tmp_path, "DICOMDIR", content)
    known = {listing.location: sha256(content).hexdigest()}
    assert set(by_name(pool.run([listing], Recalled(known)))) == {"DICOMDIR", "IM1"}


def test_every_file_has_one_outcome_whatever_the_order(pool, tmp_path):
    files = [write_picture(tmp_path, f"{number}.png") for number in range(300)]
    outcomes = by_location(pool.run(files))
    assert set(outcomes) == {found.location for found in files}


def test_no_paths_have_no_outcomes(pool):
    assert list(pool.run([])) == []


def test_paths_are_taken_as_they_are_needed(pool, tmp_path):
    write_picture(tmp_path, "a.png")
    archive, taken = Location(tmp_path / "a.png", "no archive"), []
    endless = (taken.append(number) or Found(archive, 1, 1) for number in count())
    run = pool.run(endless)
    for _ in range(20):
        next(run)
    run.close()
    assert len(taken) <= 20 + 2 * 64


def test_a_run_that_was_left_does_not_leak_into_the_next(pool, tmp_path):
    paths = [write_picture(tmp_path, f"{number}.png") for number in range(40)]
    run = pool.run(paths[:39])
    next(run)
    run.close()
    assert list(by_name(pool.run(paths[39:]))) == ["39.png"]


def test_an_error_of_the_caller_passes_through_and_the_pool_goes_on(pool, tmp_path):
    path = write_picture(tmp_path, "a.png")

    def paths():
        yield path
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(pool.run(paths()))
    assert len(list(pool.run([path]))) == 1


def test_crashes_panics_and_hangs_cost_their_own_file_only(tmp_path):
    good = [write_picture(tmp_path, f"good-{number}.png") for number in range(60)]
    bad = [
        write_picture(tmp_path, f"{name}.png", colour)
        for name, colour in [("crash", RED), ("panic", BLUE), ("hang", GREEN), ("again", RED)]
    ]
    mixed = [*good[:20], bad[0], bad[1], *good[20:40], bad[2], bad[3], *good[40:]]
    with DecodePool(misbehave, workers=2, seconds=1.5) as pool:
        outcomes = by_name(pool.run(mixed))
    assert len(outcomes) == len(mixed)
    assert codes(outcomes) == {
        "crash.png": SkipCode.DECODER_CRASHED,
        "panic.png": SkipCode.DECODER_CRASHED,
        "hang.png": SkipCode.TIMED_OUT,
        "again.png": SkipCode.DECODER_CRASHED,
    }
    assert "1.5 seconds" in outcomes["hang.png"].reason


def test_a_file_that_needs_too_much_memory_is_too_large(tmp_path):
    path = write_picture(tmp_path, "a.png")
    with DecodePool(hoard, workers=1) as pool:
        (outcome,) = pool.run([path])
    assert outcome.code is SkipCode.TOO_LARGE


def test_a_worker_that_the_system_kills_costs_the_file_at_hand(tmp_path):
    paths = [write_picture(tmp_path, f"{number}.png") for number in range(3)]
    with DecodePool(vanish, workers=1) as pool:
        outcomes = by_name(pool.run(paths))
    assert set(codes(outcomes).values()) == {SkipCode.DECODER_CRASHED}


def test_an_outcome_that_cannot_be_sent_costs_its_file_and_does_not_hang(tmp_path):
    paths = [write_picture(tmp_path, f"{number}.png") for number in range(2)]
    with DecodePool(spoil, workers=1) as pool:
        outcomes = by_name(pool.run(paths))
    assert set(codes(outcomes).values()) == {SkipCode.DECODER_CRASHED}


def test_the_time_limit_is_for_one_file_and_not_for_all_that_wait(tmp_path):
    paths = [write_picture(tmp_path, f"{number}.png") for number in range(60)]
    with DecodePool(doze, workers=1, seconds=0.5) as pool:  # 60 x 0.02 s is more than that
        outcomes = by_name(pool.run(paths))
    assert codes(outcomes) == {}


def test_workers_that_cannot_start_are_an_error_and_not_a_loop(tmp_path):
    path = write_picture(tmp_path, "a.png")
    with (
        DecodePool(halve, workers=2, memory_bytes=1 << 20) as pool,
        pytest.raises(DecodersUnavailable, match="memory"),
    ):
        list(pool.run([path]))


def test_a_worker_loads_nothing_heavy(tmp_path):
    with DecodePool(show_heavy_imports, workers=1) as pool:
        (outcome,) = pool.run([write_picture(tmp_path, "a.png")])
    (prepared,) = outcome.pictures
    assert prepared.pixels.tolist() == [[[0, 0, 0]]]


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_nothing_is_left_behind(pool, tmp_path):
    paths = [write_picture(tmp_path, f"{number}.png") for number in range(9)]
    list(pool.run(paths))  # starts what multiprocessing keeps for all its processes
    threads, files = threading.active_count(), open_files()
    children = multiprocessing.active_children()
    with DecodePool(halve, workers=2) as other:
        run = other.run(paths)
        next(run)
        assert len(multiprocessing.active_children()) == len(children) + 2
    assert set(multiprocessing.active_children()) == set(children)
    assert threading.active_count() == threads
    assert open_files() == files


def test_a_worker_ignores_an_interrupt_from_the_terminal(tmp_path):
    paths = [write_picture(tmp_path, f"{number}.png") for number in range(40)]
    others = multiprocessing.active_children()
    with DecodePool(doze, workers=1) as pool:
        run = pool.run(paths)
        next(run)
        (child,) = [found for found in multiprocessing.active_children() if found not in others]
        os.kill(child.pid, signal.SIGINT)
        assert len(list(run)) == 39
        assert child.is_alive()


def test_a_worker_that_keeps_too_much_memory_is_replaced(tmp_path):
    files = [write_picture(tmp_path, f"{number}.png") for number in range(6)]
    with DecodePool(keep, workers=1, memory_bytes=2 << 30) as pool:
        outcomes = list(pool.run(files))
    # Half of 2 GiB is passed with the third 350 MiB, and a fresh worker starts from none.
    kept = [outcome.pictures[0].pixels[0, 0, 0] for outcome in outcomes]
    assert kept == [1, 2, 3, 1, 2, 3]


SCRIPT = """
import sys
from pathlib import Path
from core.types import Found, Location
from imaging.work import NothingBefore
from imaging.workers import DecodePool
from tests.unit.imaging.prepares import sleep_long

if __name__ == "__main__":
    with DecodePool(sleep_long, workers=2) as pool:
        print(*[worker._process.pid for worker in pool._workers], flush=True)
        list(pool.run(Found(Location(Path(path)), 1, 1) for path in sys.argv[1:]))
"""


def test_the_workers_end_with_a_killed_parent(tmp_path):
    (tmp_path / "run.py").write_text(SCRIPT)
    files = [str(write_picture(tmp_path, f"{i}.png").location.path) for i in range(2)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, tmp_path / "run.py", *files],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
        text=True,
    ) as parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    assert wait_until(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in pids))


def wait_until(is_so, seconds=20):
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)
    return is_so()
