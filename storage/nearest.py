"""The nearest rows of a snapshot in one order, whatever indexes its rows are in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.types import Embeddings, Ids, Mask, Scores
from storage.index import NO_ID
from storage.ranking import best_first, exact_scores
from storage.segments import Segment, search_segments

SPARE: Final = 16  # rows fetched beyond k, to see whether the cut goes through equal scores

Unit = Callable[[Ids], Embeddings]  # ids of living rows -> their rows, of unit length


@dataclass(frozen=True, slots=True)
class Tier:
    """Segments that are searched for hits up to a place; deeper ones follow for more."""

    segments: Sequence[Segment]
    places: int | None  # None: all that match, exactly

    def error(self) -> float:
        """How far a score of any segment may be from the cosine."""
        return max((segment.index.error for segment in self.segments), default=0.0)


def nearest(
    tiers: Sequence[Tier], queries: Embeddings, k: int, among: Mask | None, unit: Unit
) -> tuple[Ids, Scores]:
    """The k nearest rows of each query (n, dim), of which there are as many: two arrays (n, k).

    Each tier fills the places up to its own, behind what the tiers before have found, so that the
    first j of k do not depend on k. Where a tier finds too few, the exact one takes its turn.
    """
    ids = np.empty((len(queries), 0), dtype=np.int64)
    scores = np.empty((len(queries), 0), dtype=np.float32)
    for tier in tiers:
        wanted = k if tier.places is None else min(k, tier.places)
        if ids.shape[1] < wanted:
            more = _of_tier(tier, queries, wanted, among, unit)
            ids, scores = _behind((ids, scores), more, wanted)
    return ids[:, :k], scores[:, :k]


def _of_tier(
    tier: Tier, queries: Embeddings, k: int, among: Mask | None, unit: Unit
) -> tuple[Ids, Scores]:
    """Fetch more and more until no row that the tier left out can belong to the first k."""
    rows = sum(segment.rows for segment in tier.segments)
    most = rows if among is None else int(np.count_nonzero(among))
    k, error = min(k, most), tier.error()
    fetched = min(k + SPARE, most)
    while True:
        ids, rough = search_segments(tier.segments, queries, fetched, among)
        best, scores = best_first(ids, _scores(queries, ids, unit), k)
        if fetched == most or (scores[:, -1] > rough[:, -1] + error).all():
            return best, scores
        fetched = min(2 * fetched, most)


def _scores(queries: Embeddings, ids: Ids, unit: Unit) -> Scores:
    scores = np.full(ids.shape, -np.inf, dtype=np.float32)
    for row, (query, found) in enumerate(zip(queries, ids, strict=True)):
        there = found != NO_ID
        scores[row, there] = exact_scores(query, unit(found[there]))
    return scores


def _behind(
    before: tuple[Ids, Scores], more: tuple[Ids, Scores], places: int
) -> tuple[Ids, Scores]:
    """Append what is new, in its order, up to so many places; cut where a query has too few."""
    if not before[0].size and (more[0] != NO_ID).all():
        return more
    rows = [
        _joined(first, first_scores, then, then_scores)
        for first, first_scores, then, then_scores in zip(*before, *more, strict=True)
    ]
    filled = min(places, *(len(ids) for ids, _ in rows))
    return (
        np.stack([ids[:filled] for ids, _ in rows]),
        np.stack([scores[:filled] for _, scores in rows]),
    )


def _joined(first: Ids, first_scores: Scores, then: Ids, then_scores: Scores) -> tuple[Ids, Scores]:
    new = (then != NO_ID) & ~np.isin(then, first)
    return np.append(first, then[new]), np.append(first_scores, then_scores[new])
