"""Texts as queries: does each find the pictures with the label that it stands for?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids, Mask, Matches
from evaluation.answers import Answers, Plan, Reached, Scope, in_order, reached
from evaluation.bootstrap import Draw, Resampling
from evaluation.examples import Seen, seen_by_text
from evaluation.metrics import Relevance
from evaluation.ranking import figures
from evaluation.scoring import scored
from evaluation.truth import NOT_KNOWN, Truth
from storage.snapshot import Snapshot

Reread = Callable[[str, Ids], Matches]  # how well pictures match a text, read again with it


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A text, and the label that a picture must have to answer it."""

    label: str
    text: str


def ask_with_texts(
    snapshot: Snapshot,
    truth: Truth,
    queries: Sequence[TextQuery],
    rows: Embeddings,
    scope: Scope,
    plan: Plan,
    reread: Reread | None = None,
) -> Answers:
    """Ask with texts, whose embeddings are `rows` (queries, dim), in the scope ALL or WITHIN.

    Within strata the candidates are the pictures of those in which the label occurs. The draws of
    the intervals are of the patients whose pictures are searched. With `reread` the first
    `plan.rerank` hits of each are in the order of what it says.
    """
    _, patients = np.unique(truth.patients, return_inverse=True)
    asked: list[TextQuery] = []
    found: list[Reached] = []
    drawn: list[NDArray[np.float64]] = []
    seen: list[Seen] = []
    for start, part in scored(snapshot, truth.ids, rows):
        for query, scores in zip(queries[start : start + len(part)], part, strict=True):
            relevant = truth.with_label(query.label)
            order = in_order(scores, _candidates(truth, relevant, scope))
            if reread is not None:
                order = _reordered(order, truth.ids, query.text, plan.rerank, reread)
            if relevant[order].any():
                asked.append(query)
                found.append(reached(relevant[order], relevant[order].astype(float), plan.k))
                drawn.append(_drawn(relevant[order], patients[order], plan.k, plan.resampling))
                ids = truth.ids[order]
                seen.append(seen_by_text(query.label, query.text, ids, relevant[order], plan.k))
    return Answers(
        tuple(frozenset([query.label]) for query in asked),
        tuple(NOT_KNOWN for _ in asked),
        tuple(found),
        _draws(drawn),
        None,
        len(queries) - len(asked),
        0,
        tuple(seen),
    )


def _reordered(
    order: NDArray[np.int64], ids: Ids, text: str, first: int, reread: Reread
) -> NDArray[np.int64]:
    """The places of an order, the first ones by how well their pictures match the text."""
    head = order[:first]
    matches = reread(text, ids[head])
    return np.append(head[np.argsort(-matches, kind="stable")], order[first:])


def _draws(drawn: Sequence[NDArray[np.float64]]) -> list[Draw]:
    """What all texts reach in each draw, from what each text reaches in all: (times, metrics)."""
    once = np.ones(len(drawn), np.int64)
    return [Draw(np.stack(values), once) for values in zip(*drawn, strict=True)]


def _candidates(truth: Truth, relevant: Relevance, scope: Scope) -> Mask:
    if scope is not Scope.WITHIN or truth.strata is None:
        return np.ones(len(truth.ids), np.bool_)
    stated = np.array([value != NOT_KNOWN for value in truth.strata.values], np.bool_)
    where = np.bincount(truth.strata.codes[relevant], minlength=len(stated)) > 0
    return (where & stated)[truth.strata.codes]


def _drawn(
    relevant: Relevance, patients: NDArray[np.int64], k: int, resampling: Resampling
) -> NDArray[np.float64]:
    """The figures of one ranking with other patients' pictures in it: (times, metrics)."""
    size = int(patients.max()) + 1
    rankings = (np.repeat(relevant, draw[patients]) for draw in resampling.draws(size))
    return np.stack([figures(ranked, ranked.astype(float), k) for ranked in rankings])
