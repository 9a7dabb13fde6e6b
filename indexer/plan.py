"""What a run has to do: which of the files seen are new, changed, or as they were."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidRequest
from core.types import Skipped
from imaging.sources import walk
from storage.catalog import FileStatus, KnownFile


@dataclass(frozen=True, slots=True)
class Plan:
    """All files below the given paths, each in exactly one of the three."""

    to_read: tuple[Path, ...]
    unchanged: tuple[Path, ...]
    unreadable: tuple[Skipped, ...]

    @property
    def files(self) -> int:
        """How many files were seen."""
        return len(self.to_read) + len(self.unchanged) + len(self.unreadable)


def make_plan(paths: Iterable[Path], known: Mapping[Path, KnownFile]) -> Plan:
    """Walk the paths and compare with what is known. Raises InvalidRequest for a missing path.

    A file is taken as unchanged when its size and modification time are; others are read, and
    their content hash decides. A file that was skipped before is tried again.
    """
    paths = tuple(paths)
    for path in paths:
        if not path.exists():
            raise InvalidRequest(f"Cannot index {path}: there is no such file or folder.")
    to_read, unchanged, unreadable = [], [], []
    for found in walk(paths):
        if isinstance(found, Skipped):
            unreadable.append(found)
        elif _is_unchanged(found, known.get(found)):
            unchanged.append(found)
        else:
            to_read.append(found)
    return Plan(tuple(to_read), tuple(unchanged), tuple(unreadable))


def _is_unchanged(path: Path, before: KnownFile | None) -> bool:
    if before is None or before.status is not FileStatus.EMBEDDED:
        return False
    try:
        now = path.stat()
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns) == (before.size, before.modified_ns)
