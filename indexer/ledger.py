"""The account of a run: what became of each file seen, in exactly one place."""

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from core.types import CatalogueCode, Location, SkipCode
from storage.visits import Visits


class State(StrEnum):
    """What can be said of a file that is neither catalogued nor skipped."""

    TO_COME = "to-come"
    WAITING = "waiting"  # a slice whose series is not decided yet
    EMBEDDED = "embedded"
    UNCHANGED = "unchanged"
    MOVED = "moved"  # it was known here, and was seen at another place: not a file of its own


Fate = State | CatalogueCode | SkipCode

FATES: Final = {fate.value: fate for kind in (State, CatalogueCode, SkipCode) for fate in kind}


class Ledger:
    """Files with their fates. A later fate of a file replaces the one before.

    The files are on disk and their counts in memory. Threads can share it.
    """

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._counts: Counter[Fate] = Counter()

    def put(self, location: Location, fate: Fate) -> None:
        """Say what became of a file."""
        self.put_all({location: fate})

    def put_all(self, fates: Mapping[Location, Fate]) -> None:
        """Say what became of files."""
        with self._visits.together():
            before = self._visits.fates(fates)
            self._visits.put({place: fate.value for place, fate in fates.items()})
            self._counts.subtract(FATES[fate] for fate in before.values())
            self._counts.update(fates.values())

    def add(self, location: Location, fate: Fate) -> bool:
        """Say what became of a file of which nothing was said; of another one give false."""
        with self._visits.together():
            is_new = self._visits.add(location, fate.value)
            self._counts[fate] += is_new
        return is_new

    def is_settled(self, location: Location) -> bool:
        """Whether the file was seen and its outcome is known."""
        return self._visits.fate(location) not in (None, State.TO_COME.value)

    def waiting(self) -> Iterator[Location]:
        """The slices whose series is not decided yet; their fates may change meanwhile."""
        return self._visits.with_fate(State.WAITING.value)

    def count(self, fate: Fate) -> int:
        """How many files have this fate."""
        return self._counts[fate]

    def by_code(self, kind: type[CatalogueCode] | type[SkipCode]) -> dict[str, int]:
        """How many files have each of the codes of one kind, most frequent first."""
        counted = {code.value: self._counts[code] for code in kind if self._counts[code]}
        return dict(sorted(counted.items(), key=lambda pair: -pair[1]))

    def __len__(self) -> int:
        with self._visits.together():
            return self._counts.total() - self._counts[State.MOVED]
