"""From candidates to the hits of a page: what stands for others, and in which order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Ids, Mask, Scores, Unit
from search.candidates import Candidates
from search.diversity import BLOCK, block_end, diverse_order
from search.grouping import Positions, first_of_each, key_of, sizes
from search.near_duplicates import leaders
from search.request import Request
from storage.keys import Key
from storage.snapshot import Snapshot

# Times the hits that are wanted. Most archives have few copies, and many slices to a series.
FIRST_FETCH: Final = {Unit.PICTURE: 1.25, Unit.SERIES: 6, Unit.STUDY: 12, Unit.PATIENT: 12}
SPARE: Final = 4
WINDOW: Final = 256  # candidates after a hit among which those that are folded are counted

Counts = NDArray[np.int64]  # (n,)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The hits of a page in order: five arrays (n,)."""

    ids: Ids
    scores: Scores
    copies: Counts  # further pictures with the same pixels, of those that may be returned
    near: Counts  # near-duplicates that are folded, of the WINDOW candidates after the hit
    more: Counts  # further pictures of its series, study or patient that may be returned


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Candidates that are hits of some page, by score: four arrays (n,)."""

    ids: Ids
    scores: Scores
    near: Counts
    at: Positions  # among the candidates

    def taken(self, places: Positions | slice) -> "Standing":
        """Some of them, in this order."""
        return Standing(self.ids[places], self.scores[places], self.near[places], self.at[places])


def retrieve(
    candidates: Candidates, snapshot: Snapshot, request: Request, among: Mask | None
) -> Found:
    """The hits of a request, fewer than k only when there are not so many.

    `among` says which rows are candidates. Of pictures with the same pixels the best one stands,
    then of near-duplicates, then of each unit; the hits of a request are the same whether they are
    asked for at once or page by page.
    """
    last = request.offset + request.k
    wanted = block_end(last) if request.diversity else last
    standing = _first_standing(candidates, snapshot, request, wanted)
    if request.diversity:
        standing = _diverse(standing, snapshot, request)
    page = standing.taken(slice(request.offset, last))
    copies = _further(snapshot, Key.PIXELS, page.ids, among)
    more = np.zeros_like(copies)
    if request.unit is not Unit.PICTURE:
        more = _further(snapshot, key_of(request.unit), page.ids, among)
    return Found(page.ids, page.scores, copies, page.near, more)


def _first_standing(
    candidates: Candidates, snapshot: Snapshot, request: Request, wanted: int
) -> Standing:
    """The first ones that stand: `wanted` or all; looks at more and more candidates."""
    count = candidates.count
    fetched = min(int(wanted * FIRST_FETCH[request.unit]) + SPARE, count)
    window = 0 if request.fold is None else WINDOW
    while True:
        standing = _standing(*candidates.first(fetched), snapshot, request)
        known = int((standing.at + window < fetched).sum())
        if fetched == count or known >= wanted:
            return standing.taken(slice(wanted))
        fetched = min(4 * fetched, count)


def _standing(ids: Ids, scores: Scores, snapshot: Snapshot, request: Request) -> Standing:
    places = snapshot.places(ids)
    at = first_of_each(snapshot.keys(Key.PIXELS)[places])
    standing = Standing(ids[at], scores[at], np.zeros(len(at), np.int64), at)
    if request.fold is not None:
        standing = _folded(standing, snapshot, request.fold)
    if request.unit is not Unit.PICTURE:
        keys = snapshot.keys(key_of(request.unit))[places]
        standing = standing.taken(first_of_each(keys[standing.at]))
    return standing


def _folded(standing: Standing, snapshot: Snapshot, least: float) -> Standing:
    led_by = leaders(snapshot.embeddings(standing.ids), least)
    own = np.arange(len(led_by))
    counted = (led_by != own) & (standing.at - standing.at[led_by] <= WINDOW)
    near = np.bincount(led_by[counted], minlength=len(own))
    folded = Standing(standing.ids, standing.scores, near, standing.at)
    return folded.taken(np.flatnonzero(led_by == own))


def _diverse(standing: Standing, snapshot: Snapshot, request: Request) -> Standing:
    """Each block in an order of its own; those before the page's first hit do not matter."""
    order = np.arange(len(standing.ids))
    for block in _blocks(request.offset, len(order)):
        hits = standing.taken(block)
        rows = snapshot.embeddings(hits.ids)
        order[block] = order[block][diverse_order(rows, hits.scores, request.diversity)]
    return standing.taken(order)


def _blocks(offset: int, count: int) -> Iterator[slice]:
    for start in range(offset // BLOCK * BLOCK, count, BLOCK):
        yield slice(start, start + BLOCK)


def _further(snapshot: Snapshot, key: Key, ids: Ids, among: Mask | None) -> Counts:
    keys = snapshot.keys(key)
    return sizes(keys, among, keys[snapshot.places(ids)]) - 1
