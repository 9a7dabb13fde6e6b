"""Where a run stands, told to other processes: one small file for each kind of run.

Who tells holds a lock beside the file, which the system lets go with the process, also after
kill -9 and across containers that share the folder. The notes name no path and no patient.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from time import sleep
from typing import Any, BinaryIO, Final

from core.errors import CollectionLocked
from storage.database import storage_errors
from storage.layout import collection_folder, make_private

FOLDER: Final = "runs"
LOCKS: Final = Path("/proc/locks")
ATTEMPTS: Final = 50
PAUSE_SECONDS: Final = 0.02


class Work(StrEnum):
    """What a run does. Runs of different kinds can be on at once."""

    INDEX = "index"
    REINDEX = "reindex"
    REBUILD = "rebuild"
    VERIFY = "verify"
    EVALUATE = "evaluate"


class RunState(StrEnum):
    """How a run stands, or how it ended."""

    RUNNING = "running"
    ENDED = "ended"  # it did all that there was to do
    STOPPED = "stopped"  # by a person, and can be gone on with
    FAILED = "failed"
    DEAD = "dead"  # it was killed, or its machine went down


@dataclass(frozen=True, slots=True)
class RunNote:
    """Where a run stands. Counts are of files."""

    work: Work
    state: RunState
    pid: int  # as its own machine or container counts
    started_at: datetime  # aware, UTC, like `told_at`
    told_at: datetime
    step: str = ""  # of a check or a rebuild
    done: int = 0
    files: int = 0  # seen so far; what `done` goes up to
    walking: bool = False  # more may be found
    embedded: int = 0
    catalogued: int = 0
    unchanged: int = 0
    skipped: int = 0
    waiting: int = 0  # slices whose series is not decided yet
    pictures: int = 0
    files_per_second: float = 0.0  # lately, like the next
    images_per_second: float = 0.0
    seconds_left: float | None = None  # None: nobody knows
    waits_for: str = ""  # the stage that was waited for longest, lately
    device: str = ""
    advice: str = ""

    @property
    def is_on(self) -> bool:
        """Whether it goes on now."""
        return self.state is RunState.RUNNING


@contextmanager
def telling(home: Path, name: str, work: Work) -> Iterator[Callable[[RunNote], None]]:
    """Inside, this process is the one that runs; yields what writes a note in one step.

    The collection's folder must be there. Raises CollectionLocked when another one does, and
    StorageError, also from what is yielded.
    """
    path = _path(home, name, work)
    with storage_errors(name):
        make_private(path.parent)
        lock = os.open(_lock(path), os.O_RDWR | os.O_CREAT, 0o600)

    def write(note: RunNote) -> None:
        draft = path.with_suffix(".draft")
        with storage_errors(name):
            draft.write_text(json.dumps(_json(note)), encoding="ascii")
            draft.chmod(0o600)
            draft.replace(path)  # not synced: after a power cut nothing runs

    try:
        _take(lock, name)
        yield write
    finally:
        os.close(lock)


def run_notes(home: Path, name: str) -> list[RunNote]:
    """The last run of each kind, the newest first. Raises InvalidRequest, StorageError."""
    with storage_errors(name):
        notes = [note for work in Work if (note := _note(_path(home, name, work)))]
    return sorted(notes, key=lambda note: note.started_at, reverse=True)


def log_file(home: Path, name: str, work: Work) -> BinaryIO:
    """What runs that are started for the page add to, for its owner alone. Raises StorageError.

    The collection need not be there.
    """
    path = _path(home, name, work).with_suffix(".log")
    with storage_errors(name):
        make_private(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "ab")


def log_since(home: Path, name: str, work: Work, start: int) -> str:
    """What was added to that log behind its first bytes. Raises StorageError."""
    with storage_errors(name), _path(home, name, work).with_suffix(".log").open("rb") as log:
        log.seek(start)
        return log.read().decode("utf-8", "replace")


def holder(home: Path, name: str, work: Work) -> int | None:
    """The process of a run that is on; None when none is, or none that this system can see."""
    try:
        inode = _lock(_path(home, name, work)).stat().st_ino
        lines = LOCKS.read_text().splitlines()
    except FileNotFoundError:
        return None
    pids = (_holder(line.split(), inode) for line in lines)
    return next((pid for pid in pids if pid), None)


def _holder(words: Sequence[str], inode: int) -> int | None:
    """The process of a line of proc_locks(5) with an exclusive lock on a file."""
    _number, kind, _advisory, access, pid, file, *_range = words
    is_ours = (kind, access) == ("FLOCK", "WRITE") and file.rpartition(":")[2] == str(inode)
    return int(pid) if is_ours and int(pid) > 0 else None


def _note(path: Path) -> RunNote | None:
    """The note in a file; None without one, or with one of another radseek's form."""
    held = _is_held(_lock(path))  # first: a run that ends between tells so before it lets go
    try:
        note = _from_json(json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None
    return replace(note, state=RunState.DEAD) if note.is_on and not held else note


def _take(lock: int, name: str) -> None:
    """Hold the lock; who looks at it holds it for a moment, too."""
    for _attempt in range(ATTEMPTS):
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(PAUSE_SECONDS)
    raise CollectionLocked(
        f"Another process does the same with the collection {name!r}. "
        "Wait until it has finished, then start again."
    )


def _is_held(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _path(home: Path, name: str, work: Work) -> Path:
    return collection_folder(home, name) / FOLDER / f"{work}.json"


def _lock(path: Path) -> Path:
    return path.with_suffix(".lock")


def _json(note: RunNote) -> dict[str, Any]:
    times = {"started_at": note.started_at.isoformat(), "told_at": note.told_at.isoformat()}
    return asdict(note) | times


def _from_json(told: dict[str, Any]) -> RunNote:
    times = {name: datetime.fromisoformat(told[name]) for name in ("started_at", "told_at")}
    work, state = Work(told["work"]), RunState(told["state"])
    return RunNote(**(told | times | {"work": work, "state": state}))
