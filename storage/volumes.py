"""The series of several pictures with the mean of their rows, made when it is first asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids
from storage.shards import HalfRows, to_half

BLOCK: Final = 4096  # rows that are read at once
FEWEST: Final = 2  # pictures of a series that has a mean

Keys = NDArray[np.int64]
Gather = Callable[[Ids], Embeddings]  # the rows of pictures


@dataclass(frozen=True, slots=True, eq=False)
class VolumeMeans:
    """Series, by their keys, and the direction of the mean of their rows."""

    keys: Keys  # (s,), ascending
    rows: HalfRows  # (s, dim), of unit length


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Means with the rows that they are of."""

    ids: Ids
    keys: Keys  # of the rows
    means: VolumeMeans


class Volumes:
    """The means of one snapshot; threads can share it."""

    def __init__(self, ids: Ids, before: Made | None = None) -> None:
        """Begin with what was made of other rows."""
        self._ids = ids
        self._before = before
        self._made: Made | None = None
        self._lock = Lock()

    def get(self, keys: Keys, gather: Gather) -> VolumeMeans:
        """The means; `keys` are the series of the rows. Reads the rows of new series alone."""
        with self._lock:
            if self._made is None:
                means = _means(self._ids, keys, gather, self._before)
                self._made, self._before = Made(self._ids, keys, means), None
            return self._made.means

    def followed_by(self, ids: Ids) -> "Volumes":
        """Those of the next snapshot, which begins with what is known now."""
        with self._lock:
            return Volumes(ids, self._made or self._before)


def _means(ids: Ids, keys: Keys, gather: Gather, before: Made | None) -> VolumeMeans:
    different, counts = np.unique(keys, return_counts=True)
    wanted = different[counts >= FEWEST]
    if before is None:
        return VolumeMeans(wanted, _read(ids, keys, wanted, gather))
    kept = np.isin(before.means.keys, wanted) & ~np.isin(
        before.means.keys, _moved(ids, keys, before)
    )
    new = wanted[~np.isin(wanted, before.means.keys[kept])]
    told = np.concatenate([before.means.keys[kept], new])
    rows = np.concatenate([before.means.rows[kept], _read(ids, keys, new, gather)])
    order = np.argsort(told)
    return VolumeMeans(told[order], rows[order])


def _moved(ids: Ids, keys: Keys, before: Made) -> Keys:
    """The series of which a picture has come or ended."""
    came = keys[~np.isin(ids, before.ids, assume_unique=True)]
    ended = before.keys[~np.isin(before.ids, ids, assume_unique=True)]
    return np.concatenate([came, ended])


def _read(ids: Ids, keys: Keys, wanted: Keys, gather: Gather) -> HalfRows:
    """The means of the wanted series (s,), which ascend."""
    places = np.flatnonzero(np.isin(keys, wanted))
    places = places[np.argsort(keys[places], kind="stable")]
    of = np.searchsorted(wanted, keys[places])
    sums = np.zeros((len(wanted), gather(ids[:0]).shape[1]), np.float32)
    for block in _blocks(len(places)):
        starts = np.flatnonzero(np.diff(of[block], prepend=-1))
        sums[of[block][starts]] += np.add.reduceat(gather(ids[places[block]]), starts, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return to_half(sums / np.maximum(lengths, np.finfo(np.float32).tiny))


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, count, BLOCK))
