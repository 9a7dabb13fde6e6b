"""How far a mean could be another with other patients.

Pictures of one patient are alike, so whole patients are drawn, with replacement, and with them
all that is theirs. Source: Field and Welsh, "Bootstrapping clustered data", JRSS B 69 (2007);
percentile intervals: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
"""

import warnings
from collections.abc import Iterator
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


def resampled_means(
    values: NDArray[np.float64],
    members: NDArray[np.bool_],
    patients: NDArray[np.int64],
    resampling: Resampling,
) -> NDArray[np.float64]:
    """The mean of each set of queries in each draw; nan where none of a set was drawn.

    Values (queries, metrics) without nan, members (queries, sets), patients (queries,) ->
    (times, sets, metrics).
    """
    _, codes = np.unique(patients, return_inverse=True)
    size = int(codes.max()) + 1 if len(codes) else 0
    sums = np.zeros((size, members.shape[1], values.shape[1]))
    np.add.at(sums, codes, members[:, :, None] * values[:, None, :])
    queries = np.zeros((size, members.shape[1]))
    np.add.at(queries, codes, members)
    return np.stack([_means(draw, sums, queries) for draw in resampling.draws(size)])


def interval(drawn: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The bounds between which LEVEL of the draws lie: (times, ...) -> two of (...).

    Draws that are nan, since they lack what is asked, do not count; nan where all are.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN", RuntimeWarning)
        low, high = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return low, high


def _means(
    draw: Counts, sums: NDArray[np.float64], queries: NDArray[np.float64]
) -> NDArray[np.float64]:
    total, number = np.tensordot(draw, sums, axes=1), (draw @ queries)[:, None]
    unknown = np.full_like(total, np.nan)
    means: NDArray[np.float64] = np.divide(total, number, out=unknown, where=number > 0)
    return means
