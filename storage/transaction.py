"""The transaction that makes files, instances, pictures and shard lengths true at once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Table,
    TableClause,
    delete,
    func,
    insert,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects import sqlite

from core.types import Prepared
from storage import parameters, words
from storage.batch import Batch
from storage.catalog import FileState
from storage.common_rows import NUMBER, CommonRows
from storage.held import Held
from storage.locations import Key
from storage.parameters import (
    FILE,
    HEADER,
    IDENTITY,
    INSTANCE,
    KEY,
    NOBODY,
    PICTURE,
    STAMP,
    header_of,
    names_of,
)
from storage.resolve import Told, told
from storage.schema import files, identities, instances, meta, pictures, shards
from storage.shards import Extent, is_full, slots_of
from storage.statements import Row, Statement, given


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the rows of a batch lie, and what its transaction is called."""

    extents: Sequence[Extent]  # in the order of the files and their pictures
    checksums: Sequence[int]
    first_id: int
    sequence: int
    seconds: int  # since 1970, UTC
    flushed: Callable[[], None]  # waits until rows and caches are on the disk; may raise


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Which instance each content of a batch has."""

    ids: Mapping[str, int]  # by hash
    kept: Sequence[int]  # of those that were there and had no pictures: written over
    replaced: Mapping[int, int]  # of those that had pictures: the new id by the old


def _insert(into: Table, names: Sequence[str]) -> Statement:
    rows = given(*names)
    return Statement(rows, _new(into).from_select(names, select(rows)))


def _insert_with(
    common: CommonRows, into: Table, names: Sequence[str], shared: Sequence[str]
) -> Statement:
    """`names` are told of each row, with the number of the row of `common` that has the others."""
    rows = given(*names, NUMBER)
    columns = [rows.c[name] for name in names] + [common.table.c[name] for name in shared]
    # SQLite takes the rows of an outer join as they come; for an inner one it first copies them.
    both = select(*columns).join_from(rows, common.table, _joined(rows, common), isouter=True)
    return Statement(rows, _new(into).from_select([*names, *shared], both))


def _change_with(
    common: CommonRows, table: Table, names: Sequence[str], shared: Sequence[str]
) -> Statement:
    """The same for rows that are there, by their ids."""
    rows = given(*names, NUMBER)
    told = {name: rows.c[name] for name in names if name != "id"}
    told |= {name: common.table.c[name] for name in shared}
    these = (table.c.id == rows.c.id, _joined(rows, common))
    return Statement(rows, update(table).where(*these).values(told))


def _joined(rows: TableClause, common: CommonRows) -> ColumnElement[bool]:
    return rows.c[NUMBER] == common.table.c[NUMBER]


def _new(into: Table) -> Insert:
    # A failure takes the whole transaction back. Without OR FAIL, SQLite keeps a journal besides,
    # by which to take back the statement alone: a fifth of the time of a batch.
    return insert(into).prefix_with("OR FAIL")


def _change(table: Table, names: Sequence[str], key: Sequence[str]) -> Statement:
    rows = given(*names)
    told = {name: rows.c[name] for name in names if name not in key}
    these = [table.c[name] == rows.c[name] for name in key]
    return Statement(rows, update(table).where(*these).values(told))


def _upsert(into: Table, names: Sequence[str], unique: Sequence[str]) -> Statement:
    rows = given(*names)
    # Without a condition SQLite would take ON CONFLICT for the ON of a join.
    new = sqlite.insert(into).from_select(names, select(rows).where(true()))
    told = {name: new.excluded[name] for name in names if name not in unique}
    return Statement(rows, new.on_conflict_do_update(index_elements=unique, set_=told))


def _these(rows: TableClause) -> ColumnElement[bool]:
    return tuple_(files.c.path, files.c.member).in_(select(rows.c.path, rows.c.member))


_PEOPLE = CommonRows("people", IDENTITY)
_keys, _ids = given(*KEY), given("id")
_moves = given("old", "new")
_graves = given("instance_id", "sequence", *KEY)
_ends = given("instance_id", "sequence")
_pixels = given("pixel_sha256")
_progress = given("sequence", "next_id", "updated_at")

_last_instance = select(func.coalesce(func.max(instances.c.id), 0))
_HOLDERS = Statement(
    _keys,
    select(files.c.path, files.c.member, files.c.instance_id).where(_these(_keys)),
)
# With min() SQLite takes the other columns from the row that has it.
_FIRST_FILES = Statement(
    _ids,
    select(files.c.instance_id, files.c.path, files.c.member, func.min(files.c.id))
    .where(files.c.instance_id.in_(select(_ids)))
    .group_by(files.c.instance_id),
)
_REFERRED = Statement(
    _ids,
    select(files.c.instance_id).distinct().where(files.c.instance_id.in_(select(_ids))),
)
_GROUPS = Statement(
    _pixels,
    select(pictures.c.pixel_sha256, pictures.c.group_id)
    .distinct()
    .where(pictures.c.tombstone.is_(None), pictures.c.pixel_sha256.in_(select(_pixels))),
)
_NEW_FILE, _CHANGE_FILE = _insert(files, FILE), _change(files, FILE, key=KEY)
_TOUCH = _change(files, STAMP, key=KEY)
_LEAVE = Statement(_keys, delete(files).where(_these(_keys)))
_MOVE = Statement(
    _moves,
    update(files).where(files.c.instance_id == _moves.c.old).values(instance_id=_moves.c.new),
)
_NEW_INSTANCE = _insert_with(words.HEADERS, instances, INSTANCE, (*HEADER, "description_id"))
_CHANGE_INSTANCE = _change_with(words.HEADERS, instances, INSTANCE, (*HEADER, "description_id"))
_BURY = Statement(
    _graves,
    update(instances)
    .where(instances.c.id == _graves.c.instance_id)
    .values(tombstone=_graves.c.sequence, last_path=_graves.c.path, last_member=_graves.c.member),
)
_BURY_PICTURES = Statement(
    _ends,
    update(pictures)
    .where(pictures.c.instance_id == _ends.c.instance_id, pictures.c.tombstone.is_(None))
    .values(tombstone=_ends.c.sequence),
)
_SET_SHARD = _upsert(shards, ("id", "rows", "sealed"), unique=["id"])
_NEW_PICTURE = _insert(pictures, (*PICTURE, "indexed_at", "group_id"))
_FORGET = Statement(_ids, delete(identities).where(identities.c.instance_id.in_(select(_ids))))
_NEW_IDENTITY = _insert_with(_PEOPLE, identities, ("instance_id",), IDENTITY)
_ADVANCE = Statement(
    _progress,
    update(meta).values({column.name: column for column in _progress.c}),
)


def commit_batch(
    engine: Engine,
    batch: Batch,
    keys: Sequence[Key],
    held: Mapping[str, Held],
    placed: Placed,
) -> None:
    """Write a resolved batch in one transaction.

    `keys` are those of its locations, in their order; `held` is what the collection has of it.
    """
    with engine.begin() as connection:
        numbers = _number(connection, batch, held)
        before = _holders(connection, keys)
        left = {number: key for key, number in before.items() if number is not None}
        _bury(connection, _first_files(connection, numbers.replaced), placed.sequence)
        _tell(connection, told(batch), numbers)
        _MOVE.run(connection, list(numbers.replaced.items()))
        _remember_files(connection, batch, keys, numbers.ids, before.keys())
        _bury(connection, _orphans(connection, left, numbers.replaced), placed.sequence)
        _SET_SHARD.run(connection, [_shard(extent) for extent in placed.extents])
        _insert_pictures(connection, batch, placed, numbers.ids)
        next_id = placed.first_id + len(placed.checksums)
        _ADVANCE.run(connection, [(placed.sequence, next_id, placed.seconds)])
        placed.flushed()


def _number(connection: Connection, batch: Batch, held: Mapping[str, Held]) -> _Numbers:
    new_ids = count(connection.execute(_last_instance).scalar_one() + 1)
    told_now = [word.source.sha256 for word in told(batch)]
    kept = {
        sha256: held[sha256].instance_id
        for sha256 in told_now
        if sha256 in held and held[sha256].state is not FileState.EMBEDDED
    }
    new = {sha256: next(new_ids) for sha256 in told_now if sha256 not in kept}
    before = {sha256: each.instance_id for sha256, each in held.items()}
    replaced = {before[sha256]: new[sha256] for sha256 in new if sha256 in before}
    return _Numbers(before | new, sorted(kept.values()), replaced)


def _holders(connection: Connection, keys: Sequence[Key]) -> dict[Key, int | None]:
    """The instances of those files that are known, in their order; None: skipped."""
    had = {(path, member): number for path, member, number in _HOLDERS.run(connection, keys)}
    return {key: had[key] for key in keys if key in had}


def _first_files(connection: Connection, ids: Iterable[int]) -> dict[int, Key]:
    rows = _FIRST_FILES.run(connection, [(number,) for number in ids])
    return {number: (path, member) for number, path, member, _ in rows}


def _orphans(
    connection: Connection, left: Mapping[int, Key], replaced: Mapping[int, int]
) -> dict[int, Key]:
    """The living instances that no file has any more."""
    candidates = sorted(left.keys() - replaced.keys())
    rows = _REFERRED.run(connection, [(number,) for number in candidates])
    referred = {number for (number,) in rows}
    return {number: left[number] for number in candidates if number not in referred}


def _bury(connection: Connection, graves: Mapping[int, Key], sequence: int) -> None:
    _BURY.run(connection, [(number, sequence, *key) for number, key in graves.items()])
    _BURY_PICTURES.run(connection, [(number, sequence) for number in graves])


def _tell(connection: Connection, news: Sequence[Told], numbers: _Numbers) -> None:
    numbered = {numbers.ids[word.source.sha256]: word for word in news}
    _tell_instances(connection, numbered, set(numbers.kept))
    _FORGET.run(connection, [(number,) for number in numbers.kept])
    _tell_identities(connection, numbered)
    words.tell(connection, {n: word.instance for n, word in numbered.items()}, numbers.kept)


def _tell_instances(
    connection: Connection, told: Mapping[int, Told], kept: Collection[int]
) -> None:
    headers: dict[Row, int] = {}
    rows = [
        (*parameters.instance(n, word), headers.setdefault(header_of(word), len(headers)))
        for n, word in told.items()
    ]
    with words.described(connection, list(map(parameters.header, headers))):
        _NEW_INSTANCE.run(connection, [row for row in rows if row[0] not in kept])
        _CHANGE_INSTANCE.run(connection, [row for row in rows if row[0] in kept])


def _tell_identities(connection: Connection, told: Mapping[int, Told]) -> None:
    people: dict[Row, int] = {}
    named = ((n, names_of(word.instance.identity)) for n, word in told.items())
    rows = [(n, people.setdefault(names, len(people))) for n, names in named if names != NOBODY]
    with _PEOPLE.holding(connection, list(map(parameters.identity, people))):
        _NEW_IDENTITY.run(connection, rows)


def _remember_files(
    connection: Connection,
    batch: Batch,
    keys: Sequence[Key],
    ids: Mapping[str, int],
    known: Collection[Key],
) -> None:
    left = iter(keys)  # each kind takes its own, in the order of Batch.locations
    sources = [*(word.source for word in told(batch)), *batch.copies]
    rows = [parameters.held_file(next(left), each, ids[each.sha256]) for each in sources]
    rows += [parameters.skipped_file(next(left), skipped) for skipped in batch.skipped]
    _NEW_FILE.run(connection, [row for row in rows if row[: len(KEY)] not in known])
    _CHANGE_FILE.run(connection, [row for row in rows if row[: len(KEY)] in known])
    _TOUCH.run(connection, [parameters.stamp(next(left), source) for source in batch.touched])
    _LEAVE.run(connection, list(left))


def _insert_pictures(
    connection: Connection, batch: Batch, placed: Placed, ids: Mapping[str, int]
) -> None:
    owners = [ids[file.source.sha256] for file in batch.embedded for _ in file.pictures]
    new = [picture for file in batch.embedded for picture in file.pictures]
    groups = _groups_of(connection, new, placed.first_id)
    numbered = zip(
        range(placed.first_id, placed.first_id + len(new)),
        owners,
        new,
        slots_of(placed.extents),
        placed.checksums,
        strict=True,
    )
    rows = [
        (*parameters.picture(*told), placed.seconds, group)
        for told, group in zip(numbered, groups, strict=True)
    ]
    _NEW_PICTURE.run(connection, rows)


def _groups_of(connection: Connection, new: Sequence[Prepared], first_id: int) -> list[int]:
    """For each picture the group of the living ones with its pixels, or its own id."""
    hashes = sorted({bytes.fromhex(picture.pixel_sha256) for picture in new} - {b""})
    rows = _GROUPS.run(connection, [(pixels,) for pixels in hashes])
    known = {pixels.hex(): group for pixels, group in rows}
    return [
        known.setdefault(picture.pixel_sha256, own) if picture.pixel_sha256 else own
        for own, picture in enumerate(new, first_id)
    ]


def _shard(extent: Extent) -> Row:
    rows = extent.slot + extent.rows
    return extent.shard, rows, is_full(rows)
