"""One writer at a time."""

import fcntl
import os
from pathlib import Path

from core.errors import CollectionLocked


class WriterLock:
    """An exclusive lock on a file, held until `release` or the end of the process.

    flock(2) works on local file systems only.
    """

    def __init__(self, path: Path, collection: str) -> None:
        """Take the lock at once, or raise CollectionLocked."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise CollectionLocked(
                f"Another process is writing to the collection {collection!r}. "
                "Wait until it has finished, then start again."
            ) from error

    def release(self) -> None:
        """Let the next writer in."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)
