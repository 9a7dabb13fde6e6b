"""What one way of ranking is better by than another, over the same queries and the same draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.answers import Answers
from evaluation.bootstrap import Draw, interval, resampled_means
from evaluation.ranking import METRICS, Metric
from evaluation.tables import LEAST_PATIENTS
from evaluation.truth import Truth


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean over labels of one figure, both ways; intervals None: too few patients."""

    metric: Metric
    first: float
    second: float
    chance: float
    low: float | None  # bounds of the 95 % interval of second - first
    high: float | None


def differences(first: Answers, second: Answers, truth: Truth) -> list[Difference]:
    """Compare two answers to the same queries, each label as much as any other.

    In each draw both have the same patients, so that what is hard for both cancels out.
    """
    if first.asked != second.asked:
        raise ValueError("the two answered other queries")
    if not first.asked:
        return []
    names = sorted(frozenset().union(*first.asked))
    members = np.array([[name in asked for name in names] for asked in first.asked])
    here, there = (_of_labels(_values(answers), members) for answers in (first, second))
    chance = _of_labels(np.stack([each.chance for each in first.reached]), members)
    low, high = interval(np.nanmean(resampled_means(_paired(first, second), members), axis=1))
    told = zip(METRICS, here, there, chance, low, high, strict=True)
    is_told = min(_behind(first, members, names, truth)) >= LEAST_PATIENTS
    return [
        Difference(m, float(a), float(b), float(c), *((float(d), float(e)) if is_told else _NONE))
        for m, a, b, c, d, e in told
    ]


_NONE = (None, None)


def _paired(first: Answers, second: Answers) -> list[Draw]:
    pairs = zip(first.draws, second.draws, strict=True)
    return [Draw(there.values - here.values, here.times) for here, there in pairs]


def _values(answers: Answers) -> NDArray[np.float64]:
    return np.stack([each.figures for each in answers.reached])


def _of_labels(values: NDArray[np.float64], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(queries, metrics) -> the mean over labels of the mean over queries (metrics,)."""
    means: NDArray[np.float64] = np.mean([values[inside].mean(axis=0) for inside in members.T], 0)
    return means


def _behind(
    answers: Answers, members: NDArray[np.bool_], names: Sequence[str], truth: Truth
) -> list[int]:
    """The patients behind each label: of images those who ask, of texts those who have it."""
    if answers.patients is not None:
        return [len(np.unique(answers.patients[inside])) for inside in members.T]
    return [len(np.unique(truth.patients[truth.with_label(name)])) for name in names]
