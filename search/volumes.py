"""Series by all their slices: their means find, late interaction of all slices makes the order.

Source: Khattab and Zaharia, ColBERT: efficient and effective passage search via contextualized late
interaction over BERT, SIGIR 2020, with slices for words; the mean over the query's slices in
place of their sum keeps the score a cosine.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import UnknownName
from core.types import Embeddings, Ids, Mask, Scores
from search.grouping import Keys, rows_with
from search.standing import Standing
from storage.keys import Key
from storage.snapshot import Snapshot

BLOCK: Final = 4096  # means that are widened at once


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """How a query of m slices meets s series: three arrays (s,)."""

    scores: NDArray[np.float64]  # the mean of the m cosines with the nearest slice each
    slices: NDArray[np.int64]  # the slice that is nearest to any of the query, a row of the series'
    asked: NDArray[np.int64]  # and that one of the query, a row of the query's


def slices_of(snapshot: Snapshot, series_uid: str) -> Ids:
    """The pictures of a series, ascending. Raises UnknownName when there is none."""
    column = snapshot.column("series_uid")
    if series_uid and series_uid in column.values:
        found: Ids = snapshot.ids[column.codes == column.values.index(series_uid)]
        if len(found):
            return found
    raise UnknownName(f"No picture is of the series {series_uid!r}. `radseek series` lists one.")


def by_means(asked: Ids, snapshot: Snapshot, among: Mask | None) -> Standing:
    """All series of several slices that have a row which may be returned, by their mean rows.

    By the cosine with the mean of the pictures that are asked with; equal ones by their first
    picture, which stands for them.
    """
    keys, volumes = snapshot.keys(Key.SERIES), snapshot.volumes()
    rows = rows_with(snapshot, Key.SERIES, volumes.keys, among)
    present, first = np.unique(keys[rows], return_index=True)
    means = volumes.rows[np.searchsorted(volumes.keys, present)]
    scores = _cosines(snapshot.embeddings(asked).mean(axis=0), means)
    order = np.lexsort((first, -scores))
    nothing = np.zeros(len(order), np.int64)
    return Standing(
        snapshot.ids[rows[first[order]]], scores[order], nothing, np.arange(len(order)), nothing
    )


def _cosines(row: NDArray[np.float32], means: NDArray[np.float16]) -> Scores:
    """The cosines of a row (dim,) of any length with means (s, dim), a block at a time."""
    unit = row / np.linalg.norm(row)
    blocks = (means[start : start + BLOCK] for start in range(0, len(means), BLOCK))
    return np.concatenate(
        [np.empty(0, np.float32), *(block.astype(np.float32) @ unit for block in blocks)]
    )


def late_interaction(query: Embeddings, rows: Embeddings, starts: NDArray[np.int64]) -> Matches:
    """Meet a query (m, dim) with series whose slices are rows (n, dim) from `starts` (s,) each."""
    cosines = rows.astype(np.float64) @ query.astype(np.float64).T
    nearest = np.maximum.reduceat(cosines, starts, axis=0)
    best = cosines.max(axis=1)
    ends = [*starts[1:].tolist(), len(rows)]
    spans = zip(starts.tolist(), ends, strict=True)
    slices = np.array([start + int(best[start:end].argmax()) for start, end in spans])
    return Matches(nearest.mean(axis=1), slices, cosines[slices].argmax(axis=1))


def reranked(standing: Standing, asked: Ids, snapshot: Snapshot, among: Mask | None) -> Standing:
    """Hits, one of each series, by late interaction with the slices that are asked with.

    The slice that is nearest to one of them stands for its series. Only rows that may be returned
    count. Equal scores keep the order that they had.
    """
    keys = snapshot.keys(Key.SERIES)
    wanted = keys[snapshot.places(standing.ids)]
    rows = rows_with(snapshot, Key.SERIES, wanted, among)
    rows = rows[np.argsort(_ranks(keys[rows], wanted), kind="stable")]
    starts = np.flatnonzero(np.diff(keys[rows], prepend=keys[rows[:1]] - 1))
    ids = snapshot.ids[rows]
    met = late_interaction(snapshot.embeddings(asked), snapshot.embeddings(ids), starts)
    scores = met.scores.astype(np.float32)
    order = np.argsort(-scores, kind="stable")
    found = Standing(ids[met.slices], scores, standing.near, standing.at, asked[met.asked])
    return found.taken(order)


def _ranks(keys: Keys, wanted: Keys) -> NDArray[np.int64]:
    """The place in `wanted`, which are different, of each key."""
    order = np.argsort(wanted)
    ranks: NDArray[np.int64] = order[np.searchsorted(wanted, keys, sorter=order)]
    return ranks
