"""What a query learns from pictures that a person found right or wrong."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings
from search.query import Feedback, Refit
from search.sampling import Sample, Sampler
from storage.snapshot import Snapshot

# Rocchio's formula and its usual weights. Source: Manning, Raghavan, Schuetze, Introduction to
# Information Retrieval, 2008, section 9.1.1.
QUERY, LIKED, DISLIKED = 1.0, 0.75, 0.15

# The logistic refit. Judged pictures count 1 each; measured by benchmarks.feedback.
ASKED: Final = 3.0  # how much the query counts, as one example of what is right
OTHERS: Final = 2.0  # how much the rest of the collection counts as wrong, all in all
SAMPLE: Final = 256  # pictures that stand for the rest of the collection
RIDGE: Final = 0.5
STEPS: Final = 12  # Newton's; the objective is convex, and 6 reach its optimum to 1e-6
FLATTEST: Final = 1e-9  # curvature below this would divide by nothing

Rows = NDArray[np.float64]  # (n, dim)
Row = NDArray[np.float64]  # (dim,)


def refit(asked: Rows, feedback: Feedback, snapshot: Snapshot, sampler: Sampler) -> Row:
    """The direction of a query (1, dim), or of none (0, dim), with what was judged: (dim,).

    Not of unit length. Raises UnknownName for a picture that is not indexed.
    """
    liked, disliked = snapshot.embeddings(feedback.liked), snapshot.embeddings(feedback.disliked)
    if feedback.refit is Refit.ROCCHIO:
        return rocchio(asked, liked, disliked)
    return logistic(asked, liked, disliked, _others(feedback, sampler.own(snapshot)))


def rocchio(asked: Rows, liked: Embeddings, disliked: Embeddings) -> Row:
    """The query moved towards the mean of what is right, and away from that of what is wrong."""
    towards = QUERY * _mean(asked) + LIKED * _mean(liked)
    return np.asarray(towards - DISLIKED * _mean(disliked))


def logistic(asked: Rows, liked: Embeddings, disliked: Embeddings, others: Embeddings) -> Row:
    """The normal of the plane between right and wrong, by ridge logistic regression.

    Right are the query and what was liked; wrong are what was disliked and, each with a small
    weight, `others` of the collection, about whose mean all is centred.
    """
    rows: Rows = np.concatenate([asked, liked, disliked, others]).astype(np.float64)
    right = np.arange(len(rows)) < len(asked) + len(liked)
    judged = len(liked) + len(disliked)
    weights: Row = np.repeat(
        np.array([ASKED, 1.0, OTHERS / len(others)]), [len(asked), judged, len(others)]
    )
    features: Rows = np.column_stack([rows - others.mean(axis=0), np.ones(len(rows))])
    return _ridge_logistic(features, right.astype(np.float64), weights)[:-1]


def _ridge_logistic(features: Rows, right: Row, weights: Row) -> Row:
    """Newton's method on the inner products of the rows, which are fewer than dimensions.

    Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, sections 4.4.1
    and 18.3.5.
    """
    products = features @ features.T
    dual: Row = np.zeros(len(features))
    for _ in range(STEPS):
        at = products @ dual
        likely = 1 / (1 + np.exp(-at))
        curve = np.maximum(weights * likely * (1 - likely), FLATTEST)
        target = at + weights * (right - likely) / curve
        dual = np.asarray(np.linalg.solve(products + np.diag(RIDGE / curve), target))
    return np.asarray(features.T @ dual)


def _others(feedback: Feedback, sample: Sample) -> Embeddings:
    """Rows from all over the collection, without those that were liked."""
    others = sample.rows[~np.isin(sample.ids, feedback.liked)]
    return others[:SAMPLE] if len(others) else sample.rows[:SAMPLE]


def _mean(rows: Rows | Embeddings) -> Row:
    """The mean of rows (n, dim), which of none is nought: (dim,)."""
    mean: Row = rows.sum(axis=0, dtype=np.float64) / max(len(rows), 1)
    return mean
