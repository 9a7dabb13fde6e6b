"""Wiring of an evaluation: what is measured is what is served."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.errors import InvalidRequest
from core.types import EncoderCard
from evaluation.answers import Plan
from evaluation.evaluating import Evaluation, evaluate
from evaluation.index_recall import Built
from evaluation.text_queries import TextQuery
from evaluation.truth import Known, Truth, truth_of
from evaluation.truth_csv import Entry, by_csv
from evaluation.truth_tags import by_tags
from radseek.archive import Archive
from storage.keys import Key
from storage.snapshot import Snapshot

MOST_LABELS = 200  # asked for by their names


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the truth comes from, and in which words it is asked for."""

    truth: Sequence[Entry] | None = None  # the lines of a CSV file
    split: str | None = None  # of these lines
    by: Sequence[str] = ()  # tags, without such lines
    within: Sequence[str] = ()  # tags whose values make the strata
    texts: Mapping[str, Sequence[str]] | None = None  # by label; None: the labels themselves
    with_texts: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """An evaluation, and what it is of."""

    evaluation: Evaluation
    sequence: int  # of the collection
    card: EncoderCard


def evaluate_collection(archive: Archive, asked: Asked, plan: Plan) -> Measured:
    """Measure the collection by labels that are known.

    Raises UnknownName, InvalidRequest, CardMismatch, WeightsMissing, StorageError.
    """
    reader = archive.reader()
    snapshot = reader.snapshot()
    truth = truth_asked(snapshot, asked)
    reads = archive.reads_texts() or asked.texts is not None
    queries = queries_of(truth, asked if reads else replace(asked, with_texts=False))
    rows = np.empty((0, reader.card.dim), np.float32)
    if queries:
        rows = archive.searcher().text_rows([query.text for query in queries])
    info = reader.info()
    built = Built(info.index_kind, info.index_recall, info.index_recall_texts)
    reread = archive.searcher().matches if plan.rerank else None
    measured = evaluate(snapshot, truth, queries, rows, plan, built, reread)
    return Measured(measured, snapshot.sequence, reader.card)


def truth_asked(snapshot: Snapshot, asked: Asked) -> Truth:
    """What is known of the pictures. Raises InvalidRequest, UnknownName."""
    known = _known(snapshot, asked)
    return truth_of(snapshot.ids, known, snapshot.keys(Key.PIXELS)[known.places])


def _known(snapshot: Snapshot, asked: Asked) -> Known:
    if (asked.truth is None) == (not asked.by):
        raise InvalidRequest("Say where the labels are: --truth FILE.csv, or --by with tags.")
    if asked.truth is None:
        return by_tags(snapshot, asked.by, asked.within)
    return by_csv(snapshot, asked.truth, asked.split, asked.within)


def queries_of(truth: Truth, asked: Asked) -> list[TextQuery]:
    """Each label in its own words, or in those of the person's file."""
    if not asked.with_texts:
        return []
    labels = truth.labels()
    if asked.texts is None:
        _check_few(labels)
        return [TextQuery(label, label) for label in labels]
    spelt = {label.casefold(): texts for label, texts in asked.texts.items()}
    strange = sorted(spelt.keys() - {label.casefold() for label in labels})
    if strange:
        raise InvalidRequest(
            f"No picture has the label {strange[0]!r} that --texts names. "
            f"Labels are: {', '.join(labels)}."
        )
    return [TextQuery(label, text) for label in labels for text in spelt.get(label.casefold(), ())]


def _check_few(labels: Sequence[str]) -> None:
    """Raise InvalidRequest for so many labels that nobody would read of them or wait for them."""
    if len(labels) > MOST_LABELS:
        raise InvalidRequest(
            f"There are {len(labels)} labels, too many to ask for each by its name. Name some of "
            "them with --texts FILE, ask with pictures alone by --no-texts, or choose other tags."
        )
