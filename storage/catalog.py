"""What the catalog of a collection says of its pictures: prebuilt statements, no ORM."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, bindparam, func, literal_column, select
from sqlalchemy.dialects import sqlite

from core.types import EncoderCard, Identity, Ids, Record, Tags
from storage.database import rows_at_once, rows_of, storage_errors
from storage.locations import location_of
from storage.per_row import PLACES, TAG_NAMES, Told, next_living, patient
from storage.schema import files, identities, instances, meta, pictures, shards
from storage.shards import Shard

IDENTITY_NAMES = tuple(field.name for field in fields(Identity))


ROWS_AT_ONCE = 65_536  # of which SQLite tells in one step


class FileState(StrEnum):
    """What came of a file when it was last read."""

    EMBEDDED = "embedded"
    CATALOGUED = "catalogued"
    PENDING = "pending"  # its series decides
    SKIPPED = "skipped"


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
    arrangement: int  # another one: rows have moved to other shards
    next_id: int
    updated_at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True)
class RowTable:
    """Where rows lie, ascending by id: three arrays (n,)."""

    ids: Ids
    shard: NDArray[np.int64]
    slot: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Described:
    """A record, and whose picture it is."""

    record: Record
    patient: int | str  # as `patient` says; never in logs, URLs or messages


_state = select(meta.c.sequence, meta.c.arrangement, meta.c.next_id, meta.c.updated_at)
_SEQUENCE = str(select(meta.c.sequence))
_card = select(
    meta.c.encoder_name,
    meta.c.encoder_version,
    meta.c.encoder_dim,
    meta.c.encoder_weights_sha256,
    meta.c.encoder_preprocessing,
    meta.c.encoder_licence,
)
_rendering = select(meta.c.rendering)
_slices = select(meta.c.slices_per_series)
_shards = select(shards.c.id, shards.c.rows, shards.c.sealed).order_by(shards.c.id)
_living = select(func.count()).select_from(pictures).where(pictures.c.tombstone.is_(None))
_living_ids = select(pictures.c.id).where(pictures.c.tombstone.is_(None)).order_by(pictures.c.id)
_died = select(pictures.c.id).where(
    pictures.c.tombstone > bindparam("after"), pictures.c.tombstone <= bindparam("until")
)
first_file_id = (
    select(func.min(files.c.id))
    .where(files.c.instance_id == instances.c.id)
    .correlate(instances)
    .scalar_subquery()
)
_how_many_files = (
    select(func.count())
    .where(files.c.instance_id == instances.c.id)
    .correlate(instances)
    .scalar_subquery()
)
# One parameter for any number of ids, so that the statement is prepared once.
_asked = select(func.json_each(literal_column("?")).table_valued("value").c.value)
_records = (
    select(
        patient(),
        pictures.c.id,
        func.coalesce(files.c.path, instances.c.last_path),
        func.coalesce(files.c.member, instances.c.last_member),
        pictures.c.frame,
        pictures.c.indexed_at,
        pictures.c.along,
        func.max(_how_many_files, literal_column("1")),
        *(instances.c[name] for name in TAG_NAMES),
    )
    .join_from(pictures, instances)
    .outerjoin(files, files.c.id == first_file_id)
    .outerjoin(identities, identities.c.instance_id == instances.c.id)
    .where(pictures.c.id.in_(_asked))
)
_RECORDS = str(  # its one parameter: the ids
    _records.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
)
_GROUPS = str(select(pictures.c.id, pictures.c.group_id).where(pictures.c.id.in_(_asked)))
_identity = (
    select(*(identities.c[name] for name in IDENTITY_NAMES))
    .join_from(pictures, identities, pictures.c.instance_id == identities.c.instance_id)
    .where(pictures.c.id == bindparam("picture_id"))
)
_of_patient = (
    select(func.min(pictures.c.id))
    .join_from(identities, pictures, pictures.c.instance_id == identities.c.instance_id)
    .where(
        pictures.c.tombstone.is_(None),
        identities.c.patient_id == bindparam("patient_id"),
        identities.c.issuer == bindparam("issuer"),
    )
)


class Catalog:
    """The answers of one catalog; threads can share it.

    Each raises StorageError when the catalog cannot be read, CollectionCorrupt when it is damaged.
    """

    def __init__(
        self, engine: Engine, collection: str, connection: Connection | None = None
    ) -> None:
        """With a connection, all answers are of the state that its transaction sees."""
        self._engine = engine
        self._collection = collection
        self._connection = connection

    def card(self) -> EncoderCard:
        """What the collection is bound to."""
        with self.reading() as connection:
            return EncoderCard(*connection.execute(_card).one())

    def rendering(self) -> str:
        """Name and version of the rendering that its pictures went through."""
        with self.reading() as connection:
            return str(connection.execute(_rendering).scalar_one())

    def slices_per_series(self) -> int:
        """How many slices of each stack are embedded at most; 0: all."""
        with self.reading() as connection:
            return int(connection.execute(_slices).scalar_one())

    def state(self) -> State:
        """The newest committed state."""
        with self.reading() as connection:
            return state_in(connection)

    def sequence(self) -> int:
        """The sequence of the newest committed state; what each search looks at first."""
        ((sequence,),) = self._rows(_SEQUENCE)
        return int(sequence)

    def shards(self) -> list[Shard]:
        """All shards with their committed lengths, oldest first."""
        with self.reading() as connection:
            return shards_in(connection)

    def rows(self, span: Span) -> RowTable:
        """Where the rows of a span lie."""
        return RowTable(*(np.array(values, dtype=np.int64) for values in self._told(PLACES, span)))

    def died(self, after: int, until: int) -> Ids:
        """The ids of pictures replaced in the batches after < sequence <= until."""
        with self.reading() as connection:
            found = connection.execute(_died, {"after": after, "until": until}).scalars().all()
        return np.array(found, dtype=np.int64)

    def living(self) -> int:
        """The number of pictures now."""
        with self.reading() as connection:
            return int(connection.execute(_living).scalar_one())

    def per_row(self, told: Told, span: Span) -> Sequence[Any]:
        """One value for each row of a span, ascending by id."""
        (values,) = self._told(told, span)
        return values

    def describe(self, ids: Sequence[int]) -> dict[int, Described]:
        """The records of those ids that the catalog has."""
        rows = self._rows(_RECORDS, json.dumps(ids))
        return {row[1]: Described(_record(*row[1:]), row[0]) for row in rows}

    def groups(self, ids: Sequence[int]) -> dict[int, int]:
        """The groups of those ids that the catalog has: equal where the pixels are."""
        return dict(self._rows(_GROUPS, json.dumps(ids)))

    def identity(self, picture_id: int) -> Identity | None:
        """What names the patient of a picture, if its file says."""
        with self.reading() as connection:
            row = connection.execute(_identity, {"picture_id": picture_id}).one_or_none()
        return None if row is None else Identity(*_dated(row, _IDENTITY_DATES))

    def _rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with storage_errors(self._collection):
            if self._connection is not None:
                return rows_of(self._connection, sql, *parameters)
            return rows_at_once(self._engine, sql, *parameters)

    def _told(self, told: Told, span: Span) -> list[list[Any]]:
        """The lists that a statement gives, each with a value for each row of a span."""
        with self.reading() as connection:
            parts = [
                connection.execute(told, _parameters(part)).one()
                for part in _parts(connection, span)
            ]
        lists = zip(*parts, strict=True) if parts else [()] * len(told.selected_columns)
        return [list(chain.from_iterable(map(json.loads, each))) for each in lists]

    def of_patient(self, identity: Identity) -> int | None:
        """The first living picture of the patient with this identifier and issuer."""
        if not identity.patient_id:
            return None
        wanted = {"patient_id": identity.patient_id, "issuer": identity.issuer}
        with self.reading() as connection:
            found: int | None = connection.execute(_of_patient, wanted).scalar_one()
        return found

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for other questions; within it the catalog stands still."""
        with storage_errors(self._collection):
            if self._connection is not None:
                yield self._connection
                return
            with self._engine.connect() as connection:
                yield connection

    @contextmanager
    def standing_still(self) -> Iterator["Catalog"]:
        """The same answers, all of one committed state; for one thread."""
        with self.reading() as connection:
            yield Catalog(self._engine, self._collection, connection)


def state_in(connection: Connection) -> State:
    """The state that a connection sees."""
    sequence, arrangement, next_id, seconds = connection.execute(_state).one()
    return State(sequence, arrangement, next_id, datetime.fromtimestamp(seconds, UTC))


def shards_in(connection: Connection) -> list[Shard]:
    """The shards that a connection sees, with their committed lengths, oldest first."""
    return [Shard(*row) for row in connection.execute(_shards)]


def living_ids(connection: Connection) -> Ids:
    """The ids of all pictures that live, ascending."""
    return np.fromiter(connection.execute(_living_ids).scalars(), dtype=np.int64)


def _parameters(span: Span) -> dict[str, int]:
    return {"first_id": span.first_id, "next_id": span.next_id, "sequence": span.sequence}


def _parts(connection: Connection, span: Span) -> Iterator[Span]:
    """A span in parts of at most ROWS_AT_ONCE pictures; there are wide gaps between ids."""
    first: int | None = span.first_id
    while first is not None:
        rest = replace(span, first_id=first)
        first = connection.execute(next_living, _parameters(rest)).scalar_one()
        if first is not None:
            until = min(first + ROWS_AT_ONCE, span.next_id)
            yield Span(first, until, span.sequence)
            first = until


def _record(
    picture_id: int,
    path: bytes,
    member: bytes,
    frame: int,
    indexed_at: int,
    along: float | None,
    locations: int,
    *tags: Any,
) -> Record:
    return Record(
        id=picture_id,
        location=location_of(path, member),
        frame=frame,
        tags=Tags._make(_dated(tags, _TAG_DATES)),
        indexed_at=datetime.fromtimestamp(indexed_at, UTC),
        along=along,
        locations=locations,
    )


def _dates_of(names: Sequence[str]) -> dict[int, Callable[[str], date]]:
    """How to read the values that are kept as ISO 8601, by their places."""
    parse: dict[str, Callable[[str], date]] = {
        "study_day": date.fromisoformat,
        "acquired_at": datetime.fromisoformat,
        "birth_day": date.fromisoformat,
    }
    return {place: parse[name] for place, name in enumerate(names) if name in parse}


_TAG_DATES, _IDENTITY_DATES = _dates_of(TAG_NAMES), _dates_of(IDENTITY_NAMES)


def _dated(values: Sequence[Any], dates: Mapping[int, Callable[[str], date]]) -> list[Any]:
    told = list(values)
    for place, parse in dates.items():
        if told[place] is not None:
            told[place] = parse(told[place])
    return told
