"""Shards without the rows that ended: those that live move on, in the order of their ids.

New shards are on the disk before one transaction makes them true, and the old ones go after it.
What a crash leaves is a file that the catalog does not name; the next writer removes it.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from storage.catalog import Catalog
from storage.database import end_unfinished, foreign_keys_unchecked
from storage.label_sets import forget_pictures
from storage.machine_texts import forget_told
from storage.schema import identities, instances, meta, pictures, shards
from storage.shards import (
    Shard,
    append_rows,
    begin_shard,
    is_full,
    remove_strays,
    row_bytes,
    slots_of,
)
from storage.statements import Statement, given
from storage.stored import stored_rows
from storage.words import forget as forget_texts

log = logging.getLogger(__name__)

DEAD_SHARE = 0.2  # of a shard's rows: with more of them it is worth its reading and writing


@dataclass(frozen=True, slots=True)
class Compacted:
    """What a compaction came to."""

    shards: int  # that were written anew
    moved: int  # rows that live
    dropped: int  # rows that had ended
    freed_bytes: int  # of embeddings


_dead_rows = (  # by their own index: the cost is that of what has ended, not of what lives
    select(pictures.c.shard_id, func.count())
    .where(pictures.c.tombstone.is_not(None))
    .group_by(pictures.c.shard_id)
)
_places = given("id", "shard_id", "slot")
_MOVE = Statement(
    _places,
    update(pictures)
    .where(pictures.c.id == _places.c.id)
    .values(shard_id=_places.c.shard_id, slot=_places.c.slot),
)
_drop_pictures = delete(pictures).where(
    pictures.c.tombstone.is_not(None),
    pictures.c.shard_id.in_(bindparam("numbers", expanding=True)),
)
_without_pictures = instances.c.tombstone.is_not(None) & ~(
    exists().where(pictures.c.instance_id == instances.c.id)
)
_drop_identities = delete(identities).where(
    identities.c.instance_id.in_(select(instances.c.id).where(_without_pictures))
)
_drop_instances = delete(instances).where(_without_pictures)
_drop_shards = delete(shards).where(shards.c.id.in_(bindparam("numbers", expanding=True)))
_seal = update(shards).values(sealed=True)
_advance = update(meta).values(
    sequence=meta.c.sequence + 1,
    arrangement=meta.c.arrangement + 1,
    updated_at=bindparam("seconds"),
)


def worn_shards(catalog: Catalog, share: float) -> list[Shard]:
    """The shards of whose rows more than this share has ended, oldest first."""
    with catalog.reading() as connection:
        dead = {number: int(rows) for number, rows in connection.execute(_dead_rows)}
    return [s for s in catalog.shards() if dead.get(s.number, 0) > share * s.rows]


def compact(
    engine: Engine, catalog: Catalog, folder: Path, dim: int, worn: Sequence[Shard]
) -> Compacted:
    """Write the worn shards anew without the rows that ended, and forget what has none left.

    Raises CollectionCorrupt when a row is not what was committed. Then, and when the disk does not
    take the new shards, nothing has changed.
    """
    newest = max((shard.number for shard in catalog.shards()), default=-1)
    made: list[Shard] = []
    try:
        with foreign_keys_unchecked(engine) as connection, connection.begin():
            if worn:
                made = _move(connection, folder, dim, worn, newest + 1)
                put_in_place(connection, worn, made)
            forget_ended(connection, worn)
    finally:
        end_unfinished(engine)  # what failed is not to come true once its shards are gone
        remove_strays(folder, catalog.shards())
    moved, before = _rows(made), _rows(worn)
    log.info("compacted shards=%d moved=%d dropped=%d", len(worn), moved, before - moved)
    return Compacted(len(worn), moved, before - moved, (before - moved) * row_bytes(dim))


def _move(
    connection: Connection, folder: Path, dim: int, worn: Sequence[Shard], first: int
) -> list[Shard]:
    """Copy what lives into new shards, and tell its pictures.

    There is a new shard even when nothing lives, so that no number is ever given twice.
    """
    begin_shard(folder, first)
    made = {first: 0}
    for block in stored_rows(connection, folder, dim, worn):
        last = max(made)
        extents = append_rows(folder, Shard(last, made[last]), block.rows)
        made |= {extent.shard: extent.slot + extent.rows for extent in extents}
        places = zip(block.ids.tolist(), slots_of(extents), strict=True)
        _MOVE.run(connection, [(picture, *place) for picture, place in places])
    return [Shard(number, rows, is_full(rows)) for number, rows in made.items()]


def put_in_place(connection: Connection, worn: Sequence[Shard], made: Sequence[Shard]) -> None:
    """Put new shards in the place of old ones; only the newest may be open."""
    rows = [{"id": shard.number, "rows": shard.rows, "sealed": shard.is_sealed} for shard in made]
    connection.execute(_drop_shards, {"numbers": [shard.number for shard in worn]})
    connection.execute(_seal)
    connection.execute(insert(shards), rows)
    connection.execute(_advance, {"seconds": int(time.time())})


def forget_ended(connection: Connection, worn: Sequence[Shard]) -> None:
    """Drop pictures whose rows are gone, and what has ended and has no picture any more."""
    connection.execute(_drop_pictures, {"numbers": [shard.number for shard in worn]})
    connection.execute(_drop_identities)
    connection.execute(_drop_instances)
    forget_pictures(connection)
    forget_told(connection)
    forget_texts(connection)


def _rows(some: Sequence[Shard]) -> int:
    return sum(shard.rows for shard in some)
