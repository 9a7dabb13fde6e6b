"""Hits that differ from each other: maximal marginal relevance.

Source: Carbonell and Goldstein, The use of MMR, diversity-based reranking for reordering documents
and producing summaries, SIGIR 1998.
"""

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Scores
from search.grouping import Positions


def diverse_order(rows: Embeddings, scores: Scores, diversity: float) -> Positions:
    """The order of hits (n, dim) of one block: a permutation (n,), best first.

    Each next one is the best by (1 - diversity) * its score - diversity * its cosine to the nearest
    of those before it. Both are measured by their spread within the block, from 0 to 1, since
    cosines with a text are much lower than those between pictures. Equal ones stay in order.
    """
    wide = rows.astype(np.float64)
    likeness, relevance = _spread(wide @ wide.T), _spread(scores.astype(np.float64))
    nearest = np.zeros(len(rows))
    left = np.ones(len(rows), np.bool_)
    order = np.empty(len(rows), np.int64)
    for place in range(len(rows)):
        worth = (1 - diversity) * relevance - diversity * nearest
        chosen = int(np.argmax(np.where(left, worth, -np.inf)))
        order[place], left[chosen] = chosen, False
        nearest = np.maximum(nearest, likeness[chosen])
    return order


def _spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
