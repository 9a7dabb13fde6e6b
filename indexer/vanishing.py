"""Which files of the collection are no longer there; where there is a doubt, a file is."""

import os
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from pathlib import Path

from core.types import Location
from indexer.intake import PASSING
from indexer.ledger import Ledger, State
from storage.visits import Visits
from storage.visits_catalog import Recall


class Missing(Enum):
    """What becomes of files that a run does not find where they were."""

    KEEP = auto()
    REMOVE = auto()  # but for those of a named folder in which there is no file at all
    REMOVE_ALL = auto()


class Vanished:
    """The files under the named paths that a walk, which came to its end, has not seen."""

    def __init__(self, named: Sequence[Path], visits: Visits, recall: Recall) -> None:
        self._named = named
        self._visits = visits
        self._recall = recall

    def emptied(self) -> Mapping[Path, int]:
        """Named folders without a file that had some, and how many: a drive may not be mounted."""
        empty = [path for path in self._named if path.is_dir() and not self._has_files(path)]
        held = {path: self._recall.how_many(path) for path in empty}
        return {path: number for path, number in held.items() if number}

    def gone(self, missing: Missing) -> Iterator[Location]:
        """The files to be removed. They may be removed meanwhile."""
        if missing is Missing.KEEP:
            return
        spared = set(self.emptied()) if missing is Missing.REMOVE else set[Path]()
        believed = set(self._named) - spared
        for path in sorted(believed):
            if believed.isdisjoint(path.parents):  # else it comes with one of them
                for place in self._recall.unseen(path):
                    if spared.isdisjoint(place.path.parents) and self._is_gone(place):
                        yield place

    def _has_files(self, folder: Path) -> bool:
        return self._visits.has_seen_under(folder)

    def _is_gone(self, place: Location) -> bool:
        if any(map(self._visits.is_refused, (place.path, *place.path.parents))):
            return False  # nobody could look
        if place.member and (fate := self._visits.fate(Location(place.path))):
            return fate not in PASSING  # the archive was seen, and does not have it
        return is_missing(place.path)


class Moves:
    """Where files lay that have moved: unseen by this run, and not there when it looks."""

    def __init__(self, ledger: Ledger, recall: Recall, missing: Missing) -> None:
        self._ledger = ledger
        self._recall = recall
        self._missing = missing

    def old_places(self, sha256: str) -> list[Location]:
        """Where files with these bytes lay; each place is told once."""
        if self._missing is Missing.KEEP:
            return []
        places = (place for place in self._recall.places(sha256) if is_missing(place.path))
        return [place for place in places if self._ledger.add(place, State.MOVED)]


def is_missing(path: Path) -> bool:
    """Whether nothing lies at a path that was resolved once; false when the system cannot tell.

    Nothing does where a link leads to something else; where one leads nowhere, nobody can tell.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    try:
        return os.path.realpath(path, strict=True) != os.fspath(path)
    except OSError:
        return False
