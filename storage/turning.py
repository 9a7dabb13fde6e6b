"""An edition made of another one by turning its rows: no file is read, no picture embedded.

The catalog is copied under another name and gets its own when all rows are on the disk: what a
crash leaves is no edition, and the next who makes one removes it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, bindparam, delete, update

from core.types import Through
from storage.catalog import shards_in
from storage.compaction import forget_ended, put_in_place
from storage.database import (
    copy_database,
    foreign_keys_unchecked,
    open_for_writing,
    passing,
    storage_errors,
)
from storage.durable import publish
from storage.layout import Layout
from storage.schema import label_blocks, label_sets, meta, pictures
from storage.shards import (
    Shard,
    append_rows,
    begin_shard,
    checksums,
    is_full,
    slots_of,
    to_half,
    to_unit,
)
from storage.statements import Statement, given
from storage.stored import stored_rows

_places = given("id", "shard_id", "slot", "crc32")
_PUT = Statement(
    _places,
    update(pictures)
    .where(pictures.c.id == _places.c.id)
    .values(shard_id=_places.c.shard_id, slot=_places.c.slot, crc32=_places.c.crc32),
)
_bind = update(meta).values(
    encoder_name=bindparam("name"),
    encoder_version=bindparam("version"),
    encoder_weights_sha256=bindparam("weights"),
)


def make_turned(served: Layout, there: Layout, name: str, through: Through) -> None:
    """Make an edition of the served one, whose writer's lock the caller holds.

    Pictures keep their ids, what has ended is left out, and so are zero-shot labels, which other
    rows would give otherwise. Raises CollectionCorrupt when a row is not what was committed, and
    StorageError.
    """
    with storage_errors(name):
        there.create()
        draft = there.root / "catalog.draft"
        copy_database(served.catalog, draft)
        draft.chmod(0o600)
        with _rewriting(draft) as connection:
            _turn(connection, served.shards, there.shards, through)
        if served.thumbnails.is_file():
            copy_database(served.thumbnails, there.thumbnails)
            there.thumbnails.chmod(0o600)
        publish(draft, there.catalog)


@contextmanager
def _rewriting(draft: Path) -> Iterator[Connection]:
    with (
        passing(open_for_writing(draft)) as engine,
        foreign_keys_unchecked(engine) as connection,
        connection.begin(),
    ):
        yield connection


def _turn(connection: Connection, source: Path, target: Path, through: Through) -> None:
    before = shards_in(connection)
    first = max((shard.number for shard in before), default=-1) + 1
    begin_shard(target, first)
    made = {first: 0}
    for block in stored_rows(connection, source, through.card.dim, before):
        rows, last = to_half(through.turned(to_unit(block.rows))), max(made)
        extents = append_rows(target, Shard(last, made[last]), rows)
        made |= {extent.shard: extent.slot + extent.rows for extent in extents}
        places = zip(block.ids.tolist(), slots_of(extents), checksums(rows), strict=True)
        _PUT.run(connection, [(picture, *place, crc32) for picture, place, crc32 in places])
    put_in_place(connection, before, [Shard(n, rows, is_full(rows)) for n, rows in made.items()])
    forget_ended(connection, before)
    connection.execute(delete(label_blocks))
    connection.execute(delete(label_sets))
    card = through.card
    told = {"name": card.name, "version": card.version, "weights": card.weights_sha256}
    connection.execute(_bind, told)
