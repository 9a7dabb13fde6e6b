"""Finds the files to index and reads their bytes; nothing here decodes."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.types import Found, Location, SkipCode, Skipped, Source
from imaging.files import read_whole, regular_file, unreadable
from imaging.limits import DEFAULT_LIMITS, Limits
from imaging.zips import ZipArchive


def walk(paths: Sequence[Path]) -> Iterator[Found | Skipped]:
    """Yield every file under `paths`: absolute, in sorted order, each once, hidden ones too.

    Symbolic links are followed to where they lead, so that a cycle ends. What is not there, or
    cannot be listed, comes as Skipped (UNREADABLE). What is no regular file is found like any
    other, and refused when it is read. Archives are found as files; their members are not.
    """
    waiting = sorted({_target(path) for path in paths}, reverse=True)
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            state = path.stat()
            if not stat.S_ISDIR(state.st_mode):
                yield Found(Location(path), state.st_size, state.st_mtime_ns)
                continue
            waiting.extend(sorted(_children(path), reverse=True))
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
    return Skipped(Location(path), SkipCode.UNREADABLE, unreadable(error))


def read_source(location: Location, limits: Limits = DEFAULT_LIMITS) -> tuple[Source, bytes]:
    """Read one file whole, or one member of a zip archive, and say what was read.

    Raises CannotDecode (UNREADABLE, EMPTY, TOO_LARGE; of a member CORRUPT and UNSUPPORTED too).
    """
    if location.member:
        with ZipArchive(location.path, limits) as archive:
            return archive.read(location.member)
    with regular_file(location.path) as file:
        return read_whole(location.path, file, limits)
