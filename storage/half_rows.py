"""Exact search in the stored rows themselves, in half precision, without widening them first."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids, Mask, Scores
from storage.faiss_runtime import cores, load_faiss, one_thread, threads_for, under_ids
from storage.index import NO_ID, ROUNDING
from storage.ranking import merge
from storage.shards import HalfRows, ShardMaps

BLOCK: Final = 16_384  # rows fetched at once

Fetch = Callable[[Ids], HalfRows]  # places in the order of ids -> their rows


class HalfIndex:
    """All inner products with rows that are fetched block by block. Immutable.

    The rows are taken as they lie, not of unit length again; `norm_error` says how far from 1
    their lengths may be.
    """

    def __init__(self, ids: Ids, fetch: Fetch, norm_error: float) -> None:
        self._ids = ids
        self._fetch = fetch
        self.error = norm_error + ROUNDING

    @property
    def ids(self) -> Ids:
        """The ids of the rows, ascending."""
        return self._ids

    def search(self, queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        """Find the k nearest rows of each query, as VectorIndex says; ties in any order."""
        kept = np.arange(len(self._ids)) if among is None else np.flatnonzero(among)

        def found(block: Ids) -> tuple[Ids, Scores]:
            places, scores = best_of(queries, self._fetch(block), min(k, len(block)))
            return under_ids(self._ids[block], places, scores)

        nothing = (
            np.full((len(queries), k), NO_ID, dtype=np.int64),
            np.full((len(queries), k), -np.inf, dtype=np.float32),
        )
        threads_for(len(queries))
        return merge([nothing, *_side_by_side(found, list(_blocks(kept)))], k)


def stored_index(ids: Ids, shard: Ids, slot: Ids, maps: ShardMaps) -> HalfIndex:
    """An index of rows where they lie; each is read once to know the lengths."""

    def fetch(places: Ids) -> HalfRows:
        return maps.gather(shard[places], slot[places])

    errors = (norm_error(fetch(block)) for block in _blocks(np.arange(len(ids))))
    return HalfIndex(ids, fetch, max(errors))


def best_of(queries: Embeddings, rows: HalfRows, k: int) -> tuple[Ids, Scores]:
    """Places and scores of the k best of a few rows (n, dim) for each query, best first."""
    codes = np.ascontiguousarray(rows).view(np.uint8).reshape(-1)
    scores, places = _over(codes, rows.shape[1]).search(queries, k)
    return places, scores


def norm_error(rows: HalfRows) -> float:
    """How far the length of any of these rows is from 1."""
    wide = rows.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    return float(np.abs(lengths - 1).max(initial=0))


def _side_by_side(
    search: Callable[[Ids], tuple[Ids, Scores]], blocks: Sequence[Ids]
) -> list[tuple[Ids, Scores]]:
    if len(blocks) < 2:
        return [search(block) for block in blocks]
    with ThreadPoolExecutor(min(cores(), len(blocks)), "halves", one_thread) as threads:
        return list(threads.map(search, blocks))


def _blocks(places: Ids) -> Iterator[Ids]:
    for start in range(0, len(places), BLOCK):
        yield places[start : start + BLOCK]


def _over(codes: NDArray[np.uint8], dim: int) -> Any:
    """FAISS's index of half precision over rows that stay where they are, and have to."""
    faiss = load_faiss()
    index = faiss.IndexScalarQuantizer(
        dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    nobody = index.codes.owner
    index.codes = faiss.MaybeOwnedVectorUInt8.create_view(faiss.swig_ptr(codes), codes.size, nobody)
    index.ntotal = codes.size // (2 * dim)
    return index
