"""What each query of an evaluation reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.types import Mask
from evaluation.bootstrap import USUAL, Draw, Resampling
from evaluation.chance import expected
from evaluation.examples import Seen
from evaluation.metrics import Relevance
from evaluation.ranking import Gains, figures
from evaluation.truth import Answer


class Scope(StrEnum):
    """Which pictures a query is answered from, apart from its own patient's."""

    ALL = "all"
    WITHIN = "within"  # those of its own stratum: what is left when the easy part is given
    ELSEWHERE = "elsewhere"  # those of other scanners than its own


@dataclass(frozen=True, slots=True)
class Plan:
    """How an evaluation is done."""

    k: int = 10
    sample: int = 1000  # image queries at most
    near: float | None = None  # cosine from which a picture counts as the query's duplicate
    rerank: int = 0  # first hits of a text that are read again with it
    resampling: Resampling = USUAL


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """One ranking in figures."""

    figures: NDArray[np.float64]  # (metrics,)
    chance: NDArray[np.float64]  # (metrics,): of a random order of the same pictures
    relevant: int
    candidates: int


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the queries of one kind reached in one scope; those without a right answer are gone."""

    asked: tuple[Answer, ...]  # (queries,): the labels that each one asked for
    scanners: tuple[str, ...]  # (queries,); "" where there is none
    reached: tuple[Reached, ...]  # (queries,)
    draws: Sequence[Draw]
    patients: NDArray[np.int64] | None  # (queries,): who asks; None: texts
    unanswerable: int  # queries for which the scope holds no right answer
    near: int  # pictures left out as duplicates of their query, over all queries
    seen: tuple[Seen, ...]  # some of the pictures behind these figures


def reached(relevant: Relevance, gains: Gains, k: int) -> Reached:
    """One ranking, given in rank order."""
    return Reached(
        figures(relevant, gains, k),
        expected(relevant, gains, k),
        int(relevant.sum()),
        len(relevant),
    )


def likeness(answers: Sequence[Answer], asked: Answer) -> Gains:
    """How far each answer is what was asked for: labels in common over all labels of both.

    Source: Jaccard (1912).
    """
    return np.array([len(answer & asked) / len(answer | asked) for answer in answers])


def in_order(scores: NDArray[np.float32], candidates: Mask) -> NDArray[np.int64]:
    """The places of the candidates, best first, equal scores by place."""
    places = np.flatnonzero(candidates)
    order: NDArray[np.int64] = places[np.argsort(-scores[places], kind="stable")]
    return order
