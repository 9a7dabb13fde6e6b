"""The rows that have a key, without a look at all rows."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.types import Ids

Keys = NDArray[np.int64]
Places = NDArray[np.int64]  # of rows in a snapshot


class RowsByKey(Protocol):
    """Where the rows of each key lie."""

    def rows_with(self, wanted: Keys) -> Places:
        """The rows that have one of the keys (n,), ascending."""


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Consecutive rows with one key each, as files are indexed: arrays (r,), by their keys."""

    keys: Keys
    starts: Places
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, keys: Keys) -> "Runs":
        """The runs of the keys of all rows (rows,)."""
        is_first = np.ones(len(keys), dtype=np.bool_)
        is_first[1:] = keys[1:] != keys[:-1]
        starts = np.flatnonzero(is_first)
        lengths = np.diff(starts, append=len(keys))
        order = np.argsort(keys[starts], kind="stable")
        return cls(keys[starts][order], starts[order], lengths[order])

    def rows_with(self, wanted: Keys) -> Places:
        """The rows that have one of the keys (n,), ascending."""
        different = np.unique(wanted)
        first = np.searchsorted(self.keys, different)
        runs = _spans(first, np.searchsorted(self.keys, different, side="right") - first)
        rows = _spans(self.starts[runs], self.lengths[runs])
        rows.sort()
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Rows with the same pixels: their key is the id of the first picture that had them.

    Most archives have few others, and only these are looked through.
    """

    ids: Ids  # of all rows
    keys: Keys
    others: Places  # the rows whose key is not their id
    runs: Runs  # of the others

    @classmethod
    def of(cls, ids: Ids, keys: Keys) -> "Copies":
        """The copies among all rows: ids and keys (rows,)."""
        others = np.flatnonzero(keys != ids)
        return cls(ids, keys, others, Runs.of(keys[others]))

    def rows_with(self, wanted: Keys) -> Places:
        """The rows that have one of the keys (n,), ascending."""
        rows = np.append(self._firsts(wanted), self.others[self.runs.rows_with(wanted)])
        rows.sort()
        return rows

    def _firsts(self, wanted: Keys) -> Places:
        different = np.unique(wanted)
        places: Places = np.searchsorted(self.ids, different)
        is_first = places < len(self.ids)
        at = places[is_first]
        is_first[is_first] = (self.ids[at] == different[is_first]) & (self.keys[at] == self.ids[at])
        return places[is_first]


def _spans(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of each span, one span after the other."""
    before = np.cumsum(lengths) - lengths
    numbers: NDArray[np.int64] = np.repeat(starts - before, lengths)
    numbers += np.arange(len(numbers))
    return numbers
