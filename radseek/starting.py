"""Runs that the page starts: processes of their own, which outlive it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Final

from core.errors import CollectionLocked, InvalidRequest, NotAllowed
from core.types import SkipCode
from radseek.settings import Settings
from storage.run_notes import Work, holder, log_file, run_notes

NO_ROOTS: Final = (
    "No folder may be added from the page. Name those below which it may in the setting `roots`, "
    """such as RADSEEK_ROOTS='["/archive"]', and start the page again."""
)


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
        raise InvalidRequest("This is no path. Type that of a folder.") from error
    if not is_below or not Path(typed.strip()).is_absolute():
        raise NotAllowed(
            "This folder may not be added from the page. Type the absolute path of one below: "
            f"{', '.join(map(str, settings.roots))}."
        )
    if not path.exists():
        raise InvalidRequest(
            f"There is no {path}. Look at the spelling, and whether it is mounted."
        )
    return path


def start_indexing(settings: Settings, path: Path) -> None:
    """Index a path of `allowed_path` by a process of its own, with its log beside the notes.

    Raises CollectionLocked when one is on, StorageError.
    """
    _start(settings, "index", "--", str(path))


def start_retry(settings: Settings, code: SkipCode) -> None:
    """Read the skipped files of a code again, in the same way."""
    _start(settings, "retry", "--code", code.value)


def _start(settings: Settings, *command: str) -> None:
    notes = run_notes(settings.home, settings.collection)
    if any(note.is_on and note.work is Work.INDEX for note in notes):
        raise CollectionLocked("Another run is indexing. Wait until it has ended, or stop it.")
    place = ["--home", str(settings.home.absolute()), "--collection", settings.collection]
    words = [sys.executable, "-P", "-m", "radseek", *place, *command]
    with log_file(settings.home, settings.collection, Work.INDEX) as log:
        started = subprocess.Popen(  # noqa: S603  (no shell; a path is one word)
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    Thread(target=started.wait, name="run", daemon=True).start()  # so that none stays as a zombie


def stop_indexing(settings: Settings) -> None:
    """Ask the run that is on to stop, as Ctrl-C does. Raises InvalidRequest when none can be."""
    pid = holder(settings.home, settings.collection, Work.INDEX)
    if pid is None:
        raise InvalidRequest(
            "No run of this machine can be stopped from here. Press Ctrl-C where it was started."
        )
    os.kill(pid, signal.SIGINT)
