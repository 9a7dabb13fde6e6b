"""Finds the files to index and reads their bytes; nothing here decodes."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.types import Found, Location, SkipCode, Skipped, Source
from imaging.files import read_whole, regular_file, unreadable
from imaging.limits import DEFAULT_LIMITS, Limits
from imaging.zips import ZipArchive

LEADS_OUT = "The link leads out of the folder that is indexed. Index where it leads to by its path."


def walk(paths: Sequence[Path], *, links_out: bool = True) -> Iterator[Found | Skipped]:
    """Yield every file under `paths`: absolute, in sorted order, each once, hidden ones too.

    Symbolic links are followed to where they lead, so that a cycle ends. What is not there, or
    cannot be listed, comes as Skipped (UNREADABLE). What is no regular file is found like any
    other, and refused when it is read. Archives are found as files; their members are not. Without
    `links_out` a link that leads out of all `paths` comes as Skipped (UNSAFE_PATH). In memory are
    the folders, what links lead to, and the names in the folders at hand.
    """
    seen, refused = _Seen(), set[str]()
    named = [_target(path) for path in paths]
    waiting = sorted({(str(path), str(path)) for path in named}, reverse=True)
    while waiting:
        path, link = waiting.pop()
        if link and not links_out and not any(map(Path(path).is_relative_to, named)):
            yield Skipped(Location(Path(link)), SkipCode.UNSAFE_PATH, LEADS_OUT)
            continue
        try:
            state = os.stat(path)  # noqa: PTH116  (a Path for each costs as much again)
            if stat.S_ISDIR(state.st_mode):
                if seen.is_new(path):
                    waiting.extend(sorted(_children(path), reverse=True))
            elif seen.is_new_file(path, is_led_to=bool(link)):
                yield Found(Location(Path(path)), state.st_size, state.st_mtime_ns)
        except OSError as error:
            if path not in refused:
                refused.add(path)
                yield _unlisted(Path(path), error)


class _Seen:
    """What a walk has come to: the folders, and the files that a link or a name led to.

    Other files are in one folder each, and each folder is listed once.
    """

    def __init__(self) -> None:
        self._paths: set[str] = set()

    def is_new(self, path: str) -> bool:
        """Whether this is the first time that the walk comes to a folder."""
        is_new = path not in self._paths
        self._paths.add(path)
        return is_new

    def is_new_file(self, path: str, *, is_led_to: bool) -> bool:
        """Whether this is the first time that the walk comes to a file."""
        if not is_led_to:
            return path not in self._paths
        return os.path.dirname(path) not in self._paths and self.is_new(path)  # noqa: PTH120


def _children(folder: str) -> list[tuple[str, str]]:
    """What lies in a folder, each with the link that leads to it, if one does."""
    with os.scandir(folder) as entries:
        return [
            (str(_target(Path(entry.path))), entry.path) if entry.is_symlink() else (entry.path, "")
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
