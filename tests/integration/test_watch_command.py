"""Real files, written, moved and deleted while a thread follows their folder."""

from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import pytest
from fakes import ColourEncoder
from PIL import Image

from encoders.registry import ENCODERS, EncoderRow
from imaging.profiles import VOI
from radseek.archive import Archive
from radseek.settings import Settings
from radseek.watching import Following, Watch
from storage.writer import CollectionWriter

PATIENCE = 20  # seconds, for a machine that has other things to do
FOLLOWING = Following(quiet_seconds=0.3)


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "archive"
    made.mkdir()
    Image.new("RGB", (8, 8), (200, 20, 20)).save(made / "red.png")
    return made


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    row = EncoderRow("fakes:load_colour_encoder", "sees colours", "none")
    monkeypatch.setitem(ENCODERS, "mini", row)
    monkeypatch.setitem(ENCODERS, "colour", row)
    return Settings(home=tmp_path / "home", workers=1)


@contextmanager
def following(settings, folder, how=FOLLOWING):
    """Gives a function that waits for the next report."""
    reports, stop = Queue(), Event()
    with Archive(settings) as archive:
        watch = Watch(archive, [folder], how, reports.put, stop)
        thread = Thread(target=watch.run)
        thread.start()
        try:
            yield lambda: reports.get(timeout=PATIENCE).progress
        finally:
            stop.set()
            thread.join()


def known(settings):
    with CollectionWriter.open(settings.home, "default", ColourEncoder.card, VOI.id) as writer:
        return sorted(place.path.name for place in writer.known())


def until(next_report, is_reached):
    """The reports up to the first one that will do: a system may tell of a change in parts."""
    reports = [next_report()]
    while not is_reached(reports):
        reports.append(next_report())
    return reports


def total(reports, name):
    return sum(getattr(report, name) for report in reports)


@pytest.mark.parametrize("poll", [False, True])
def test_a_folder_is_followed(settings, folder, poll):
    with following(settings, folder, Following(quiet_seconds=0.3, poll=poll)) as next_report:
        assert next_report().embedded == 1
        Image.new("RGB", (8, 8), (20, 200, 20)).save(folder / "green.png")
        assert next_report().embedded == 1
        (folder / "green.png").rename(folder / "moved.png")
        moved = until(next_report, lambda so_far: total(so_far, "moved"))
        assert total(moved, "pictures") == 0
        (folder / "red.png").unlink()
        assert next_report().gone == 1
    assert known(settings) == ["moved.png"]


def test_a_file_is_read_when_it_is_whole(settings, folder, tmp_path):
    Image.new("RGB", (64, 64), (20, 20, 200)).save(tmp_path / "whole.png")
    content = (tmp_path / "whole.png").read_bytes()
    with following(settings, folder) as next_report:
        next_report()
        with (folder / "blue.png").open("wb") as file:
            for at, byte in enumerate(content[:20]):
                file.write(bytes([byte]))
                file.flush()
                Event().wait(0.05 if at < 10 else 0)
            file.write(content[20:])
        report = next_report()
        assert (report.embedded, report.skipped) == (1, 0)


def test_a_folder_that_is_moved_in_is_indexed_whole(settings, folder, tmp_path):
    for name in "ab":
        (tmp_path / "study").mkdir(exist_ok=True)
        Image.new("RGB", (8, 8), (20, 200, ord(name))).save(tmp_path / "study" / f"{name}.png")
    with following(settings, folder) as next_report:
        next_report()
        (tmp_path / "study").rename(folder / "study")
        assert total(until(next_report, lambda so_far: total(so_far, "embedded") == 2), "gone") == 0
        (folder / "study").rename(tmp_path / "taken-away")
        assert total(until(next_report, lambda so_far: total(so_far, "gone") == 2), "skipped") == 0
    assert known(settings) == ["red.png"]


def test_a_root_that_is_empty_all_at_once_costs_nothing(settings, folder):
    with following(settings, folder) as next_report:
        next_report()
        (folder / "red.png").unlink()  # as when a drive is unmounted
        Event().wait(1.5)
    assert known(settings) == ["red.png"]


def test_a_collection_that_another_process_writes_to_is_waited_for(settings, folder):
    with following(settings, folder) as next_report:
        next_report()
        with CollectionWriter.open(settings.home, "default", ColourEncoder.card, VOI.id):
            Image.new("RGB", (8, 8), (20, 200, 20)).save(folder / "green.png")
            Event().wait(1.5)
        assert next_report().embedded == 1
