"""The whole evaluation of a collection: image queries, text queries, and what the index loses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.counting import counted
from core.types import Embeddings
from evaluation.answers import Answers, Plan, Scope
from evaluation.examples import Examples, Seen, named
from evaluation.image_queries import ask_with_images, sampled
from evaluation.index_recall import Built, IndexRecall, index_recall
from evaluation.tables import Table, table
from evaluation.text_queries import Reread, TextQuery, ask_with_texts
from evaluation.truth import NOT_KNOWN, Truth
from storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Size:
    """A label with all that has it."""

    label: str
    pictures: int
    patients: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured, and on what."""

    collection_pictures: int
    pictures: int  # labelled ones that take part
    patients: int
    alone: int  # pictures that are the only one of their patient
    sizes: tuple[Size, ...]
    copies: int
    disputed: int
    unmatched: int
    asked: int  # image queries
    plan: Plan
    image: tuple[Table, ...]
    text: tuple[Table, ...]
    texts: tuple[TextQuery, ...]
    index_kind: str
    index: tuple[IndexRecall, ...]
    examples: tuple[Examples, ...]  # of answers from all pictures

    def doubts(self) -> list[str]:
        """What speaks against the figures as a whole, a sentence each."""
        if 2 * self.alone <= self.pictures:
            return []
        return [
            f"The only one of its patient: {self.alone} of {counted(self.pictures, 'picture')}. If "
            "the files name no patients, pictures of one person find each other and the figures "
            "flatter: name the patients in a CSV file."
        ]


def evaluate(
    snapshot: Snapshot,
    truth: Truth,
    queries: Sequence[TextQuery],
    rows: Embeddings,
    plan: Plan,
    built: Built,
    reread: Reread | None = None,
) -> Evaluation:
    """Ask with pictures and with texts, whose embeddings are `rows` (queries, dim)."""
    places = sampled(truth, plan)
    _, pictures = np.unique(truth.patients, return_counts=True)
    images = ask_with_images(snapshot, truth, places, _scopes(truth), plan)
    texts: dict[Scope, Answers] = {
        scope: ask_with_texts(snapshot, truth, queries, rows, scope, plan, reread)
        for scope in _scopes(truth)
        if queries and scope is not Scope.ELSEWHERE
    }
    return Evaluation(
        len(snapshot.ids),
        len(truth.ids),
        len(pictures),
        int((pictures == 1).sum()),
        tuple(_size(truth, label) for label in truth.labels()),
        truth.copies,
        truth.disputed,
        truth.unmatched,
        len(places),
        plan,
        tuple(table(answers, scope, truth, plan) for scope, answers in images.items()),
        tuple(table(answers, scope, truth, plan) for scope, answers in texts.items()),
        tuple(queries),
        built.kind,
        index_recall(snapshot, truth.ids[places], rows, plan.k, built),
        named(snapshot, [one for answers in (images, texts) for one in _seen(answers)]),
    )


def _scopes(truth: Truth) -> list[Scope]:
    """Those that the truth tells apart."""
    scanners = {truth.scanners.values[code] for code in np.unique(truth.scanners.codes)}
    scopes = [Scope.ALL]
    if truth.strata is not None:
        scopes.append(Scope.WITHIN)
    if len(scanners - {NOT_KNOWN}) > 1:
        scopes.append(Scope.ELSEWHERE)
    return scopes


def _seen(answers: Mapping[Scope, Answers]) -> tuple[Seen, ...]:
    """Some of the pictures behind the figures of all; those of a narrower scope are among them."""
    return answers[Scope.ALL].seen if answers else ()


def _size(truth: Truth, label: str) -> Size:
    has = truth.with_label(label)
    return Size(label, int(has.sum()), len(np.unique(truth.patients[has])))
