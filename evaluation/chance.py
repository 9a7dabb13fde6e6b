"""What a random order of the same pictures would reach, without drawing one."""

from functools import lru_cache

import numpy as np
from scipy.special import digamma

from evaluation.metrics import Relevance
from evaluation.ranking import METRICS, Figures, Gains, discounts, ideal

NEGLIGIBLE = 1e-15  # chance that no relevant picture came yet


def expected(relevant: Relevance, gains: Gains, k: int) -> Figures:
    """The mean of `ranking.figures` over all orders of these pictures: (rows,), (rows,) -> (5,)."""
    rows, possible = len(relevant), int(relevant.sum())
    if not possible:
        return np.full(len(METRICS), np.nan)
    shown = min(k, rows)
    return np.array(
        [
            possible * shown / rows / k,
            shown / rows,
            average_precision(rows, possible),
            gains.mean() * discounts(shown).sum() / ideal(gains, k),
            reciprocal_rank(rows, possible),
        ]
    )


def average_precision(rows: int, relevant: int) -> float:
    """The expected average precision of a random order.

    Source: Bestgen, "Exact expected average precision of the random baseline for system
    evaluation", Prague Bulletin of Mathematical Linguistics 103 (2015).
    """
    if rows == 1:
        return 1.0
    harmonic = float(digamma(rows + 1) - digamma(1))  # 1 + 1/2 + ... + 1/rows
    return (harmonic + (relevant - 1) / (rows - 1) * (rows - harmonic)) / rows


@lru_cache(maxsize=4096)
def reciprocal_rank(rows: int, relevant: int) -> float:
    """The expected reciprocal rank of the first relevant picture in a random order.

    The sum of 1/r over the chance that the first one is at rank r, (chance that none came before)
    * relevant / (rows - r + 1). It ends where no chance is left.
    """
    total, none_yet, rank = 0.0, 1.0, 1
    while none_yet > NEGLIGIBLE and rank <= rows - relevant + 1:
        here = relevant / (rows - rank + 1)
        total += none_yet * here / rank
        none_yet *= 1 - here
        rank += 1
    return total
