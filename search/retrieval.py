"""From candidates to the hits of a page: of pictures with the same pixels the best one stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Ids, Scores
from search.candidates import Candidates
from search.request import Request
from storage.snapshot import Snapshot

FIRST_FETCH: Final = 2  # times the hits that are asked for; most archives have few copies


@dataclass(frozen=True, slots=True)
class Found:
    """Hits in order, no two of them with the same pixels: three arrays (n,)."""

    ids: Ids
    scores: Scores
    copies: NDArray[np.int64]  # pictures that would have been hits too, and that each stands for


def retrieve(candidates: Candidates, snapshot: Snapshot, request: Request) -> Found:
    """The hits of a request, fewer than k only when there are not so many.

    Pictures with the pixels of one that is asked with are left out with it.
    """
    k, like = request.k, request.query.instances()
    fetched = min(FIRST_FETCH * k + 1, candidates.count)
    while True:
        found = _collapse(snapshot, *candidates.first(fetched), like)
        # One more than asked for shows that no copy of the last one was cut off.
        if len(found.ids) > k or fetched == candidates.count:
            return Found(found.ids[:k], found.scores[:k], found.copies[:k])
        fetched = min(4 * fetched, candidates.count)


def _collapse(snapshot: Snapshot, ids: Ids, scores: Scores, like: Sequence[int]) -> Found:
    groups = snapshot.groups(ids)
    if like:
        others = ~np.isin(groups, snapshot.groups(like))
        ids, scores, groups = ids[others], scores[others], groups[others]
    _, first, count = np.unique(groups, return_index=True, return_counts=True)
    order = np.argsort(first)
    best = first[order]
    return Found(ids[best], scores[best], count[order] - 1)
