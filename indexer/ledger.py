"""The account of a run: what became of each file seen, in exactly one place."""

from collections import Counter
from enum import StrEnum

from core.types import CatalogueCode, Location, SkipCode


class State(StrEnum):
    """What can be said of a file that is neither catalogued nor skipped."""

    TO_COME = "to-come"
    WAITING = "waiting"  # a slice whose series is not decided yet
    EMBEDDED = "embedded"
    UNCHANGED = "unchanged"


Fate = State | CatalogueCode | SkipCode


class Ledger:
    """Files with their fates. A later fate of a file replaces the one before."""

    def __init__(self) -> None:
        self._fates: dict[Location, Fate] = {}
        self._counts: Counter[Fate] = Counter()

    def put(self, location: Location, fate: Fate) -> None:
        """Say what became of a file."""
        before = self._fates.get(location)
        if before is not None:
            self._counts[before] -= 1
        self._fates[location] = fate
        self._counts[fate] += 1

    def is_settled(self, location: Location) -> bool:
        """Whether the file was seen and its outcome is known."""
        return self._fates.get(location, State.TO_COME) is not State.TO_COME

    def waiting(self) -> list[Location]:
        """The slices whose series is not decided yet."""
        return [place for place, fate in self._fates.items() if fate is State.WAITING]

    def count(self, fate: Fate) -> int:
        """How many files have this fate."""
        return self._counts[fate]

    def by_code(self, kind: type[CatalogueCode] | type[SkipCode]) -> dict[str, int]:
        """How many files have each of the codes of one kind, most frequent first."""
        counted = {code.value: self._counts[code] for code in kind if self._counts[code]}
        return dict(sorted(counted.items(), key=lambda pair: -pair[1]))

    def __len__(self) -> int:
        return len(self._fates)
