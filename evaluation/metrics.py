"""How good a ranking is. Every function takes relevance in rank order, best hit first."""

import numpy as np
from numpy.typing import NDArray

Relevance = NDArray[np.bool_]  # (rows,) or (queries, rows), in rank order


def average_precision(relevant: Relevance) -> float:
    """Mean over the relevant hits of the precision at their rank; nan when none is relevant.

    (rows,) -> 0..1, without interpolation. Source: Manning et al., "Introduction to Information
    Retrieval" (2008), section 8.4.
    """
    ranks = np.flatnonzero(relevant) + 1
    if not len(ranks):
        return float("nan")
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))


def precision_at(relevant: Relevance, k: int) -> NDArray[np.float64]:
    """Part of the first k hits that is relevant. (queries, rows) -> (queries,).

    A query with fewer than k rows is divided by k all the same: nothing flatters it.
    """
    precision: NDArray[np.float64] = relevant[:, :k].sum(axis=1) / k
    return precision
