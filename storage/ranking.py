"""One order for the rows that several indexes found: by score, then by id, always the same."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids, Scores

BLOCK = 4096  # rows widened to float64 at once


def exact_scores(query: NDArray[np.float32], rows: Embeddings) -> Scores:
    """The cosines of one query (dim,) and rows (n, dim) -> (n,), summed in float64.

    An index sums in float32 and in an order of its own, so that the same row may score differently
    from one batch, place or processor to the next; these scores depend on the two rows alone.
    """
    blocks = (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))
    wide = query.astype(np.float64)
    scores = [(block * wide).sum(axis=1) for block in blocks]
    return np.concatenate([np.empty(0), *scores]).astype(np.float32)


def best_first(ids: Ids, scores: Scores, k: int) -> tuple[Ids, Scores]:
    """Order (n, m) ids by their scores, equal ones by id, and keep the first k of each row."""
    order = np.lexsort((ids, -scores), axis=-1)[:, :k]
    return np.take_along_axis(ids, order, axis=1), np.take_along_axis(scores, order, axis=1)


def merge(parts: Sequence[tuple[Ids, Scores]], k: int) -> tuple[Ids, Scores]:
    """Join what several indexes found for the same queries: the k best of each, best first."""
    ids = np.concatenate([ids for ids, _ in parts], axis=1)
    scores = np.concatenate([scores for _, scores in parts], axis=1)
    return best_first(ids, scores, k)
