import multiprocessing
import os
import signal
import threading
from hashlib import sha256
from io import BytesIO
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import DecodersUnavailable
from core.types import Prepared, SkipCode, Skipped, Source, Tags
from imaging.workers import DecodePool, Unchanged
from tests.unit.imaging.factories import make_dicom, make_raster
from tests.unit.imaging.prepares import (
    BLUE,
    GREEN,
    RED,
    doze,
    halve,
    hoard,
    misbehave,
    show_heavy_imports,
    spoil,
    vanish,
)

pytestmark = pytest.mark.slow  # each pool starts fresh interpreters

GREY = (90, 90, 90)


def write_picture(folder, name, colour=GREY):
    path = folder / name
    path.write_bytes(make_raster(Image.new("RGB", (8, 6), colour)))
    return path


def by_path(outcomes):
    """Outcomes by path; a path that comes twice would be seen by the count."""
    found = {path_of(outcome): outcome for outcome in outcomes}
    assert len(found) == len(outcomes)
    return found


def path_of(outcome):
    match outcome:
        case Skipped():
            return outcome.path
        case Unchanged(source) | (source, _):
            return source.path


def codes(outcomes):
    return {
        path.name: outcome.code
        for path, outcome in outcomes.items()
        if isinstance(outcome, Skipped)
    }


@pytest.fixture(scope="module")
def pool():
    with DecodePool(halve, workers=2) as pool:
        yield pool


def test_a_file_comes_with_its_source_prepared_pixels_and_thumbnail(pool, tmp_path):
    path = write_picture(tmp_path, "a.png")
    (((source, (prepared,))),) = pool.run([path])
    content, state = path.read_bytes(), path.stat()
    assert source == Source(path, len(content), state.st_mtime_ns, sha256(content).hexdigest())
    assert prepared.pixels.tolist() == [[list(GREY)] * 4] * 3
    assert (prepared.frame, prepared.tags) == (0, Tags(rows=6, columns=8))
    thumbnail = Image.open(BytesIO(prepared.thumbnail))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", (8, 6))


def test_the_frames_of_a_file_stay_together(pool, tmp_path):
    (tmp_path / "cine.dcm").write_bytes(make_dicom(np.zeros((30, 4, 6), np.uint8), PatientID="7"))
    (((_, pictures)),) = pool.run([tmp_path / "cine.dcm"])
    assert [picture.frame for picture in pictures] == [3, 9, 15, 21, 27]
    assert {picture.identity.patient_id for picture in pictures} == {"7"}
    assert all(isinstance(picture, Prepared) for picture in pictures)


def test_a_bad_file_is_named_and_skipped_with_what_it_was(pool, tmp_path):
    good, text = write_picture(tmp_path, "a.png"), tmp_path / "b.txt"
    text.write_bytes(b"words")
    (tmp_path / "c").touch()
    os.mkfifo(tmp_path / "d")
    outcomes = by_path(list(pool.run([good, text, tmp_path / "c", tmp_path / "d"])))
    assert isinstance(outcomes[good], tuple)
    assert codes(outcomes) == {
        "b.txt": SkipCode.NOT_AN_IMAGE,
        "c": SkipCode.EMPTY,
        "d": SkipCode.UNREADABLE,
    }
    skipped = outcomes[text]
    assert (skipped.size, skipped.sha256) == (5, sha256(b"words").hexdigest())
    assert skipped.modified_ns == text.stat().st_mtime_ns


def test_a_file_with_known_bytes_is_unchanged_and_not_decoded(pool, tmp_path):
    same, other = write_picture(tmp_path, "a.png"), write_picture(tmp_path, "b.png", RED)
    known = {path: sha256(same.read_bytes()).hexdigest() for path in (same, other)}
    outcomes = by_path(list(pool.run([same, other], known)))
    assert isinstance(outcomes[same], Unchanged)
    assert outcomes[same].source.sha256 == known[same]
    assert isinstance(outcomes[other], tuple)


def test_every_path_has_one_outcome_whatever_the_order(pool, tmp_path):
    paths = [write_picture(tmp_path, f"{number}.png") for number in range(300)]
    assert set(by_path(list(pool.run(paths)))) == set(paths)


def test_no_paths_have_no_outcomes(pool):
    assert list(pool.run([])) == []


def test_paths_are_taken_as_they_are_needed(pool, tmp_path):
    path, taken = write_picture(tmp_path, "a.png"), []
    endless = (taken.append(number) or path for number in count())
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
    assert list(by_path(list(pool.run(paths[39:])))) == [paths[39]]


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
        outcomes = by_path(list(pool.run(mixed)))
    assert set(outcomes) == set(mixed)
    assert codes(outcomes) == {
        "crash.png": SkipCode.DECODER_CRASHED,
        "panic.png": SkipCode.DECODER_CRASHED,
        "hang.png": SkipCode.TIMED_OUT,
        "again.png": SkipCode.DECODER_CRASHED,
    }
    assert "1.5 seconds" in outcomes[bad[2]].reason


def test_a_file_that_needs_too_much_memory_is_too_large(tmp_path):
    path = write_picture(tmp_path, "a.png")
    with DecodePool(hoard, workers=1) as pool:
        (outcome,) = pool.run([path])
    assert outcome.code is SkipCode.TOO_LARGE


def test_a_worker_that_the_system_kills_costs_the_file_at_hand(tmp_path):
    paths = [write_picture(tmp_path, f"{number}.png") for number in range(3)]
    with DecodePool(vanish, workers=1) as pool:
        outcomes = by_path(list(pool.run(paths)))
    assert set(codes(outcomes).values()) == {SkipCode.DECODER_CRASHED}


def test_an_outcome_that_cannot_be_sent_costs_its_file_and_does_not_hang(tmp_path):
    paths = [write_picture(tmp_path, f"{number}.png") for number in range(2)]
    with DecodePool(spoil, workers=1) as pool:
        outcomes = by_path(list(pool.run(paths)))
    assert set(codes(outcomes).values()) == {SkipCode.DECODER_CRASHED}


def test_the_time_limit_is_for_one_file_and_not_for_all_that_wait(tmp_path):
    paths = [write_picture(tmp_path, f"{number}.png") for number in range(60)]
    with DecodePool(doze, workers=1, seconds=0.5) as pool:  # 60 x 0.02 s is more than that
        outcomes = by_path(list(pool.run(paths)))
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
        (((_, (prepared,))),) = pool.run([write_picture(tmp_path, "a.png")])
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
