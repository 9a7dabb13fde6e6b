"""The nearest rows of each of some rows, by comparing all of them."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings

BLOCK: Final = 256  # rows compared with all at once

Places = NDArray[np.int64]  # (n, k), rows as places from 0
Cosines = NDArray[np.float32]  # (n, k)


def nearest_of_each(
    rows: Embeddings, k: int, show: Callable[[int], None]
) -> tuple[Places, Cosines]:
    """The k nearest other rows of each row, best first, k below n: two arrays (n, k).

    `show` is told how many rows are done.
    """
    places = np.empty((len(rows), k), np.int64)
    cosines = np.empty((len(rows), k), np.float32)
    for start in range(0, len(rows), BLOCK):
        own = np.arange(start, min(start + BLOCK, len(rows)))
        found = others(rows, own)
        best = np.argpartition(-found, k - 1, axis=1)[:, :k]
        scores = np.take_along_axis(found, best, axis=1)
        order = np.argsort(-scores, axis=1, kind="stable")
        places[own] = np.take_along_axis(best, order, axis=1)
        cosines[own] = np.take_along_axis(scores, order, axis=1)
        show(len(own) + start)
    return places, cosines


def others(rows: Embeddings, own: NDArray[np.int64]) -> Cosines:
    """The cosines of some rows with all, (a, n); with themselves -inf."""
    cosines: Cosines = rows[own] @ rows.T
    cosines[np.arange(len(own)), own] = -np.inf
    return cosines
