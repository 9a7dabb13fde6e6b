"""How good a ranking is. Relevance is given in rank order, the best hit first."""

import numpy as np
from numpy.typing import NDArray

Relevance = NDArray[np.bool_]


def average_precision(relevant: Relevance) -> float:
    """Mean over the relevant hits of the precision at their rank; nan when none is relevant.

    (rows,) -> 0..1, without interpolation. Source: Manning et al., "Introduction to Information
    Retrieval" (2008), section 8.4.
    """
    ranks = np.flatnonzero(relevant) + 1
    if not len(ranks):
        return float("nan")
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))


def precision_at(k: int, relevant: Relevance, possible: NDArray[np.int64]) -> NDArray[np.float64]:
    """Relevant hits among the first k, as a part of as many as there could be.

    (queries, rows) and how many relevant pictures there are (queries,) -> (queries,); nan where
    there is none. With fewer than k, a perfect ranking still gets 1.
    """
    found = relevant[:, :k].sum(axis=1)
    best = np.minimum(possible, k)
    unknown = np.full(len(found), np.nan)
    precision: NDArray[np.float64] = np.divide(found, best, out=unknown, where=best > 0)
    return precision
