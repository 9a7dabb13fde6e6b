"""What a score is worth in this collection: its percentile, and where hits sink into noise."""

from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids, Ranking, Scores
from search.encoding import Encoded, Kind, Means, embed_texts
from search.neutral_texts import NEUTRAL_TEXTS
from search.noise import Chance, chance_of, noise_floor
from search.request import Request
from search.retrieval import Found
from search.standing import NO_SLICE
from storage.snapshot import Snapshot

SAMPLE: Final = 2048  # pictures; percentiles are steps of a twentieth
FEWEST: Final = 200  # pictures of a collection that can say what chance is
AS_QUERIES: Final = 256  # pictures of the sample that stand for other image queries
CHANGED: Final = 0.1  # share of the rows from which on the sample is drawn anew


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What the scores of a page are worth."""

    percentiles: tuple[float | None, ...]  # of each hit
    noise_from: int | None  # the rank from which on hits are not told from chance


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Some rows of a snapshot, the same ones for the same ids."""

    rows: Embeddings  # (n, dim)
    last_id: int  # of the snapshot
    count: int  # rows of the snapshot

    def fits(self, ids: Ids) -> bool:
        """Whether a snapshot with these rows, a later one, has mostly the rows of this one's."""
        added = len(ids) - int(np.searchsorted(ids, self.last_id, side="right"))
        removed = self.count - (len(ids) - added)
        return added + removed <= CHANGED * self.count


class Background:
    """The background of a collection's queries. Safe to share between threads."""

    def __init__(self, means: Means) -> None:
        """The encoder is called at the first text query."""
        self._means = means
        self._texts: Embeddings | None = None
        self._sample: Sample | None = None
        self._others: dict[Kind, Chance] = {}
        self._lock = Lock()

    def judge(self, snapshot: Snapshot, encoded: Encoded, page: Found, request: Request) -> Judged:
        """Judge the cosines of the hits of a page.

        Few pictures do not tell, and the scores of a series that is asked with are no cosines of
        one row: all is None. Hits that words brought are not told from chance by their scores.
        """
        if len(snapshot.ids) < FEWEST or (page.like != NO_SLICE).any():
            return Judged((None,) * len(page.ids), None)
        sample, others = self._known(snapshot, encoded.kind)
        background = np.sort(sample.rows @ encoded.row[0])
        percentiles = tuple(_percentiles(background, page.scores).tolist())
        if request.ranking is not Ranking.EMBEDDING:
            return Judged(percentiles, None)
        floor = noise_floor(background, others, len(snapshot.ids))
        return Judged(percentiles, _noise_from(page.scores, floor, request.offset + 1))

    def _known(self, snapshot: Snapshot, kind: Kind) -> tuple[Sample, Chance | None]:
        with self._lock:
            if self._sample is None or not self._sample.fits(snapshot.ids):
                self._sample, self._others = draw(snapshot), {}
            if kind not in self._others and kind is not Kind.MIXED:
                self._others[kind] = self._other_queries(self._sample, kind)
            return self._sample, self._others.get(kind)

    def _other_queries(self, sample: Sample, kind: Kind) -> Chance:
        queries = sample.rows[:AS_QUERIES] if kind is Kind.IMAGE else self._text_rows()
        return chance_of((queries @ sample.rows.T).ravel())

    def _text_rows(self) -> Embeddings:
        if self._texts is None:
            self._texts = embed_texts(NEUTRAL_TEXTS, self._means)
        return self._texts


def draw(snapshot: Snapshot) -> Sample:
    """Draw rows at random, with nothing but their ids for the dice; all where there are few."""
    ids = snapshot.ids
    order = _scattered(ids)
    chosen = np.argpartition(order, SAMPLE)[:SAMPLE] if len(ids) > SAMPLE else np.arange(len(ids))
    by_dice = chosen[np.argsort(order[chosen])]
    return Sample(snapshot.embeddings(ids[by_dice]), int(ids[-1]), len(ids))


def _scattered(ids: Ids) -> NDArray[np.uint64]:
    """A number for each id that looks random: the end of SplitMix64 (Steele et al., 2014)."""
    mixed = ids.astype(np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scattered: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return scattered


def _percentiles(background: Scores, scores: Scores) -> NDArray[np.float64]:
    """The share of pictures that score lower, never all of them: a sample does not show that."""
    lower = np.searchsorted(background, scores)
    percentiles: NDArray[np.float64] = 100 * lower / (len(background) + 1)
    return percentiles


def _noise_from(scores: Scores, floor: float, first: int) -> int | None:
    told = np.flatnonzero(scores >= floor)
    behind = int(told[-1]) + 1 if len(told) else 0
    return first + behind if behind < len(scores) else None
