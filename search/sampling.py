"""Pictures that stand for all of a collection."""

from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids
from storage.snapshot import Snapshot

SAMPLE: Final = 2048  # pictures; percentiles are steps of a twentieth
CHANGED: Final = 0.1  # share of the rows from which on the sample is drawn anew


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Some rows of a snapshot, the same ones for the same ids."""

    ids: Ids  # (n,), as the dice fell
    rows: Embeddings  # (n, dim)
    last_id: int  # of the snapshot
    count: int  # rows of the snapshot

    def fits(self, ids: Ids) -> bool:
        """Whether a snapshot with these rows, a later one, has mostly the rows of this one's."""
        added = len(ids) - int(np.searchsorted(ids, self.last_id, side="right"))
        removed = self.count - (len(ids) - added)
        return added + removed <= CHANGED * self.count


class Sampler:
    """Keeps the sample of a collection while it changes little. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: Sample | None = None
        self._own: tuple[int, Sample] | None = None  # of the state that was asked for last
        self._lock = Lock()

    def sample(self, snapshot: Snapshot) -> Sample:
        """The sample of a snapshot that is not empty; some of it may be gone since.

        To compare with, not to answer by: it depends on what was asked before.
        """
        with self._lock:
            if self._kept is None or not self._kept.fits(snapshot.ids):
                self._kept = self._drawn(snapshot)
            return self._kept

    def own(self, snapshot: Snapshot) -> Sample:
        """The sample that any sampler gives of this snapshot, which is not empty."""
        with self._lock:
            return self._drawn(snapshot)

    def _drawn(self, snapshot: Snapshot) -> Sample:
        if self._own is None or self._own[0] != snapshot.sequence:
            self._own = snapshot.sequence, draw(snapshot)
        return self._own[1]


def draw(snapshot: Snapshot) -> Sample:
    """Draw rows at random, with nothing but their ids for the dice; all where there are few.

    The first ones of a sample are a smaller sample.
    """
    ids = snapshot.ids
    dice = scattered(ids)
    chosen = np.argpartition(dice, SAMPLE)[:SAMPLE] if len(ids) > SAMPLE else np.arange(len(ids))
    drawn = ids[chosen[np.argsort(dice[chosen])]]
    return Sample(drawn, snapshot.embeddings(drawn), int(ids[-1]), len(ids))


def scattered(ids: Ids) -> NDArray[np.uint64]:
    """A number for each id that looks random: the end of SplitMix64 (Steele et al., 2014)."""
    mixed = ids.astype(np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scattered: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return scattered
