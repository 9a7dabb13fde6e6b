"""What one way of ranking is better by than another, over the same queries and the same draws."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evaluation.answers import Answers
from evaluation.bootstrap import Draw, interval, resampled_means
from evaluation.ranking import METRICS, Metric
from evaluation.tables import LEAST_PATIENTS, mean_known
from evaluation.truth import Truth


class Mean(StrEnum):
    """What a figure is the mean over."""

    LABELS = "labels"  # each as much as any other
    QUERIES = "queries"


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure, both ways; intervals None: too few patients behind it, or behind a label."""

    metric: Metric
    over: Mean
    first: float
    second: float
    chance: float
    low: float | None  # bounds of the 95 % interval of second - first
    high: float | None


def differences(first: Answers, second: Answers, truth: Truth) -> list[Difference]:
    """Compare two answers to the same queries, as means over labels and over queries.

    In each draw both have the same patients, so that what is hard for both cancels out.
    """
    if first.asked != second.asked:
        raise ValueError("the two answered other queries")
    if not first.asked:
        return []
    names = sorted(frozenset().union(*first.asked))
    by_label = np.array([[name in asked for name in names] for asked in first.asked])
    behind = _behind(first, by_label, names, truth)
    everything = np.ones((len(first.asked), 1), np.bool_)
    askers = behind if first.patients is None else [len(np.unique(first.patients))]
    return [
        *_told(first, second, Mean.LABELS, by_label, min(behind)),
        *_told(first, second, Mean.QUERIES, everything, min(askers)),
    ]


def _told(
    first: Answers, second: Answers, over: Mean, members: NDArray[np.bool_], patients: int
) -> Iterator[Difference]:
    """All figures as the mean over sets of queries (queries, sets)."""
    here, there = (_of_sets(_values(answers), members) for answers in (first, second))
    chance = _of_sets(np.stack([each.chance for each in first.reached]), members)
    low, high = interval(mean_known(resampled_means(_paired(first, second), members), axis=1))
    for m, a, b, c, d, e in zip(METRICS, here, there, chance, low, high, strict=True):
        bounds = (float(d), float(e)) if patients >= LEAST_PATIENTS else _NONE
        yield Difference(m, over, float(a), float(b), float(c), *bounds)


_NONE = (None, None)


def _paired(first: Answers, second: Answers) -> list[Draw]:
    pairs = zip(first.draws, second.draws, strict=True)
    return [Draw(there.values - here.values, here.times) for here, there in pairs]


def _values(answers: Answers) -> NDArray[np.float64]:
    return np.stack([each.figures for each in answers.reached])


def _of_sets(values: NDArray[np.float64], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(queries, metrics) -> the mean over sets of the mean over queries (metrics,)."""
    means: NDArray[np.float64] = np.mean([values[inside].mean(axis=0) for inside in members.T], 0)
    return means


def _behind(
    answers: Answers, members: NDArray[np.bool_], names: Sequence[str], truth: Truth
) -> list[int]:
    """The patients behind each label: of images those who ask, of texts those who have it."""
    if answers.patients is not None:
        return [len(np.unique(answers.patients[inside])) for inside in members.T]
    return [len(np.unique(truth.patients[truth.with_label(name)])) for name in names]
