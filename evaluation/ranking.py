"""The figures of one ranking. Pictures are given in rank order, the best hit first."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics import Relevance, average_precision

Gains = NDArray[np.float64]  # (rows,), 0..1: how much of what was asked for a picture shows
Figures = NDArray[np.float64]  # (metrics,), in the order of METRICS; nan where it is not known


class Metric(StrEnum):
    """What is said of a ranking of n pictures, R of which are relevant."""

    PRECISION = "precision"  # relevant ones among the first k, divided by k
    RECALL = "recall"  # the same, divided by R
    AVERAGE_PRECISION = "average_precision"  # its mean over queries is mAP
    NDCG = "ndcg"  # gain of the first k, discounted by rank, as a part of the best possible
    RECIPROCAL_RANK = "reciprocal_rank"  # of the first relevant one; its mean is MRR


METRICS = tuple(Metric)


def figures(relevant: Relevance, gains: Gains, k: int) -> Figures:
    """All METRICS of one ranking: (rows,) and (rows,) -> (5,); all nan when none is relevant.

    Precision divides by k also where fewer than k are relevant. Sources: Manning et al.,
    "Introduction to Information Retrieval" (2008), sections 8.3 and 8.4; nDCG with linear gain and
    the discount log2(1 + rank): Järvelin and Kekäläinen, ACM TOIS 20 (2002); reciprocal rank:
    Voorhees, TREC-8 (1999).
    """
    possible = int(relevant.sum())
    if not possible:
        return np.full(len(METRICS), np.nan)
    found = int(relevant[:k].sum())
    return np.array(
        [
            found / k,
            found / possible,
            average_precision(relevant),
            discounted(gains[:k]) / ideal(gains, k),
            1 / (int(relevant.argmax()) + 1),
        ]
    )


def discounted(gains: Gains) -> float:
    """The sum of gains, each divided by log2(1 + rank)."""
    return float(gains @ discounts(len(gains)))


def discounts(ranks: int) -> NDArray[np.float64]:
    """What a gain counts at each of the first ranks: (ranks,)."""
    weights: NDArray[np.float64] = 1 / np.log2(np.arange(2, ranks + 2))
    return weights


def ideal(gains: Gains, k: int) -> float:
    """The discounted gain of the best possible order of these pictures, up to rank k."""
    positive = gains[gains > 0]
    if len(positive) > k:
        positive = np.partition(positive, len(positive) - k)[-k:]
    return discounted(np.sort(positive)[::-1])
