"""Runs that the page starts: processes of their own, which outlive it."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Final

from core.errors import CollectionLocked, InvalidRequest, NotAllowed
from core.types import SkipCode
from radseek.settings import Settings
from storage.run_notes import RunNote, RunState, Work, holder, log_file, log_since, run_notes

LAST_CHARACTERS: Final = 2000
NO_ROOTS: Final = (
    "No folder may be added from the page. Name those below which it may in the setting `roots`, "
    """such as RADSEEK_ROOTS='["/archive"]', and start the page again."""
)


@dataclass(frozen=True, slots=True)
class Truth:
    """What a person wants to have evaluated."""

    name: str
    by: str  # tags, without a file
    file: Path | None  # of `allowed_path`
    within: str


def allowed_path(settings: Settings, typed: str) -> Path:
    """The file or folder that was typed, with its links resolved.

    Raises NotAllowed when it is not below a root of the settings, InvalidRequest when it is not
    there.
    """
    if not settings.roots:
        raise NotAllowed(NO_ROOTS)
    try:
        path = Path(typed.strip()).resolve(strict=False)
        is_below = any(path.is_relative_to(root.resolve()) for root in settings.roots)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name with a NUL
        raise InvalidRequest("This is no path. Type that of a folder or file.") from error
    if not is_below or not Path(typed.strip()).is_absolute():
        raise NotAllowed(
            "This may not be read from the page. Type the absolute path of what lies below: "
            f"{', '.join(map(str, settings.roots))}."
        )
    if not path.exists():
        raise InvalidRequest(
            f"There is no {path}. Look at the spelling, and whether it is mounted."
        )
    return path


@dataclass(frozen=True, slots=True)
class Started:
    """A run that was started, which goes on by itself."""

    settings: Settings
    work: Work
    process: "subprocess.Popen[bytes]"
    at: datetime
    log_from: int  # bytes of the log before it

    def is_over(self) -> bool:
        """Whether the process has come to its end, and said all that it says."""
        return self.process.poll() is not None

    def has_died(self) -> bool:
        """Whether it ended without having done what it was for. Raises StorageError."""
        note = self.note()
        is_done = note is not None and note.state in {RunState.ENDED, RunState.STOPPED}
        return bool(self.process.poll()) and not is_done

    def note(self) -> RunNote | None:
        """Where it stands, by which it is followed; None until it tells. Raises StorageError."""
        notes = run_notes(self.settings.home, self.settings.collection)
        own = (note for note in notes if note.work is self.work and note.started_at >= self.at)
        return next(own, None)

    def last_words(self) -> str:
        """The end of what it said. Raises StorageError."""
        home, name = self.settings.home, self.settings.collection
        return log_since(home, name, self.work, self.log_from)[-LAST_CHARACTERS:]


def start_indexing(settings: Settings, path: Path) -> Started:
    """Index a path of `allowed_path` by a process of its own, with its log beside the notes.

    Raises CollectionLocked when one is on, StorageError.
    """
    return _start(settings, Work.INDEX, "index", "--", str(path))


def start_retry(settings: Settings, code: SkipCode) -> Started:
    """Read the skipped files of a code again, in the same way.

    Raises NotAllowed for links, which would be followed.
    """
    if code is SkipCode.UNSAFE_PATH:
        raise NotAllowed("Where links lead is not read from the page. Index it by its own path.")
    return _start(settings, Work.INDEX, "retry", "--code", code.value)


def start_check(settings: Settings) -> Started:
    """Check the collection, in the same way."""
    return _start(settings, Work.VERIFY, "verify")


def start_evaluation(settings: Settings, truth: Truth) -> Started:
    """Evaluate the collection, in the same way."""
    options = [f"--within={truth.within}"] if truth.within.strip() else []
    if truth.file is None:
        options.append(f"--by={truth.by}")
    else:
        options.append(f"--truth={truth.file}")
    return _start(settings, Work.EVALUATE, "evaluate", f"--name={truth.name}", *options)


def _start(settings: Settings, work: Work, *command: str) -> Started:
    notes = run_notes(settings.home, settings.collection)
    if any(note.is_on and note.work is work for note in notes):
        raise CollectionLocked("Another run does the same. Wait until it has ended, or stop it.")
    place = ["--home", str(settings.home.absolute()), "--collection", settings.collection]
    words = [sys.executable, "-P", "-m", "radseek", *place, *command]
    at = datetime.now(UTC)
    with log_file(settings.home, settings.collection, work) as log:
        log_from = os.fstat(log.fileno()).st_size
        process = subprocess.Popen(  # noqa: S603  (no shell; a path is one word)
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"RADSEEK_LINKS_OUT": "false"},
        )
    Thread(target=process.wait, name="run", daemon=True).start()  # so that none stays as a zombie
    return Started(settings, work, process, at, log_from)


def stop_indexing(settings: Settings) -> None:
    """Ask the run that is on to stop, as Ctrl-C does. Raises InvalidRequest when none can be."""
    pid = holder(settings.home, settings.collection, Work.INDEX)
    if pid is None:
        raise InvalidRequest(
            "No run of this machine can be stopped from here. Press Ctrl-C where it was started."
        )
    os.kill(pid, signal.SIGINT)
