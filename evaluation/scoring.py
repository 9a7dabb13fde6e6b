"""The exact cosines of many queries with many stored pictures, block by block."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids
from storage.snapshot import Snapshot

AT_ONCE = 1 << 26  # cosines in memory
BLOCK = 8192  # rows read at once


def scored(
    snapshot: Snapshot, ids: Ids, queries: Embeddings
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """For parts of the queries (q, dim) the place of the first and the cosines (part, n)."""
    size = max(1, AT_ONCE // max(1, len(ids)))
    for start in range(0, len(queries), size):
        yield start, _scores(snapshot, ids, queries[start : start + size])


def _scores(snapshot: Snapshot, ids: Ids, queries: Embeddings) -> NDArray[np.float32]:
    scores = np.empty((len(queries), len(ids)), np.float32)
    for start in range(0, len(ids), BLOCK):
        rows = snapshot.embeddings(ids[start : start + BLOCK])
        scores[:, start : start + BLOCK] = queries @ rows.T
    return scores
