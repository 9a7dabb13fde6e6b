"""The stages of a run overlap, and what it comes to does not depend on how."""

from threading import Event, Lock

import pytest
from fakes import ColourEncoder
from runs import account_of, contents_of, index_colours, write_mixed_archive

from core.errors import EncoderError
from indexer.local_engine import Lanes
from indexer.report import ExitCode
from storage.reader import CollectionReader

PATIENCE = 30  # seconds until a test gives up


@pytest.fixture
def folder(tmp_path):
    return write_mixed_archive(tmp_path / "archive")


@pytest.mark.parametrize(
    ("workers", "batch_size", "replicas", "per_replica", "at_once"),
    [(3, 64, 1, 1, 8), (1, 64, 2, 2, 3), (3, 1, 2, 1, 1), (3, 1000, 2, 3, 1000)],
)
def test_the_result_does_not_depend_on_what_runs_beside_what(
    tmp_path, folder, workers, batch_size, replicas, per_replica, at_once
):
    alone = index_colours(tmp_path / "alone", folder, slices=4, batch_size=1)
    lanes = Lanes([ColourEncoder() for _ in range(replicas)], per_replica, at_once)
    report = index_colours(
        tmp_path / "home",
        folder,
        slices=4,
        batch_size=batch_size,
        workers=workers,
        lanes=lanes,
    )
    assert alone.progress.embedded == 16 + 16 + 1 + 4 + 4
    assert account_of(report) == account_of(alone)
    assert contents_of(tmp_path / "home") == contents_of(tmp_path / "alone")


class Counting(ColourEncoder):
    """Keeps count of what it embeds, and breaks at one of its calls."""

    def __init__(self, breaks_at=None):
        self.pictures = self.calls = 0
        self._breaks_at = breaks_at
        self._lock = Lock()

    def embed_images(self, prepared):
        with self._lock:
            self.calls += 1
            if self.calls == self._breaks_at:
                raise EncoderError("A picture does not fit. Use a larger device.")
            self.pictures += len(prepared)
        return super().embed_images(prepared)


def test_the_same_bytes_are_embedded_once_though_the_first_are_still_on_their_way(tmp_path, folder):
    encoder = Counting()
    lanes = Lanes([encoder], per_replica=4, at_once=1)
    index_colours(tmp_path / "home", folder, slices=4, batch_size=1000, workers=3, lanes=lanes)
    assert encoder.pictures == 16 + 4 + 4


def test_an_error_of_the_encoder_ends_the_run_and_keeps_what_came_before(tmp_path, folder):
    home = tmp_path / "home"
    broken = Lanes([Counting(breaks_at=10)], at_once=1)
    with pytest.raises(EncoderError, match="does not fit"):
        index_colours(home, folder, slices=4, batch_size=1000, lanes=broken)
    with CollectionReader.open(home, "default") as reader:
        assert len(reader.snapshot().ids) == 9
    encoder = Counting()
    report = index_colours(home, folder, slices=4, lanes=Lanes([encoder]))
    assert report.exit_code == ExitCode.SOME_SKIPPED
    assert encoder.pictures == 16 + 4 + 4 - 9
    alone = tmp_path / "alone"
    index_colours(alone, folder, slices=4)
    assert contents_of(home) == contents_of(alone)


class Gate(ColourEncoder):
    """Embeds nothing until it is opened."""

    def __init__(self):
        self.called, self.opened = Event(), Event()

    def embed_images(self, prepared):
        self.called.set()
        assert self.opened.wait(PATIENCE)
        return super().embed_images(prepared)


def test_a_run_that_is_stopped_commits_what_is_at_the_devices(tmp_path, folder):
    home, gate = tmp_path / "home", Gate()

    def stopped():
        """Once a picture is at the device; from then on the device may go on."""
        if gate.called.is_set():
            gate.opened.set()
        return gate.opened.is_set()

    lanes = Lanes([gate], at_once=1)
    report = index_colours(home, folder, slices=4, batch_size=1000, lanes=lanes, stopped=stopped)
    assert report.exit_code == ExitCode.INTERRUPTED
    assert report.progress.pictures > 0
    with CollectionReader.open(home, "default") as reader:
        assert len(reader.snapshot().ids) == report.progress.pictures
    again = index_colours(home, folder, slices=4)
    alone = tmp_path / "alone"
    index_colours(alone, folder, slices=4)
    assert again.exit_code == ExitCode.SOME_SKIPPED
    assert contents_of(home) == contents_of(alone)


def test_a_run_that_is_broken_off_ends_at_once_and_keeps_what_was_durable(tmp_path, folder):
    home, seen = tmp_path / "home", []

    def break_off(progress):
        seen.append(progress.pictures)
        if progress.pictures >= 6:
            raise KeyboardInterrupt

    lanes = Lanes([ColourEncoder(), ColourEncoder()], per_replica=2, at_once=1)
    with pytest.raises(KeyboardInterrupt):
        index_colours(home, folder, slices=4, batch_size=3, lanes=lanes, progress=break_off)
    with CollectionReader.open(home, "default") as reader:
        assert len(reader.snapshot().ids) == seen[-1]
    index_colours(home, folder, slices=4)
    alone = tmp_path / "alone"
    index_colours(alone, folder, slices=4)
    assert contents_of(home) == contents_of(alone)
