"""The transaction that makes files, instances, pictures and shard lengths true at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import sqlite

from core.types import Prepared
from storage import parameters
from storage.batch import Batch
from storage.catalog import FileState
from storage.database import in_parts
from storage.locations import Parameters, key_of
from storage.parameters import NOBODY
from storage.resolve import Told, contents, told
from storage.schema import files, identities, instances, meta, pictures, shards
from storage.shards import Extent, is_full
from storage.statements import Statement, given


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the rows of a batch lie already, and what its transaction is called."""

    extents: Sequence[Extent]  # in the order of the files and their pictures
    checksums: Sequence[int]
    first_id: int
    sequence: int
    seconds: int  # since 1970, UTC


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Which instance each content of a batch has."""

    ids: Mapping[str, int]  # by hash
    kept: Sequence[int]  # of those that were there and had no pictures: written over
    replaced: Mapping[int, int]  # of those that had pictures: the new id by the old


_GRAVE = ("tombstone", "last_path", "last_member")
_file_columns = [column for column in files.c if not column.primary_key]
_living_columns = [column for column in instances.c if column.name not in _GRAVE]
_new_columns = [column for column in pictures.c if column is not pictures.c.tombstone]
_new_file = sqlite.insert(files).values(given(_file_columns))
_new_instance = sqlite.insert(instances).values(given(_living_columns))
_new_shard = sqlite.insert(shards)
_this_file = (files.c.path == bindparam("path")) & (files.c.member == bindparam("member"))

_living = select(instances.c.sha256, instances.c.id, instances.c.state).where(
    instances.c.tombstone.is_(None), instances.c.sha256.in_(bindparam("values", expanding=True))
)
_last_instance = select(func.coalesce(func.max(instances.c.id), 0))
_referred = (
    select(files.c.instance_id)
    .distinct()
    .where(files.c.instance_id.in_(bindparam("values", expanding=True)))
)
_groups = (
    select(pictures.c.pixel_sha256, pictures.c.group_id)
    .distinct()
    .where(
        pictures.c.tombstone.is_(None),
        pictures.c.pixel_sha256.in_(bindparam("values", expanding=True)),
    )
)
_HOLDER = Statement(select(files.c.instance_id).where(_this_file))
_FIRST_FILE = Statement(
    select(files.c.path, files.c.member)
    .where(files.c.instance_id == bindparam("instance_id"))
    .order_by(files.c.id)
)
_REMEMBER = Statement(
    _new_file.on_conflict_do_update(
        index_elements=[files.c.path, files.c.member],
        set_={column.name: _new_file.excluded[column.name] for column in _file_columns},
    )
)
_TOUCH = Statement(
    update(files).where(_this_file).values(given([files.c.size, files.c.modified_ns]))
)
_LEAVE = Statement(delete(files).where(_this_file))
_MOVE = Statement(
    update(files)
    .where(files.c.instance_id == bindparam("old"))
    .values(instance_id=bindparam("new"))
)
_TELL = Statement(
    _new_instance.on_conflict_do_update(
        index_elements=[instances.c.id],
        set_={column.name: _new_instance.excluded[column.name] for column in _living_columns},
    )
)
_BURY = Statement(
    update(instances)
    .where(instances.c.id == bindparam("instance_id"))
    .values(
        tombstone=bindparam("sequence"),
        last_path=bindparam("path"),
        last_member=bindparam("member"),
    )
)
_BURY_PICTURES = Statement(
    update(pictures)
    .where(pictures.c.instance_id == bindparam("instance"), pictures.c.tombstone.is_(None))
    .values(given([pictures.c.tombstone]))
)
_SET_SHARD = Statement(
    _new_shard.on_conflict_do_update(
        index_elements=[shards.c.id],
        set_={"rows": _new_shard.excluded.rows, "sealed": _new_shard.excluded.sealed},
    )
)
_NEW_PICTURE = Statement(insert(pictures).values(given(_new_columns)))
_FORGET = Statement(delete(identities).where(identities.c.instance_id == bindparam("id")))
_NEW_IDENTITY = Statement(insert(identities))
_ADVANCE = Statement(
    update(meta).values(given([meta.c.sequence, meta.c.next_id, meta.c.updated_at]))
)


def commit_batch(engine: Engine, batch: Batch, placed: Placed) -> None:
    """Write a resolved batch in one transaction; the rows of its pictures are in the shards."""
    with engine.begin() as connection:
        numbers = _number(connection, batch)
        left = _holders(connection, batch)
        _bury(connection, _first_files(connection, numbers.replaced), placed.sequence)
        _tell(connection, told(batch), numbers)
        _MOVE.run(connection, [{"old": a, "new": b} for a, b in numbers.replaced.items()])
        _remember_files(connection, batch, numbers.ids)
        _bury(connection, _orphans(connection, left, numbers.replaced), placed.sequence)
        _SET_SHARD.run(connection, [_shard(extent) for extent in placed.extents])
        _insert_pictures(connection, batch, placed, numbers.ids)
        _ADVANCE.run(connection, [_progress(placed)])


def _number(connection: Connection, batch: Batch) -> _Numbers:
    rows = _select_in(connection, _living, sorted(contents(batch)))
    living = {sha256: (number, state) for sha256, number, state in rows}
    new_ids = count(connection.execute(_last_instance).scalar_one() + 1)
    told_now = [word.source.sha256 for word in told(batch)]
    kept = {h: living[h][0] for h in told_now if h in living and living[h][1] != FileState.EMBEDDED}
    new = {sha256: next(new_ids) for sha256 in told_now if sha256 not in kept}
    before = {sha256: number for sha256, (number, _) in living.items()}
    replaced = {before[sha256]: new[sha256] for sha256 in new if sha256 in before}
    return _Numbers(before | new, sorted(kept.values()), replaced)


def _holders(connection: Connection, batch: Batch) -> dict[int, Parameters]:
    """The instances that the batch's files had until now, with the last of these files."""
    keys = [key_of(location) for location in batch.locations()]
    rows = [(_HOLDER.first(connection, key), key) for key in keys]
    return {row[0]: key for row, key in rows if row is not None and row[0] is not None}


def _first_files(connection: Connection, ids: Iterable[int]) -> dict[int, Parameters]:
    rows = {number: _FIRST_FILE.first(connection, {"instance_id": number}) for number in ids}
    return {number: {"path": path, "member": member} for number, (path, member) in rows.items()}


def _orphans(
    connection: Connection, left: Mapping[int, Parameters], replaced: Mapping[int, int]
) -> dict[int, Parameters]:
    """The living instances that no file has any more."""
    candidates = sorted(left.keys() - replaced.keys())
    referred = {number for (number,) in _select_in(connection, _referred, candidates)}
    return {number: left[number] for number in candidates if number not in referred}


def _bury(connection: Connection, graves: Mapping[int, Parameters], sequence: int) -> None:
    rows = [key | {"instance_id": i, "sequence": sequence} for i, key in graves.items()]
    _BURY.run(connection, rows)
    _BURY_PICTURES.run(connection, [{"instance": i, "tombstone": sequence} for i in graves])


def _tell(connection: Connection, words: Sequence[Told], numbers: _Numbers) -> None:
    numbered = [(numbers.ids[word.source.sha256], word) for word in words]
    _TELL.run(connection, [parameters.instance(*pair) for pair in numbered])
    _FORGET.run(connection, [{"id": number} for number in numbers.kept])
    named = [(number, word.instance.identity) for number, word in numbered]
    rows = [parameters.identity(*pair) for pair in named if pair[1] != NOBODY]
    _NEW_IDENTITY.run(connection, rows)


def _remember_files(connection: Connection, batch: Batch, ids: Mapping[str, int]) -> None:
    sources = [*(word.source for word in told(batch)), *batch.copies]
    rows = [parameters.held_file(source, ids[source.sha256]) for source in sources]
    rows += [parameters.skipped_file(skipped) for skipped in batch.skipped]
    _REMEMBER.run(connection, rows)
    _TOUCH.run(connection, [parameters.stamp(source) for source in batch.touched])
    _LEAVE.run(connection, [key_of(location) for location in batch.gone])


def _insert_pictures(
    connection: Connection, batch: Batch, placed: Placed, ids: Mapping[str, int]
) -> None:
    pairs = [
        (ids[file.source.sha256], picture) for file in batch.embedded for picture in file.pictures
    ]
    slots = zip(_slots(placed.extents), placed.checksums, strict=True)
    groups = _groups_of(connection, [picture for _, picture in pairs], placed.first_id)
    new = []
    for picture_id, (pair, slot, group) in enumerate(
        zip(pairs, slots, groups, strict=True), placed.first_id
    ):
        row = parameters.picture(picture_id, *pair, *slot)
        new.append(row | {"indexed_at": placed.seconds, "group_id": group})
    _NEW_PICTURE.run(connection, new)


def _groups_of(connection: Connection, new: Sequence[Prepared], first_id: int) -> list[int]:
    """For each picture the group of the living ones with its pixels, or its own id."""
    hashes = sorted({bytes.fromhex(picture.pixel_sha256) for picture in new} - {b""})
    known = {pixels.hex(): group for pixels, group in _select_in(connection, _groups, hashes)}
    return [
        known.setdefault(picture.pixel_sha256, own) if picture.pixel_sha256 else own
        for own, picture in enumerate(new, first_id)
    ]


def _select_in(connection: Connection, statement: Any, values: Sequence[Any]) -> Iterator[Any]:
    for part in in_parts(values):
        yield from connection.execute(statement, {"values": part})


def _shard(extent: Extent) -> Parameters:
    rows = extent.slot + extent.rows
    return {"id": extent.shard, "rows": rows, "sealed": is_full(rows)}


def _progress(placed: Placed) -> Parameters:
    return {
        "sequence": placed.sequence,
        "next_id": placed.first_id + len(placed.checksums),
        "updated_at": placed.seconds,
    }


def _slots(extents: Sequence[Extent]) -> Iterator[tuple[int, int]]:
    for extent in extents:
        for slot in range(extent.slot, extent.slot + extent.rows):
            yield extent.shard, slot
