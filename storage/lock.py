"""One writer at a time."""

import fcntl
import os
from contextlib import ExitStack
from pathlib import Path

from core.errors import CollectionLocked
from storage.layout import Layout, layout_of


class WriterLock:
    """An exclusive lock on a file, held until `release` or the end of the process.

    flock(2) works on local file systems only.
    """

    def __init__(self, path: Path, collection: str, doing: str = "writing to") -> None:
        """Take the lock at once, or raise CollectionLocked; `doing` is what the holder does."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise CollectionLocked(
                f"Another process is {doing} the collection {collection!r}. "
                "Wait until it has finished, then start again."
            ) from error

    def release(self) -> None:
        """Let the next writer in."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)


def lock_served(home: Path, name: str, opened: ExitStack) -> Layout:
    """Hold the writer's lock of the edition that is served; makes the folder of a new collection.

    An edition stays the served one while its lock is held. Raises CollectionLocked, InvalidRequest
    for a bad name, CollectionCorrupt.
    """
    while True:
        layout = layout_of(home, name)
        layout.create()
        lock = WriterLock(layout.lock, name)
        if layout_of(home, name) == layout:
            opened.callback(lock.release)
            return layout
        lock.release()  # another edition is served since we looked
