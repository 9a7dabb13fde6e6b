"""Where a ranking sinks into noise: the score from which chance alone explains a hit.

There is no score from which hits are right in every query, and a query that nothing answers has a
best hit, too. So two things are asked of a hit: that few pictures of the query's own background
would reach its score by chance, and that other queries seldom do.

Where most pictures are alike, as in an archive of one body part, the background is no chance: it
may be what was asked for. Its law then promises high scores that no picture has, and is not used.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Scores

CHANCE_SHARE: Final = 0.2  # of the hits above the line, as many may be expected by chance
BAR: Final = 2.0  # spreads above the centre of what other queries reach
PROMISED: Final = 1 - NormalDist().cdf(BAR)  # share of a normal law above the bar
LEAST_SHARE: Final = 0.5  # of the cosines above the bar that a law promises; with fewer it is none
LEAST_SPREAD: Final = 1e-6  # of cosines of pictures that are all alike; rounding is below


@dataclass(frozen=True, slots=True)
class Chance:
    """Where cosines of queries with pictures that they do not ask for lie, as a normal law."""

    centre: float
    spread: float  # one standard deviation
    holds: bool = True  # as many cosines lie far above the centre as the law promises, about

    def score_at(self, deviations: float) -> float:
        """The cosine so many standard deviations above the centre."""
        return self.centre + deviations * self.spread


def chance_of(ascending: Scores) -> Chance:
    """Fit the lower half of cosines (n,), which pictures that are asked for hardly touch.

    Source: the empirical null of Efron, "Large-scale simultaneous hypothesis testing" (JASA 99,
    2004), with the median for its centre.
    """
    last = len(ascending) - 1
    centre = (ascending[last // 2] + ascending[last - last // 2]) / 2
    half = int(np.searchsorted(ascending, centre, side="right"))
    below = ascending[:half].astype(np.float64) - float(centre)
    spread = max(float(np.sqrt((below * below).sum() / half)), LEAST_SPREAD)
    law = Chance(float(centre), spread)
    return replace(law, holds=_share_above(ascending, law.score_at(BAR)) >= PROMISED * LEAST_SHARE)


def noise_floor(background: Scores, others: Chance | None, pictures: int) -> float | None:
    """The cosine below which hits of a query are not told from chance; None: nothing tells.

    That no picture of the sample is above it is said of a query without a law of its own only when
    other queries say so.

    `background` are its cosines with a sample of the collection, ascending, `others` what other
    queries of its kind reach, None where that is not known, and `pictures` is how many the
    collection has.
    """
    if others is not None and not others.holds:
        return None
    own, bar = chance_of(background), -1.0 if others is None else others.score_at(BAR)
    floor = max(own.score_at(min(_common(background, own), _rare(pictures))), bar)
    if own.holds or background[-1] >= floor:
        return floor
    return bar if background[-1] < bar else None


def _share_above(ascending: Scores, score: float) -> float:
    return 1 - float(np.searchsorted(ascending, score)) / len(ascending)


def _common(background: Scores, own: Chance) -> float:
    """The deviations from which CHANCE_SHARE of the sample, at most, is expected to be chance.

    Infinite where there is none. Source: Benjamini and Hochberg (J. R. Statist. Soc. B 57, 1995).
    """
    deviations = (background[::-1].astype(np.float64) - own.centre) / own.spread
    kept = np.flatnonzero(deviations >= _bars(len(deviations)))
    return float(deviations[kept[-1]]) if len(kept) else float("inf")


@lru_cache(maxsize=16)
def _bars(count: int) -> NDArray[np.float64]:
    """The deviations that chance exceeds CHANCE_SHARE times 1, 2, ... count of `count` times."""
    shares = (CHANCE_SHARE * reached / count for reached in range(1, count + 1))
    return np.array([_exceeded_by(share) for share in shares])


def _rare(pictures: int) -> float:
    """The deviations that the best of all pictures seldom reaches by chance (Bonferroni).

    For what is too rare to be in the sample.
    """
    return _exceeded_by(CHANCE_SHARE / pictures)


def _exceeded_by(share: float) -> float:
    """The deviations that a share of a normal law lies above."""
    return -NormalDist().inv_cdf(share)
