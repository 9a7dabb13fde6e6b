"""What a score is worth in this collection: its percentile, and where hits sink into noise."""

from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ranking, Scores
from search.encoding import Encoded, Kind, Means
from search.neutral_texts import neutral_rows
from search.noise import Chance, chance_of, noise_floor
from search.request import Request
from search.retrieval import Found
from search.sampling import Sample
from search.standing import NO_SLICE
from storage.faiss_runtime import products
from storage.index import ROUNDING
from storage.kept_rows import KeptRows
from storage.snapshot import Snapshot

FEWEST: Final = 200  # pictures of a collection that can say what chance is
AS_QUERIES: Final = 256  # pictures of the sample that stand for other image queries


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What the scores of a page are worth."""

    percentiles: tuple[float | None, ...]  # of each hit
    noise_from: int | None  # the rank from which on hits are not told from chance


class Background:
    """The background of a collection's queries. Safe to share between threads."""

    def __init__(self, means: Means, kept: KeptRows) -> None:
        """The encoder is called at the first text query, unless its rows are kept."""
        self._means = means
        self._kept = kept
        self._texts: Embeddings | None = None
        self._sample: Sample | None = None  # that the others were measured with
        self._others: dict[Kind, Chance] = {}
        self._lock = Lock()

    def judge(self, snapshot: Snapshot, encoded: Encoded, page: Found, request: Request) -> Judged:
        """Judge the cosines of the hits of a page.

        Few pictures do not tell, and the scores of a series that is asked with are no cosines of
        one row: all is None. Hits in another order than that of their scores are not told from
        chance.
        """
        if len(snapshot.ids) < FEWEST or (page.like != NO_SLICE).any():
            return Judged((None,) * len(page.ids), None)
        sample, others = self._known(snapshot, encoded.kind)
        background = np.sort(products(sample.rows, encoded.row[0]))
        percentiles = tuple(_percentiles(background, page.scores).tolist())
        if request.ranking is not Ranking.EMBEDDING or request.rerank:
            return Judged(percentiles, None)
        floor = noise_floor(background, others, len(snapshot.ids))
        if floor is None:
            return Judged(percentiles, None)
        return Judged(percentiles, _noise_from(page.scores, floor, request.offset + 1))

    def _known(self, snapshot: Snapshot, kind: Kind) -> tuple[Sample, Chance | None]:
        sample = self._means.sampler.sample(snapshot)
        with self._lock:
            if sample is not self._sample:
                self._sample, self._others = sample, {}
            if kind not in self._others and kind is not Kind.MIXED:
                self._others[kind] = self._other_queries(sample, kind)
            return sample, self._others.get(kind)

    def _other_queries(self, sample: Sample, kind: Kind) -> Chance:
        queries = sample.rows[:AS_QUERIES] if kind is Kind.IMAGE else self._text_rows()
        return chance_of(np.sort(queries @ sample.rows.T, axis=None))

    def _text_rows(self) -> Embeddings:
        if self._texts is None:
            self._texts = neutral_rows(self._means, self._kept)
        return self._texts


def _percentiles(background: Scores, scores: Scores) -> NDArray[np.float64]:
    """The share of pictures that score lower, never all of them: a sample does not show that.

    A hit that is in the sample itself, or its equal, is no lower for having been rounded otherwise.
    """
    lower = np.searchsorted(background, scores - ROUNDING)
    percentiles: NDArray[np.float64] = 100 * lower / (len(background) + 1)
    return percentiles


def _noise_from(scores: Scores, floor: float, first: int) -> int | None:
    told = np.flatnonzero(scores >= floor - ROUNDING)
    behind = int(told[-1]) + 1 if len(told) else 0
    return first + behind if behind < len(scores) else None
