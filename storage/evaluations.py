"""Evaluations of a collection that are kept beside it: one file each, and none is written over."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from core.types import EncoderCard
from storage.database import storage_errors
from storage.durable import publish
from storage.layout import EVALUATIONS, collection_folder, make_private

STAMP: Final = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class KeptEvaluation:
    """What was measured, when, and on which state of which collection."""

    id: str  # its moment; of its file, without the suffix
    name: str  # what a person called it
    at: datetime  # aware, UTC
    sequence: int  # of the collection
    card: EncoderCard
    told: Mapping[str, Any]  # as `radseek evaluate --json` gives it


@dataclass(frozen=True, slots=True)
class KeptEvaluations:
    """All of a collection, the newest first."""

    whole: tuple[KeptEvaluation, ...]
    damaged: tuple[str, ...]  # names of files that hold no evaluation


def keep_evaluation(home: Path, collection: str, kept: KeptEvaluation) -> Path:
    """Write it down for its owner alone, and give the file. Raises StorageError."""
    told = asdict(kept) | {"at": kept.at.isoformat()}
    path = _folder(home, collection) / f"{kept.id}.json"
    with storage_errors(collection):
        make_private(path.parent)
        draft = path.with_suffix(".draft")
        draft.touch(0o600)
        draft.write_text(json.dumps(told), encoding="ascii")
        publish(draft, path)
    return path


def kept_evaluations(home: Path, collection: str) -> KeptEvaluations:
    """Read what is kept. Raises InvalidRequest for a bad name, StorageError."""
    with storage_errors(collection):
        files = sorted(_folder(home, collection).glob("*.json"), reverse=True)
        read = [(file.name, _read(file.read_bytes())) for file in files]
    return KeptEvaluations(
        tuple(kept for _name, kept in read if kept is not None),
        tuple(name for name, kept in read if kept is None),
    )


def id_at(moment: datetime) -> str:
    """The id of an evaluation of a moment."""
    return moment.astimezone(UTC).strftime(STAMP)


def _read(content: bytes) -> KeptEvaluation | None:
    """The evaluation in a file; None for anything else."""
    try:
        told = json.loads(content)
        card, at = EncoderCard(**told["card"]), datetime.fromisoformat(told["at"])
        return KeptEvaluation(**(told | {"card": card, "at": at}))
    except (ValueError, TypeError, KeyError):
        return None


def _folder(home: Path, collection: str) -> Path:
    return collection_folder(home, collection) / EVALUATIONS
