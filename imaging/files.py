"""Opens regular files and reads them whole, or says why that cannot be."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from core.errors import CannotDecode
from core.types import Location, SkipCode, Source
from imaging.limits import Limits


@contextmanager
def regular_file(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file for reading.

    Raises CannotDecode (UNREADABLE) for what is not one, and for a read that fails in the block.
    """
    with refusals_told(), open_regular(path) as file:
        yield file


@contextmanager
def refusals_told() -> Iterator[None]:
    """Say what to do when the system refuses a read. Raises CannotDecode (UNREADABLE)."""
    try:
        yield
    except OSError as error:
        raise CannotDecode(SkipCode.UNREADABLE, unreadable(error)) from error


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file for reading. Raises OSError, and CannotDecode for what is not one."""
    # Without O_NONBLOCK, opening a named pipe waits for a writer that may never come.
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise CannotDecode(SkipCode.UNREADABLE, "It is not a regular file.")
    return file


def unreadable(error: OSError) -> str:
    """Say why the system does not give a file. The error itself quotes its path."""
    cause = error.strerror or type(error).__name__
    return f"It cannot be read: {cause}. Check the path and its permissions."


def read_whole(path: Path, file: BufferedReader, limits: Limits) -> tuple[Source, bytes]:
    """Read an open file from its beginning, and say what was read.

    Raises CannotDecode (EMPTY, TOO_LARGE, and UNREADABLE when it changes meanwhile).
    """
    before = os.fstat(file.fileno())
    limits.check_bytes(before.st_size, limits.file_bytes, "The file")
    content = file.read(before.st_size + 1)  # one more, to see that it grew
    check_unchanged(file, before, len(content))
    check_filled(content)
    digest = hashlib.sha256(content).hexdigest()
    return Source(Location(path), len(content), before.st_mtime_ns, digest), content


def check_unchanged(file: BufferedReader, before: os.stat_result, size: int) -> None:
    """Refuse a file that changed while `size` bytes of it were read. Raises CannotDecode."""
    after = os.fstat(file.fileno())
    if (size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise CannotDecode(
            SkipCode.UNREADABLE, "It changed while it was read. Index it again when it is whole."
        )


def check_filled(content: bytes) -> None:
    """Refuse a file without a byte. Raises CannotDecode (EMPTY)."""
    if not content:
        raise CannotDecode(SkipCode.EMPTY, "The file is empty. Copy it again from its source.")
