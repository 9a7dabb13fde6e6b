"""Finds the files to index and reads their bytes; nothing here decodes."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import CannotDecode
from core.types import SkipCode, Skipped, Source
from imaging.limits import MAX_FILE_BYTES, check_bytes


def walk(paths: Sequence[Path]) -> Iterator[Path | Skipped]:
    """Yield every file under `paths`: absolute, in sorted order, each once, hidden ones too.

    Symbolic links are followed to where they lead, so that a cycle ends. A folder that cannot be
    listed comes as Skipped (UNREADABLE); what is not a regular file is refused by `read_source`.
    """
    waiting = sorted({_target(path) for path in paths}, reverse=True)
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            waiting.extend(sorted(_children(path), reverse=True))
        except NotADirectoryError:
            yield path
        except OSError as error:
            yield _unlisted(path, error)


def _children(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        return [
            _target(Path(entry.path)) if entry.is_symlink() else Path(entry.path)
            for entry in entries
        ]


def _target(path: Path) -> Path:
    """Where a path leads; a link into itself stays as it is, and then fails when it is read."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def _unlisted(path: Path, error: OSError) -> Skipped:
    return Skipped(path, SkipCode.UNREADABLE, f"It cannot be listed: {error.strerror}.")


def read_source(path: Path) -> tuple[Source, bytes]:
    """Read a regular file once, and say what was read.

    Raises CannotDecode (UNREADABLE, EMPTY, TOO_LARGE).
    """
    try:
        content, state = _read_regular(path)
    except OSError as error:
        raise CannotDecode(
            SkipCode.UNREADABLE,
            f"It cannot be read: {error.strerror}. Check the path and its permissions.",
        ) from error
    if not content:
        raise CannotDecode(SkipCode.EMPTY, "The file is empty. Copy it again from its source.")
    digest = hashlib.sha256(content).hexdigest()
    return Source(path.absolute(), len(content), state.st_mtime_ns, digest), content


def _read_regular(path: Path) -> tuple[bytes, os.stat_result]:
    # Without O_NONBLOCK, opening a named pipe waits for a writer that may never come.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise CannotDecode(SkipCode.UNREADABLE, "It is not a regular file.")
        check_bytes(before.st_size, MAX_FILE_BYTES, "The file")
        content = file.read(before.st_size + 1)  # one more, to see that it grew
        after = os.fstat(file.fileno())
    if (len(content), before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise CannotDecode(
            SkipCode.UNREADABLE, "It changed while it was read. Index it again when it is whole."
        )
    return content, after
