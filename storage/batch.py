"""One durable batch: the transaction that makes files, pictures and shard lengths true at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Engine,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import sqlite

from core.types import EmbeddedFile, Skipped, Source
from storage import parameters
from storage.parameters import NOBODY, Parameters
from storage.schema import files, identities, meta, pictures, shards
from storage.shards import Extent


@dataclass(frozen=True, slots=True)
class Batch:
    """What is committed together; the rows of `embedded` already lie in the shards."""

    embedded: Sequence[EmbeddedFile]
    skipped: Sequence[Skipped]
    touched: Sequence[Source]  # the same bytes, another size or time on record
    extents: Sequence[Extent]  # where the rows lie, in the order of the files and their pictures
    checksums: Sequence[int]
    first_id: int
    sequence: int
    seconds: int  # since 1970, UTC


def _compiled(statement: Any) -> str:
    """The SQL text, with named parameters: thousands of rows need no more than the driver."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))


def _given(columns: Iterable[Column[Any]]) -> dict[str, BindParameter[Any]]:
    """Each column set to the parameter of its name."""
    return {column.name: bindparam(column.name) for column in columns}


_file_id = select(files.c.id).where(files.c.path == bindparam("path")).scalar_subquery()
_file_columns = [column for column in files.c if not column.primary_key]
_new_columns = [column for column in pictures.c if column is not pictures.c.tombstone]
_new_file = sqlite.insert(files).values(_given(_file_columns))
_new_shard = sqlite.insert(shards)

_REMEMBER = _compiled(
    _new_file.on_conflict_do_update(
        index_elements=[files.c.path],
        set_={column.name: _new_file.excluded[column.name] for column in _file_columns},
    )
)
_TOUCH = _compiled(
    update(files)
    .where(files.c.path == bindparam("path"))
    .values(_given([files.c.size, files.c.modified_ns]))
)
_BURY = _compiled(
    update(pictures)
    .where(pictures.c.file_id == _file_id, pictures.c.tombstone.is_(None))
    .values(_given([pictures.c.tombstone]))
)
_SET_SHARD = _compiled(
    _new_shard.on_conflict_do_update(
        index_elements=[shards.c.id], set_={"rows": _new_shard.excluded.rows}
    )
)
_NEW_PICTURE = _compiled(insert(pictures).values(_given(_new_columns) | {"file_id": _file_id}))
_NEW_IDENTITY = _compiled(insert(identities))
_ADVANCE = _compiled(
    update(meta).values(_given([meta.c.sequence, meta.c.next_id, meta.c.updated_at]))
)


def commit_batch(engine: Engine, batch: Batch) -> None:
    """Write a batch in one transaction."""
    with engine.begin() as connection:
        _remember_files(connection, batch)
        _run(connection, _SET_SHARD, [_shard(extent) for extent in batch.extents])
        _insert_pictures(connection, batch)
        _run(connection, _ADVANCE, [_progress(batch)])


def _remember_files(connection: Connection, batch: Batch) -> None:
    seen = [parameters.embedded_file(file.source) for file in batch.embedded]
    seen += [parameters.skipped_file(skipped) for skipped in batch.skipped]
    graves = [{"path": row["path"], "tombstone": batch.sequence} for row in seen]
    _run(connection, _REMEMBER, seen)
    _run(connection, _BURY, graves)
    _run(connection, _TOUCH, [parameters.touched_file(source) for source in batch.touched])


def _insert_pictures(connection: Connection, batch: Batch) -> None:
    pairs = [(file.source, picture) for file in batch.embedded for picture in file.pictures]
    places = zip(_places(batch.extents), batch.checksums, strict=True)
    new, named = [], []
    for picture_id, (pair, place) in enumerate(zip(pairs, places, strict=True), batch.first_id):
        row = parameters.picture(picture_id, *pair, *place)
        new.append(row | {"indexed_at": batch.seconds})
        if pair[1].identity != NOBODY:
            named.append(parameters.identity(picture_id, pair[1].identity))
    _run(connection, _NEW_PICTURE, new)
    _run(connection, _NEW_IDENTITY, named)


def _run(connection: Connection, statement: str, rows: Sequence[Parameters]) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))


def _shard(extent: Extent) -> Parameters:
    return {"id": extent.shard, "rows": extent.slot + extent.rows}


def _progress(batch: Batch) -> Parameters:
    return {
        "sequence": batch.sequence,
        "next_id": batch.first_id + len(batch.checksums),
        "updated_at": batch.seconds,
    }


def _places(extents: Sequence[Extent]) -> Iterator[tuple[int, int]]:
    for extent in extents:
        for slot in range(extent.slot, extent.slot + extent.rows):
            yield extent.shard, slot
