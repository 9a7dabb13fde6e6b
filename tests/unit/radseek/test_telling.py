"""How often a run tells where it stands, and what."""

import logging

import pytest

from core.errors import StorageError
from indexer.report import Progress
from indexer.stages import Recent, Stage
from radseek.cli.runs import run_line
from radseek.settings import Settings
from radseek.telling import Teller, told
from storage.run_notes import RunState, Work, run_notes
from storage.verify_findings import CheckProgress

PROGRESS = Progress(
    files=40,
    embedded=10,
    catalogued=4,
    unchanged=3,
    skipped=2,
    waiting=1,
    pictures=15,
    seconds=9.0,
    device="cpu",
    walking=False,
    recent=Recent(6.25, 3.0, Stage.DECODE),
)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_it_tells_at_once_and_then_when_a_second_has_passed():
    notes, shown, clock = [], [], Clock()
    teller = Teller(Work.INDEX, notes.append, clock)
    tell = teller.progress(shown.append)
    for now in (0.2, 0.9, 1.0, 1.5, 2.0):
        clock.now = now
        tell(PROGRESS)
    assert shown == [PROGRESS] * 5
    assert [note.done for note in notes] == [0, 19, 19]
    teller.end(RunState.ENDED)
    assert [note.state for note in notes] == [RunState.RUNNING] * 3 + [RunState.ENDED]


def test_the_note_has_the_counts_of_the_run():
    notes, clock = [], Clock()
    tell = Teller(Work.INDEX, notes.append, clock).progress(lambda _: None)
    clock.now = 1.0
    tell(PROGRESS)
    note = notes[-1]
    assert (note.files, note.done, note.embedded, note.catalogued) == (40, 19, 10, 4)
    assert (note.unchanged, note.skipped, note.waiting, note.pictures) == (3, 2, 1, 15)
    assert (note.files_per_second, note.seconds_left, note.waits_for) == (3.0, 7.0, "decode")
    assert run_line(note).startswith(
        "running, 19 of 40 files, 2 skipped, 3 files/s, waits for decode, 0:00:07 left, told at "
    )


def test_a_check_tells_its_step():
    notes, clock = [], Clock()
    tell = Teller(Work.REBUILD, notes.append, clock).check(lambda _: None)
    clock.now = 1.0
    tell(CheckProgress("rows", 5, 9))
    assert (notes[-1].step, notes[-1].done, notes[-1].files) == ("rows", 5, 9)
    assert run_line(notes[-1]).startswith("running, rows 5 of 9, told at ")


def test_a_disk_that_takes_no_note_does_not_stop_the_run(caplog):
    def refuse(_):
        raise StorageError("no space")

    shown, clock = [], Clock()
    tell = Teller(Work.INDEX, refuse, clock).progress(shown.append)
    clock.now = 5.0
    with caplog.at_level(logging.WARNING):
        tell(PROGRESS)
    assert shown == [PROGRESS]
    assert caplog.text.count("no space") == 1


@pytest.mark.parametrize(
    ("is_stopped", "state"), [(True, RunState.STOPPED), (False, RunState.ENDED)]
)
def test_the_end_is_told(tmp_path, is_stopped, state):
    (tmp_path / "collections" / "default").mkdir(parents=True)
    with told(Settings(home=tmp_path), Work.INDEX, lambda: is_stopped):
        (note,) = run_notes(tmp_path, "default")
        assert note.state is RunState.RUNNING
    (note,) = run_notes(tmp_path, "default")
    assert note.state is state


def test_a_failure_is_told_and_goes_on_up(tmp_path):
    (tmp_path / "collections" / "default").mkdir(parents=True)
    with pytest.raises(ZeroDivisionError), told(Settings(home=tmp_path), Work.INDEX, bool):
        raise ZeroDivisionError
    (note,) = run_notes(tmp_path, "default")
    assert note.state is RunState.FAILED
