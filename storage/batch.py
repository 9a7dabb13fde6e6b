"""One durable batch: the transaction that makes files, pictures and shard lengths true at once."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from os import fsencode
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from core.types import EmbeddedFile, Identity, Prepared, Skipped, Source, Tags
from storage.catalog import TAG_NAMES
from storage.schema import files, identities, meta, pictures, shards
from storage.shards import Extent

Parameters = dict[str, Any]  # of one row of a prebuilt statement

_NOBODY = Identity()


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


_file_id = select(files.c.id).where(files.c.path == bindparam("file_path")).scalar_subquery()
_new_file = upsert(files)
_remember = _new_file.on_conflict_do_update(
    index_elements=[files.c.path],
    set_={
        name: _new_file.excluded[name]
        for name in ("size", "modified_ns", "sha256", "skip_code", "skip_reason")
    },
)
_touch = (
    update(files)
    .where(files.c.path == bindparam("file_path"))
    .values(
        size=bindparam("new_size"),
        modified_ns=bindparam("new_modified_ns"),
        sha256=bindparam("new_sha256"),
    )
)
_bury = (
    update(pictures)
    .where(pictures.c.file_id == _file_id, pictures.c.tombstone.is_(None))
    .values(tombstone=bindparam("died_at"))
)
_insert_picture = insert(pictures).values(file_id=_file_id)
_insert_identity = insert(identities)
_new_shard = upsert(shards)
_set_shard = _new_shard.on_conflict_do_update(
    index_elements=[shards.c.id], set_={"rows": _new_shard.excluded.rows}
)
_advance = update(meta)


def commit_batch(engine: Engine, batch: Batch) -> None:
    """Write a batch in one transaction."""
    with engine.begin() as connection:
        _remember_files(connection, batch)
        _run(connection, _set_shard, [_shard_row(extent) for extent in batch.extents])
        _insert_pictures(connection, batch)
        _run(connection, _advance, [_progress(batch)])


def _remember_files(connection: Connection, batch: Batch) -> None:
    seen = [_embedded_row(file.source) for file in batch.embedded]
    seen += [_skipped_row(skipped) for skipped in batch.skipped]
    _run(connection, _remember, seen)
    _run(
        connection,
        _bury,
        [{"file_path": row["path"], "died_at": batch.sequence} for row in seen],
    )
    _run(connection, _touch, [_touched_row(source) for source in batch.touched])


def _insert_pictures(connection: Connection, batch: Batch) -> None:
    pairs = [(file.source, picture) for file in batch.embedded for picture in file.pictures]
    ids = range(batch.first_id, batch.first_id + len(pairs))
    places = zip(_slots(batch.extents), batch.checksums, strict=True)
    _run(
        connection,
        _insert_picture,
        [
            _picture_row(picture_id, batch.seconds, source, picture, *place)
            for picture_id, (source, picture), place in zip(ids, pairs, places, strict=True)
        ],
    )
    _run(
        connection,
        _insert_identity,
        [
            _identity_row(picture_id, picture.identity)
            for picture_id, (_, picture) in zip(ids, pairs, strict=True)
            if picture.identity != _NOBODY
        ],
    )


def _run(connection: Connection, statement: Any, rows: Sequence[Parameters]) -> None:
    if rows:
        connection.execute(statement, rows)


def _embedded_row(source: Source) -> Parameters:
    return _source_row(source) | {"skip_code": None, "skip_reason": None}


def _skipped_row(skipped: Skipped) -> Parameters:
    return _source_row(skipped) | {
        "skip_code": skipped.code.value,
        "skip_reason": _storable(skipped.reason),
    }


def _source_row(source: Source | Skipped) -> Parameters:
    return {
        "path": fsencode(source.path),
        "size": source.size,
        "modified_ns": source.modified_ns,
        "sha256": source.sha256,
    }


def _touched_row(source: Source) -> Parameters:
    return {
        "file_path": fsencode(source.path),
        "new_size": source.size,
        "new_modified_ns": source.modified_ns,
        "new_sha256": source.sha256,
    }


def _shard_row(extent: Extent) -> Parameters:
    return {"id": extent.shard, "rows": extent.slot + extent.rows}


def _picture_row(
    picture_id: int,
    seconds: int,
    source: Source,
    picture: Prepared,
    place: tuple[int, int],
    crc32: int,
) -> Parameters:
    shard, slot = place
    return _tags_row(picture.tags) | {
        "id": picture_id,
        "file_path": fsencode(source.path),
        "frame": picture.frame,
        "shard_id": shard,
        "slot": slot,
        "crc32": crc32,
        "indexed_at": seconds,
    }


def _tags_row(tags: Tags) -> Parameters:
    return {name: _storable(getattr(tags, name)) for name in TAG_NAMES}


def _identity_row(picture_id: int, identity: Identity) -> Parameters:
    texts = {name: _storable(value) for name, value in asdict(identity).items()}
    return {"picture_id": picture_id} | texts


def _progress(batch: Batch) -> Parameters:
    return {
        "sequence": batch.sequence,
        "next_id": batch.first_id + len(batch.checksums),
        "updated_at": batch.seconds,
    }


def _slots(extents: Sequence[Extent]) -> Iterator[tuple[int, int]]:
    for extent in extents:
        for slot in range(extent.slot, extent.slot + extent.rows):
            yield extent.shard, slot


def _storable(value: Any) -> Any:
    """Replace the lone surrogates that a badly encoded file leaves: SQLite takes UTF-8 only."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-8", "replace").decode("utf-8")
