"""Wiring of an adapter: fitted on what a collection knows, measured on other patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import TrainingError
from core.types import Embeddings, EncoderCard, Through
from encoders.adapters import Adapter, check_free, keep_adapter, turned
from evaluation.answers import Plan
from evaluation.comparing import Compared, Side, compare
from evaluation.held_out import Parts, mean_precision, parts_of
from evaluation.text_queries import TextQuery
from evaluation.truth import Truth
from radseek.archive import Archive
from radseek.evaluating import Asked, queries_of, truth_asked
from radseek.liking import Liked, truth_of_likes
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from training.adapter import Shown, fit

FEWEST: Final = 10  # labelled patients: with fewer, none are left to measure on


@dataclass(frozen=True, slots=True)
class Adapted:
    """An adapter that was fitted and kept, and what it changes."""

    path: Path
    card: EncoderCard
    fitted_patients: int
    compared: Compared  # on others; without texts for pictures that were liked: no words for them


def adapt(archive: Archive, name: str, source: Asked | Liked, plan: Plan) -> Adapted:
    """Fit an adapter on the collection's rows and keep it by a name.

    Raises InvalidRequest for a name that is taken or a source that cannot be read, UnknownName,
    TrainingError when too few are labelled, or nothing was learnt that helps with other patients.
    """
    home = archive.settings.home
    check_free(home, name)
    snapshot, card = archive.reader().snapshot(), archive.reader().card
    truth, words = _known(archive, snapshot, source, plan.resampling.seed)
    parts = _parts(truth, plan.resampling.seed)
    adapter = Adapter(name, card, _matrix(snapshot, truth, parts, words, plan))
    measured = truth.part(parts.measured)
    compared = _measured(archive, snapshot, measured, words, adapter, plan)
    return Adapted(
        keep_adapter(home, adapter),
        adapter.card,
        len(np.unique(truth.patients[parts.fitted])),
        compared,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """The texts that stand for labels."""

    queries: Sequence[TextQuery]
    rows: Embeddings  # (texts, dim)
    labels: NDArray[np.int64]  # (texts,): places among the labels of the truth


def _known(
    archive: Archive, snapshot: Snapshot, source: Asked | Liked, seed: int
) -> tuple[Truth, _Words]:
    """What is known of pictures, and the words for it; of what was liked there are none."""
    if isinstance(source, Liked):
        truth = truth_of_likes(snapshot, source, seed)
        return truth, _words(archive, truth, [])
    truth = truth_asked(snapshot, source)
    return truth, _words(archive, truth, queries_of(truth, source))


def _words(archive: Archive, truth: Truth, queries: Sequence[TextQuery]) -> _Words:
    places = {label: place for place, label in enumerate(truth.labels())}
    rows = np.empty((0, archive.reader().card.dim), np.float32)
    if queries:
        rows = archive.searcher().text_rows([query.text for query in queries])
    return _Words(queries, rows, np.array([places[query.label] for query in queries], np.int64))


def _parts(truth: Truth, seed: int) -> Parts:
    labelled = np.array([bool(answer) for answer in truth.answers], np.bool_)[truth.codes]
    patients = len(np.unique(truth.patients[labelled]))
    if patients < FEWEST:
        raise TrainingError(
            f"Pictures of {patients} patients are labelled. To fit an adapter on some and measure "
            f"it on others takes {FEWEST} at least."
        )
    return parts_of(truth.patients, seed)


def _matrix(
    snapshot: Snapshot, truth: Truth, parts: Parts, words: _Words, plan: Plan
) -> NDArray[np.float32]:
    """The matrix that is best with the patients it is chosen by. Raises TrainingError for none."""
    has = np.stack([truth.with_label(label) for label in truth.labels()], axis=1)
    held = parts.chosen_by
    rows, theirs = (snapshot.embeddings(truth.ids[part]) for part in (parts.fitted, held))

    def score(matrix: NDArray[np.float32]) -> float:
        through, said = (turned(matrix, each) for each in (theirs, words.rows))
        return mean_precision(through, has[held], truth.patients[held], said, words.labels)

    shown = Shown(rows, has[parts.fitted], truth.patients[parts.fitted], words.rows, words.labels)
    fitted = fit(shown, score, plan.resampling.seed)
    if not fitted.steps:
        raise TrainingError(
            "Nothing was learnt that helps with patients it was not fitted on: without an adapter "
            "the ranking is as good. Label more patients, or ask for other labels."
        )
    return fitted.matrix


def _measured(
    archive: Archive,
    before: Snapshot,
    truth: Truth,
    words: _Words,
    adapter: Adapter,
    plan: Plan,
) -> Compared:
    """What the adapter changes for pictures that ask, and for texts."""
    settings, through = archive.settings, Through(adapter.card, adapter.turned)
    with CollectionReader.open(settings.home, settings.collection, through) as seen:
        with_it = Side(seen.snapshot(), truth, adapter.turned(words.rows))
        return compare(Side(before, truth, words.rows), with_it, words.queries, plan)
