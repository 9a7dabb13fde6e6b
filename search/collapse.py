"""The nearest pictures that differ: of pictures with the same pixels the best one stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids, Mask, Scores
from storage.snapshot import Snapshot

FIRST_FETCH: Final = 2  # times the hits that are asked for; most archives have few copies


@dataclass(frozen=True, slots=True)
class Distinct:
    """Hits in order, no two of them with the same pixels: three arrays (n,)."""

    ids: Ids
    scores: Scores
    copies: NDArray[np.int64]  # pictures that would have been hits too, and that each stands for


def nearest_distinct(
    snapshot: Snapshot, query: Embeddings, k: int, among: Mask | None, like: Sequence[int] = ()
) -> Distinct:
    """The k nearest groups of a query (1, dim), fewer only when there are not so many.

    Pictures with the pixels of `like` are left out with it.
    """
    rows = len(snapshot.ids) if among is None else int(among.sum())
    fetched = min(FIRST_FETCH * k + 1, rows)
    while True:
        ids, scores = snapshot.search(query, max(fetched, 1), among)
        found = _collapse(snapshot, ids[0], scores[0], like)
        # One more than asked for shows that no copy of the last one was cut off.
        if len(found.ids) > k or fetched == rows:
            return Distinct(found.ids[:k], found.scores[:k], found.copies[:k])
        fetched = min(4 * fetched, rows)


def _collapse(snapshot: Snapshot, ids: Ids, scores: Scores, like: Sequence[int]) -> Distinct:
    ids, scores = ids[ids >= 0], scores[ids >= 0]
    groups = snapshot.groups(ids)
    if like:
        others = ~np.isin(groups, snapshot.groups(like))
        ids, scores, groups = ids[others], scores[others], groups[others]
    _, first, count = np.unique(groups, return_index=True, return_counts=True)
    order = np.argsort(first)
    best = first[order]
    return Distinct(ids[best], scores[best], count[order] - 1)
