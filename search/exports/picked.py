"""The pictures that are exported, and what is told of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Final

from core.types import Hit, Identity, Record
from storage.snapshot import Snapshot

AT_ONCE: Final = 500  # records that are read together
TAGS: Final = (
    *("modality", "body_part", "laterality", "view", "study_uid", "series_uid", "sop_uid"),
    *("study_day", "study_description", "series_description", "protocol", "manufacturer"),
    *("model", "institution", "patient_sex", "patient_age", "burned_in", "deidentified"),
)
COLUMNS: Final = (
    *("number", "id", "score", "percentile", "note", "path", "member", "frame"),
    *TAGS,
)
IDENTITY: Final = tuple(field.name for field in fields(Identity))

Cell = str | int | float | None
IdentityOf = Callable[[int], Identity | None]


@dataclass(frozen=True, slots=True)
class Picked:
    """One picture that is to be exported."""

    id: int
    score: float | None = None  # None: it was not searched for
    percentile: float | None = None
    note: str = ""  # the person's own text, which may name a patient


@dataclass(frozen=True, slots=True)
class Row:
    """One picture with what its file says, and who it is of where that was asked for."""

    number: int  # its place in the export, from 1
    picked: Picked
    record: Record
    identity: Identity | None = None


def pick(hit: Hit) -> Picked:
    """A hit, as it is exported."""
    return Picked(hit.record.id, hit.score, hit.percentile)


def described(
    snapshot: Snapshot, picked: Sequence[Picked], identity_of: IdentityOf | None = None
) -> Iterator[Row]:
    """The rows in their order, read as they are asked for. Raises UnknownName."""
    for start in range(0, len(picked), AT_ONCE):
        part = picked[start : start + AT_ONCE]
        records = snapshot.describe([one.id for one in part])
        for number, (one, record) in enumerate(zip(part, records, strict=True), start + 1):
            yield Row(number, one, record, identity_of(one.id) if identity_of else None)


def cells(row: Row) -> dict[str, Cell]:
    """What is told of a picture, by column. Without an identity it holds none of its columns."""
    record, picked = row.record, row.picked
    return {
        "number": row.number,
        "id": picked.id,
        "score": None if picked.score is None else round(picked.score, 6),
        "percentile": None if picked.percentile is None else round(picked.percentile, 2),
        "note": picked.note,
        "path": str(record.location.path),
        "member": record.location.member,
        "frame": record.frame,
        **{tag: _plain(getattr(record.tags, tag)) for tag in TAGS},
        **({} if row.identity is None else _named(row.identity)),
    }


def _named(identity: Identity) -> dict[str, Cell]:
    return {name: _plain(value) for name, value in asdict(identity).items()}


def _plain(value: str | float | date | None) -> Cell:
    return value.isoformat() if isinstance(value, date) else value
