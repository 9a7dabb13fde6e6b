"""How far a mean could be another with other patients.

Pictures of one patient are alike, so whole patients are drawn, with replacement, and with them
all that is theirs. Source: Field and Welsh, "Bootstrapping clustered data", JRSS B 69 (2007);
percentile intervals: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
Counts = NDArray[np.int64]  # (patients,): how often each was drawn


@dataclass(frozen=True, slots=True)
class Resampling:
    """How often patients are drawn anew, and from which seed."""

    times: int = 1000
    seed: int = 0

    def draws(self, patients: int) -> Iterator[Counts]:
        """So many times, how often each patient was drawn; the same for the same seed."""
        rng = np.random.default_rng(self.seed)
        for _ in range(self.times):
            drawn = rng.integers(patients, size=patients)
            yield np.bincount(drawn, minlength=patients)


USUAL = Resampling()


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """The queries as they would be with other patients."""

    values: NDArray[np.float64]  # (queries, metrics); nan: not known in this draw
    times: Counts  # (queries,): how often each query comes


def with_other_askers(
    values: NDArray[np.float64], patients: NDArray[np.int64], resampling: Resampling
) -> list[Draw]:
    """Draws of the patients (queries,) whose pictures ask; what these reach stays the same."""
    names, codes = np.unique(patients, return_inverse=True)
    return [Draw(values, draw[codes]) for draw in resampling.draws(len(names))]


def resampled_means(draws: Sequence[Draw], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The means of sets of queries, (queries, sets), in each draw: (times, sets, metrics).

    nan where a draw has none of a set.
    """
    return np.stack([_means(draw, members) for draw in draws])


def interval(drawn: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The bounds between which LEVEL of the draws lie: (times, ...) -> two of (...).

    Draws that are nan, since they lack what is asked, do not count; nan where all are.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN", RuntimeWarning)
        low, high = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return low, high


def _means(draw: Draw, members: NDArray[np.bool_]) -> NDArray[np.float64]:
    times = draw.times[:, None] * ~np.isnan(draw.values)
    total = members.T @ (times * np.nan_to_num(draw.values))
    number = members.T @ times
    unknown = np.full_like(total, np.nan)
    means: NDArray[np.float64] = np.divide(total, number, out=unknown, where=number > 0)
    return means
