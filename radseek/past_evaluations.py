"""Evaluations are kept beside the collection, to be looked at and compared later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evaluation.as_json import evaluation_json
from evaluation.evaluating import Evaluation
from evaluation.from_json import evaluation_from
from radseek.evaluating import Measured
from radseek.settings import Settings
from storage.evaluations import (
    KeptEvaluation,
    id_at,
    keep_evaluation,
    kept_evaluations,
)


@dataclass(frozen=True, slots=True)
class Past:
    """One evaluation of before."""

    kept: KeptEvaluation
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class Pasts:
    """All of a collection, the newest first."""

    whole: tuple[Past, ...]
    damaged: tuple[str, ...]  # names of files that hold no evaluation


def keep(settings: Settings, measured: Measured, name: str) -> Path:
    """Keep an evaluation by a name, and give its file. Raises StorageError."""
    now = datetime.now(UTC)
    told = evaluation_json(measured.evaluation)
    kept = KeptEvaluation(id_at(now), name, now, measured.sequence, measured.card, told)
    return keep_evaluation(settings.home, settings.collection, kept)


def past_evaluations(settings: Settings) -> Pasts:
    """What was kept. Raises StorageError."""
    found = kept_evaluations(settings.home, settings.collection)
    whole = tuple(_read(found.whole))
    understood = {past.kept.id for past in whole}
    foreign = tuple(f"{one.id}.json" for one in found.whole if one.id not in understood)
    return Pasts(whole, found.damaged + foreign)


def _read(found: Sequence[KeptEvaluation]) -> Iterator[Past]:
    """Those that this radseek understands."""
    for kept in found:
        try:
            yield Past(kept, evaluation_from(kept.told))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
