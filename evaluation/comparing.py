"""The same pictures and texts asked of two sets of rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings
from evaluation.answers import Answers, Plan, Scope
from evaluation.image_queries import ask_with_images
from evaluation.paired import Difference, differences
from evaluation.text_queries import TextQuery, ask_with_texts
from evaluation.truth import Truth
from storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the two."""

    snapshot: Snapshot
    truth: Truth  # the same pictures in the same order, by the ids of this side
    texts: Embeddings  # (queries, dim)


@dataclass(frozen=True, slots=True)
class Compared:
    """What the second is better by."""

    pictures: int
    patients: int
    images: Sequence[Difference]
    texts: Sequence[Difference]


def compare(first: Side, second: Side, queries: Sequence[TextQuery], plan: Plan) -> Compared:
    """Ask both sides with labelled pictures, of other patients, and with texts."""
    places = _asking(first.truth, plan)

    def by_images(side: Side) -> Answers:
        return ask_with_images(side.snapshot, side.truth, places, [Scope.ALL], plan)[Scope.ALL]

    def by_texts(side: Side) -> Answers:
        return ask_with_texts(side.snapshot, side.truth, queries, side.texts, Scope.ALL, plan)

    images = differences(by_images(first), by_images(second), first.truth)
    texts = differences(by_texts(first), by_texts(second), first.truth) if queries else []
    patients = len(np.unique(first.truth.patients))
    return Compared(len(first.truth.ids), patients, images, texts)


def _asking(truth: Truth, plan: Plan) -> NDArray[np.int64]:
    """The places of labelled pictures, or of a seeded sample of them."""
    labelled = np.array([bool(answer) for answer in truth.answers], np.bool_)[truth.codes]
    places = np.flatnonzero(labelled)
    if len(places) <= plan.sample:
        return places
    rng = np.random.default_rng(plan.resampling.seed)
    return np.sort(rng.choice(places, plan.sample, replace=False))
