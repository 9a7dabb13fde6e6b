"""Where a run stands, as another process reads it."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import CollectionLocked
from storage import run_notes as module
from storage.run_notes import RunNote, RunState, Work, run_notes, telling

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
NOTE = RunNote(
    Work.INDEX,
    RunState.RUNNING,
    pid=12,
    started_at=AT,
    told_at=AT,
    done=3,
    files=7,
    walking=True,
    skipped=1,
    files_per_second=2.5,
    waits_for="decode",
)
UNTIL_KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from storage.run_notes import RunNote, RunState, Work, telling
now = datetime.now(UTC)
with telling(Path(sys.argv[1]), "default", Work.INDEX) as write:
    write(RunNote(Work.INDEX, RunState.RUNNING, 1, now, now, done=3, files=7))
    print("told", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path):
    (tmp_path / "collections" / "default").mkdir(parents=True)
    return tmp_path


def test_without_a_run_there_is_no_note(home):
    assert run_notes(home, "default") == []


def test_a_run_that_goes_on_is_read_as_it_was_told(home):
    with telling(home, "default", Work.INDEX) as write:
        write(NOTE)
        assert run_notes(home, "default") == [NOTE]
        write(replace(NOTE, done=5))
        assert run_notes(home, "default") == [replace(NOTE, done=5)]


def test_a_run_that_told_its_end_has_ended(home):
    with telling(home, "default", Work.INDEX) as write:
        write(replace(NOTE, state=RunState.ENDED))
    assert run_notes(home, "default") == [replace(NOTE, state=RunState.ENDED)]


def test_kinds_of_runs_do_not_meet_and_the_newest_comes_first(home):
    later = replace(NOTE, work=Work.REINDEX, started_at=AT.replace(hour=6))
    with (
        telling(home, "default", Work.INDEX) as write,
        telling(home, "default", Work.REINDEX) as write_other,
    ):
        write(NOTE)
        write_other(later)
        assert run_notes(home, "default") == [later, NOTE]


def test_a_killed_run_is_dead(home):
    words = [sys.executable, "-c", UNTIL_KILLED, str(home)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe) as run:
        assert run.stdout.readline() == b"told\n"
        (note,) = run_notes(home, "default")
        assert (note.state, note.done, note.files) == (RunState.RUNNING, 3, 7)
        os.kill(run.pid, signal.SIGKILL)
    (note,) = run_notes(home, "default")
    assert (note.state, note.done, note.files) == (RunState.DEAD, 3, 7)


def test_a_second_run_of_a_kind_is_refused(home, monkeypatch):
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0)
    with (
        telling(home, "default", Work.INDEX),
        pytest.raises(CollectionLocked),
        telling(home, "default", Work.INDEX),
    ):
        pass


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"work": "index"}', b"\xff"])
def test_what_is_no_note_is_left_out(home, content):
    (home / "collections" / "default" / "runs").mkdir()
    (home / "collections" / "default" / "runs" / "index.json").write_bytes(content)
    assert run_notes(home, "default") == []


def test_notes_are_for_their_owner_alone(home):
    with telling(home, "default", Work.INDEX) as write:
        write(NOTE)
    folder = home / "collections" / "default" / "runs"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
