"""From candidates to the hits of a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.types import Ids, Mask, Matches, Scores, Unit
from search.blocks import Reorder, block_end, in_blocks
from search.candidates import Candidates
from search.diversity import diverse_order
from search.grouping import key_of, sizes
from search.request import Request
from search.reranking import UNREAD, Reread, matched_first
from search.standing import Counts, Standing, first_standing
from search.volumes import by_means, reranked, slices_of
from storage.keys import Key
from storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The hits of a page in order: six arrays (n,)."""

    ids: Ids
    scores: Scores
    copies: Counts  # further pictures with the same pixels, of those that may be returned
    near: Counts  # near-duplicates that are folded, as Standing says
    more: Counts  # further pictures of its series, study or patient that may be returned
    like: Ids  # the slice of a query's series that is most like this one, or NO_SLICE
    match: Matches  # with a text, of those that were read again; nan of others


def retrieve(
    candidates: Candidates,
    snapshot: Snapshot,
    request: Request,
    among: Mask | None,
    reread: Reread | None = None,
) -> Found:
    """The hits of a request, fewer than k only when there are not so many.

    `among` says which rows are candidates. Of pictures with the same pixels the best one stands,
    then of near-duplicates, then of each unit; the hits of a request are the same whether they are
    asked for at once or page by page. The first `request.rerank` stand in the order of `reread`.
    """
    last = max(request.offset + request.k, request.rerank)
    asked = _volume(snapshot, request)
    reorders = list(_reorders(snapshot, request, among, asked))
    wanted = block_end(last) if reorders else last
    if asked is None:
        standing = first_standing(candidates, snapshot, request, wanted)
    else:
        standing = by_means(asked, snapshot, among).taken(slice(wanted))
    for reorder in reorders:
        standing = in_blocks(standing, request.offset, reorder)
    matches = np.full(len(standing.ids), UNREAD)
    if reread is not None:
        standing, matches = matched_first(standing, request.rerank, reread)
    shown = slice(request.offset, request.offset + request.k)
    page = standing.taken(shown)
    copies, more = _further(page.ids, snapshot, request.unit, among)
    return Found(page.ids, page.scores, copies, page.near, more, page.like, matches[shown])


def _volume(snapshot: Snapshot, request: Request) -> Ids | None:
    """The slices of a series to which series shall answer.

    None for one with a single picture, too: the series with the nearest picture is its answer.
    """
    series = request.query.series()
    if series is None or request.unit is not Unit.SERIES:
        return None
    slices = slices_of(snapshot, series)
    return slices if len(slices) > 1 else None


def _reorders(
    snapshot: Snapshot, request: Request, among: Mask | None, asked: Ids | None
) -> Iterator[Reorder]:
    """What changes the order by score, one after the other."""
    if asked is not None:
        yield partial(reranked, asked=asked, snapshot=snapshot, among=among)
    if request.diversity:
        yield partial(_diverse, snapshot=snapshot, diversity=request.diversity)


def _diverse(block: Standing, snapshot: Snapshot, diversity: float) -> Standing:
    rows = snapshot.embeddings(block.ids)
    return block.taken(diverse_order(rows, block.scores, diversity))


def _further(ids: Ids, snapshot: Snapshot, unit: Unit, among: Mask | None) -> tuple[Counts, Counts]:
    """How many further pictures have the same pixels, and how many are of the same unit."""
    places = snapshot.places(ids)
    nothing = np.zeros(len(places), np.int64)

    def others(key: Key) -> Counts:
        return sizes(snapshot, key, snapshot.keys(key)[places], among) - 1

    copies = others(Key.PIXELS) if snapshot.copied[places].any() else nothing
    return copies, nothing if unit is Unit.PICTURE else others(key_of(unit))
