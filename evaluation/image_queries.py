"""Labelled pictures as queries: does each find others with its labels?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.types import Mask
from evaluation.answers import Answers, Plan, Reached, Scope, in_order, likeness, reached
from evaluation.bootstrap import with_other_askers
from evaluation.examples import Seen, seen_by_images
from evaluation.ranking import METRICS, Gains, Metric
from evaluation.scoring import scored
from evaluation.truth import NOT_KNOWN, Answer, Truth
from storage.columns import Column
from storage.snapshot import Snapshot

Score = NDArray[np.float32]  # (n,): cosines of one query


@dataclass(slots=True)
class _Collected:
    """What was reached so far in one scope."""

    places: list[int] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)
    unanswerable: int = 0
    near: int = 0


def sampled(truth: Truth, plan: Plan) -> NDArray[np.int64]:
    """The places in the truth that ask: all, or a seeded sample, ascending."""
    if len(truth.ids) <= plan.sample:
        return np.arange(len(truth.ids))
    rng = np.random.default_rng(plan.resampling.seed)
    return np.sort(rng.choice(len(truth.ids), plan.sample, replace=False))


def ask_with_images(
    snapshot: Snapshot,
    truth: Truth,
    places: NDArray[np.int64],
    scopes: Sequence[Scope],
    plan: Plan,
) -> dict[Scope, Answers]:
    """Ask with the pictures at these places; those of the query's own patient never answer.

    A picture is relevant when it has a label of the query's, and the more so the more of their
    labels are the same.
    """
    collected = {scope: _Collected() for scope in scopes}
    gains_of = _gains(truth.answers)
    for place, scores in _each(snapshot, truth, places):
        others, near = _others(truth, place, scores, plan.near)
        order = in_order(scores, others)
        gains = gains_of(int(truth.codes[place]))[truth.codes[order]]
        for scope, into in collected.items():
            inside = _inside(truth, place, order, scope)
            into.near += near
            _collect(into, place, gains[inside], plan.k)
    return {scope: _answers(truth, into, plan) for scope, into in collected.items()}


def _each(
    snapshot: Snapshot, truth: Truth, places: NDArray[np.int64]
) -> Iterator[tuple[int, Score]]:
    queries = snapshot.embeddings(truth.ids[places])
    for start, part in scored(snapshot, truth.ids, queries):
        yield from zip(places[start : start + len(part)].tolist(), part, strict=True)


def _gains(answers: Sequence[Answer]) -> Callable[[int], Gains]:
    """For the code of an answer, the likeness of each answer to it: (answers,)."""

    @lru_cache(maxsize=1024)
    def gains(code: int) -> Gains:
        return likeness(answers, answers[code])

    return gains


def _others(truth: Truth, place: int, scores: Score, near: float | None) -> tuple[Mask, int]:
    """Pictures of other patients that are no duplicate of the query, and how many of these are."""
    others: Mask = truth.patients != truth.patients[place]
    if near is None:
        return others, 0
    duplicates = others & (scores >= near)
    return others & ~duplicates, int(duplicates.sum())


def _inside(truth: Truth, place: int, order: NDArray[np.int64], scope: Scope) -> Mask:
    if scope is Scope.WITHIN and truth.strata is not None:
        return _same(truth.strata, place, order)
    if scope is Scope.ELSEWHERE:
        is_known = _is_known(truth.scanners)
        elsewhere: Mask = ~_same(truth.scanners, place, order) & is_known[order] & is_known[place]
        return elsewhere
    return np.ones(len(order), np.bool_)


def _same(column: Column, place: int, order: NDArray[np.int64]) -> Mask:
    """Those with the query's value; none has one that is not known."""
    same: Mask = (column.codes[order] == column.codes[place]) & _is_known(column)[place]
    return same


def _is_known(column: Column) -> Mask:
    stated = np.array([value != NOT_KNOWN for value in column.values], np.bool_)
    return stated[column.codes]


def _collect(into: _Collected, place: int, gains: Gains, k: int) -> None:
    if not gains.any():
        into.unanswerable += 1
        return
    into.places.append(place)
    into.reached.append(reached(gains > 0, gains, k))


def _answers(truth: Truth, collected: _Collected, plan: Plan) -> Answers:
    places, patients = collected.places, truth.patients[collected.places]
    values = np.array([each.figures for each in collected.reached]).reshape(-1, len(METRICS))
    return Answers(
        tuple(truth.answers[code] for code in truth.codes[places]),
        tuple(truth.scanners.values[code] for code in truth.scanners.codes[places]),
        tuple(collected.reached),
        with_other_askers(values, patients, plan.resampling) if places else [],
        patients,
        collected.unanswerable,
        collected.near,
        tuple(_seen(truth, np.array(places, np.int64), values, plan.k)),
    )


def _seen(
    truth: Truth, places: NDArray[np.int64], values: NDArray[np.float64], k: int
) -> Iterator[Seen]:
    """Some of the pictures that asked for each label; `values` (queries, metrics) are theirs."""
    precision = values[:, METRICS.index(Metric.AVERAGE_PRECISION)]
    first = np.rint(1 / values[:, METRICS.index(Metric.RECIPROCAL_RANK)]).astype(np.int64)
    for label in truth.labels():
        asks = truth.with_label(label)[places]
        if asks.any():
            ids = truth.ids[places[asks]]
            yield seen_by_images(label, ids, precision[asks], first[asks], k)
