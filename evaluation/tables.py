"""The figures of an evaluation, each with its interval and with chance beside it."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.answers import Answers, Plan, Scope
from evaluation.bootstrap import interval, resampled_means
from evaluation.ranking import METRICS, Metric
from evaluation.truth import NOT_KNOWN, Truth

Bounds = tuple[NDArray[np.float64], NDArray[np.float64]]  # two of (metrics,); nan: not known

LEAST_PATIENTS = 5  # for an interval: with fewer, the draws say little of other patients


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; None: not known."""

    metric: Metric
    value: float
    low: float | None  # bounds of the 95 % interval
    high: float | None
    chance: float  # what a random order of the same pictures gives
    best: float  # what a perfect one gives


@dataclass(frozen=True, slots=True)
class Line:
    """The mean over some queries."""

    name: str
    queries: int
    patients: int  # of images those who ask, of texts those who have the label
    relevant: float  # pictures, in the mean
    candidates: float
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All that queries of one kind reached in one scope."""

    scope: Scope
    macro: Line | None  # mean over labels; None when no query has a right answer
    micro: Line | None  # mean over queries
    labels: tuple[Line, ...]
    scanners: tuple[Line, ...]
    unanswerable: int
    near: int


@dataclass(frozen=True, slots=True, eq=False)
class _Sets:
    """Sets of queries by name, and how many patients stand behind each."""

    names: tuple[str, ...]
    members: NDArray[np.bool_]  # (queries, sets)
    patients: tuple[int, ...]
    fewest: tuple[int, ...]  # patients behind what a draw may not lack


def table(answers: Answers, scope: Scope, truth: Truth, plan: Plan) -> Table:
    """What was reached, over all queries, by label and by scanner."""
    if not answers.reached:
        return Table(scope, None, None, (), (), answers.unanswerable, answers.near)
    by_label = _by_label(answers, truth)
    by_scanner = _by_scanner(answers)
    everything = _everything(answers, by_label, truth)
    (micro,), labels = _lines(answers, everything, plan), _lines(answers, by_label, plan)
    return Table(
        scope,
        _macro(answers, by_label, labels, micro.patients),
        micro,
        tuple(labels),
        tuple(_lines(answers, by_scanner, plan)),
        answers.unanswerable,
        answers.near,
    )


def _everything(answers: Answers, by_label: _Sets, truth: Truth) -> _Sets:
    """All queries; draws for a text always need the patients who have its label."""
    members = np.ones((len(answers.asked), 1), np.bool_)
    if answers.patients is None:
        patients = len(np.unique(truth.patients))
        return _Sets(("all queries",), members, (patients,), (min(by_label.patients),))
    patients = len(np.unique(answers.patients))
    return _Sets(("all queries",), members, (patients,), (patients,))


def _by_label(answers: Answers, truth: Truth) -> _Sets:
    names = tuple(sorted(frozenset().union(*answers.asked)))
    members = np.array([[name in asked for name in names] for asked in answers.asked])
    if answers.patients is not None:
        askers = _askers(members, answers.patients)
        return _Sets(names, members, askers, askers)
    having = (truth.patients[truth.with_label(name)] for name in names)
    sizes = tuple(len(np.unique(patients)) for patients in having)
    return _Sets(names, members, sizes, sizes)


def _by_scanner(answers: Answers) -> _Sets:
    names = tuple(sorted(set(answers.scanners) - {NOT_KNOWN}))
    members = np.array([[name == own for name in names] for own in answers.scanners], bool)
    members = members.reshape(len(answers.scanners), len(names))
    askers = () if answers.patients is None else _askers(members, answers.patients)
    return _Sets(names, members, askers, askers)


def _askers(members: NDArray[np.bool_], patients: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(len(np.unique(patients[inside])) for inside in members.T)


def _lines(answers: Answers, sets: _Sets, plan: Plan) -> list[Line]:
    if not sets.names:
        return []
    low, high = interval(resampled_means(answers.draws, sets.members))
    low[np.array(sets.fewest) < LEAST_PATIENTS] = np.nan
    high[np.array(sets.fewest) < LEAST_PATIENTS] = np.nan
    columns = zip(sets.names, sets.members.T, sets.patients, low, high, strict=True)
    return [
        _line(answers, name, inside, patients, (lowest, highest), plan.k)
        for name, inside, patients, lowest, highest in columns
    ]


def _line(
    answers: Answers,
    name: str,
    inside: NDArray[np.bool_],
    patients: int,
    bounds: Bounds,
    k: int,
) -> Line:
    those = [each for each, is_in in zip(answers.reached, inside, strict=True) if is_in]
    values = np.mean([each.figures for each in those], axis=0)
    chance = np.mean([each.chance for each in those], axis=0)
    best = _best([each.relevant for each in those], k)
    relevant = float(np.mean([each.relevant for each in those]))
    candidates = float(np.mean([each.candidates for each in those]))
    shown = _figures(values, chance, best, bounds)
    return Line(name, len(those), patients, relevant, candidates, shown)


def _macro(answers: Answers, labels: _Sets, lines: Sequence[Line], patients: int) -> Line:
    """The mean over labels, each as much as any other.

    It has no interval where a label has none: draws would lack that label, not vary it.
    """
    drawn = mean_known(resampled_means(answers.draws, labels.members), axis=1)
    low, high = interval(drawn)
    if min(labels.fewest) < LEAST_PATIENTS:
        low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
    values, chance, best = (
        np.mean([[getattr(x, what) for x in line.figures] for line in lines], axis=0)
        for what in ("value", "chance", "best")
    )
    shown = _figures(values, chance, best, (low, high))
    relevant = float(np.mean([line.relevant for line in lines]))
    candidates = float(np.mean([line.candidates for line in lines]))
    return Line("all labels", len(answers.reached), patients, relevant, candidates, shown)


def _best(relevant: Sequence[int], k: int) -> NDArray[np.float64]:
    """The figures of perfect rankings with so many relevant pictures: (metrics,)."""
    possible = np.minimum(relevant, k)
    precision = float(np.mean(possible / k))
    recall = float(np.mean(possible / np.array(relevant)))
    return np.array([precision, recall, 1, 1, 1])


def _figures(
    values: NDArray[np.float64],
    chance: NDArray[np.float64],
    best: NDArray[np.float64],
    bounds: Bounds,
) -> tuple[Figure, ...]:
    return tuple(
        Figure(metric, float(value), _known(a), _known(b), float(random), float(most))
        for metric, value, a, b, random, most in zip(
            METRICS, values, *bounds, chance, best, strict=True
        )
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def mean_known(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """The means of what is known, nan where nothing is."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        means: NDArray[np.float64] = np.nanmean(values, axis=axis)
        return means
