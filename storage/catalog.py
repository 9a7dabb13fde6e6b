"""What the catalog of a collection answers: prebuilt statements, no ORM."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from os import fsdecode
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, bindparam, func, select

from core.types import EncoderCard, Identity, Ids, Record, SkipCode, Skipped, Tags
from storage.database import storage_errors
from storage.schema import files, identities, meta, pictures, shards
from storage.shards import Shard

TAG_NAMES = tuple(field.name for field in fields(Tags))  # in the order that Tags takes


class FileStatus(StrEnum):
    """What came of a file when it was last read."""

    EMBEDDED = "embedded"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class KnownFile:
    """One file as it was when it was last read."""

    size: int  # bytes
    modified_ns: int
    sha256: str
    status: FileStatus


@dataclass(frozen=True, slots=True)
class Span:
    """The pictures with first_id <= id < next_id that lived at a sequence.

    It names the same rows whatever is committed later.
    """

    first_id: int
    next_id: int
    sequence: int


@dataclass(frozen=True, slots=True)
class State:
    """How far a collection has come."""

    sequence: int
    next_id: int
    updated_at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a collection holds now."""

    files: int  # embedded ones
    pictures: int
    skipped: int


@dataclass(frozen=True, slots=True)
class RowTable:
    """Where rows lie, ascending by id: three arrays (n,)."""

    ids: Ids
    shard: NDArray[np.int64]
    slot: NDArray[np.int64]


_living_then = (
    (pictures.c.id >= bindparam("first_id"))
    & (pictures.c.id < bindparam("next_id"))
    & (pictures.c.tombstone.is_(None) | (pictures.c.tombstone > bindparam("sequence")))
)
_state = select(meta.c.sequence, meta.c.next_id, meta.c.updated_at)
_card = select(
    meta.c.encoder_name,
    meta.c.encoder_version,
    meta.c.encoder_dim,
    meta.c.encoder_weights_sha256,
    meta.c.encoder_preprocessing,
    meta.c.encoder_licence,
)
_rendering = select(meta.c.rendering)
_shards = select(shards.c.id, shards.c.rows).order_by(shards.c.id)
_rows = (
    select(pictures.c.id, pictures.c.shard_id, pictures.c.slot)
    .where(_living_then)
    .order_by(pictures.c.id)
)
_columns = {
    name: select(pictures.c[name]).where(_living_then).order_by(pictures.c.id) for name in TAG_NAMES
}
_died = select(pictures.c.id).where(
    pictures.c.tombstone > bindparam("after"), pictures.c.tombstone <= bindparam("until")
)
_records = (
    select(
        pictures.c.id,
        files.c.path,
        pictures.c.frame,
        pictures.c.indexed_at,
        *(pictures.c[name] for name in TAG_NAMES),
    )
    .join_from(pictures, files)
    .where(pictures.c.id.in_(bindparam("ids", expanding=True)))
)
_identity = select(
    identities.c.patient_id,
    identities.c.patient_name,
    identities.c.patient_birth_date,
    identities.c.accession_number,
).where(identities.c.picture_id == bindparam("picture_id"))
_known = select(files.c.path, files.c.size, files.c.modified_ns, files.c.sha256, files.c.skip_code)
_skipped = (
    select(
        files.c.path,
        files.c.skip_code,
        files.c.skip_reason,
        files.c.size,
        files.c.modified_ns,
        files.c.sha256,
    )
    .where(files.c.skip_code.is_not(None))
    .order_by(files.c.path)
)
_file_counts = select(func.count(), func.count(files.c.skip_code)).select_from(files)
_picture_count = select(func.count()).select_from(pictures).where(pictures.c.tombstone.is_(None))

MOST_IDS = 10_000  # in one statement; SQLite takes 32766 parameters


class Catalog:
    """The answers of one catalog; threads can share it.

    Each raises StorageError when the catalog cannot be read, CollectionCorrupt when it is damaged.
    """

    def __init__(self, engine: Engine, collection: str) -> None:
        self._engine = engine
        self._collection = collection

    def card(self) -> EncoderCard:
        """What the collection is bound to."""
        with self._reading() as connection:
            return EncoderCard(*connection.execute(_card).one())

    def rendering(self) -> str:
        """Name and version of the rendering that its pictures went through."""
        with self._reading() as connection:
            return str(connection.execute(_rendering).scalar_one())

    def state(self) -> State:
        """The newest committed state."""
        with self._reading() as connection:
            sequence, next_id, updated_at = connection.execute(_state).one()
        return State(sequence, next_id, datetime.fromtimestamp(updated_at, UTC))

    def shards(self) -> list[Shard]:
        """All shards with their committed lengths, oldest first."""
        with self._reading() as connection:
            return [Shard(number, rows) for number, rows in connection.execute(_shards)]

    def rows(self, span: Span) -> RowTable:
        """Where the rows of a span lie."""
        with self._reading() as connection:
            found = chain.from_iterable(connection.execute(_rows, _parameters(span)))
            table = np.fromiter(found, dtype=np.int64).reshape(-1, 3)
        return RowTable(*np.ascontiguousarray(table.T))

    def died(self, after: int, until: int) -> Ids:
        """The ids of pictures replaced in the batches after < sequence <= until."""
        with self._reading() as connection:
            found = connection.execute(_died, {"after": after, "until": until}).scalars().all()
        return np.array(found, dtype=np.int64)

    def column(self, name: str, span: Span) -> list[str]:
        """One of TAG_NAMES for the rows of a span, ascending by id, as text."""
        with self._reading() as connection:
            found = connection.execute(_columns[name], _parameters(span)).scalars()
            return [_text(value) for value in found]

    def describe(self, ids: Sequence[int]) -> dict[int, Record]:
        """The records of those ids that the catalog has."""
        found: dict[int, Record] = {}
        with self._reading() as connection:
            for start in range(0, len(ids), MOST_IDS):
                rows = connection.execute(_records, {"ids": ids[start : start + MOST_IDS]})
                found.update((row[0], _record(*row)) for row in rows)
        return found

    def identity(self, picture_id: int) -> Identity | None:
        """What names the patient of a picture, if its file says."""
        with self._reading() as connection:
            row = connection.execute(_identity, {"picture_id": picture_id}).one_or_none()
        return None if row is None else Identity(*row)

    def known(self) -> dict[Path, KnownFile]:
        """Every file that was ever read."""
        with self._reading() as connection:
            return {
                Path(fsdecode(path)): KnownFile(size, modified_ns, sha256, _status(code))
                for path, size, modified_ns, sha256, code in connection.execute(_known)
            }

    def skipped(self) -> list[Skipped]:
        """The files that have no pictures, by path."""
        with self._reading() as connection:
            return [
                Skipped(Path(fsdecode(path)), SkipCode(code), *rest)
                for path, code, *rest in connection.execute(_skipped)
            ]

    def counts(self) -> Counts:
        """How much the collection holds now."""
        with self._reading() as connection:
            all_files, skipped = connection.execute(_file_counts).one()
            return Counts(
                files=all_files - skipped,
                pictures=connection.execute(_picture_count).scalar_one(),
                skipped=skipped,
            )

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with storage_errors(self._collection), self._engine.connect() as connection:
            yield connection


def _parameters(span: Span) -> dict[str, int]:
    return {"first_id": span.first_id, "next_id": span.next_id, "sequence": span.sequence}


def _record(picture_id: int, path: bytes, frame: int, indexed_at: int, *tags: Any) -> Record:
    indexed = datetime.fromtimestamp(indexed_at, UTC)
    return Record(picture_id, Path(fsdecode(path)), frame, Tags(*tags), indexed)


def _status(code: str | None) -> FileStatus:
    return FileStatus.EMBEDDED if code is None else FileStatus.SKIPPED


def _text(value: object) -> str:
    return "" if value is None else str(value)
