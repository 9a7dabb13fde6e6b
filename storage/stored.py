"""The living rows as the shards hold them, block by block, each row checked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select

from core.types import Ids
from storage.schema import pictures
from storage.shards import HalfRows, Shard, ShardMaps, check_rows

BLOCK = 16_384  # rows in memory at once


@dataclass(frozen=True, slots=True)
class StoredRows:
    """Some rows, ascending by id."""

    ids: Ids  # (n,)
    rows: HalfRows  # (n, dim)


_block = (
    select(pictures.c.id, pictures.c.shard_id, pictures.c.slot, pictures.c.crc32)
    .where(
        pictures.c.tombstone.is_(None),
        pictures.c.id > bindparam("after"),
        pictures.c.shard_id.in_(bindparam("shards", expanding=True)),
    )
    .order_by(pictures.c.id)
    .limit(BLOCK)
)


def stored_rows(
    connection: Connection, folder: Path, dim: int, shards: Sequence[Shard]
) -> Iterator[StoredRows]:
    """The living rows of these shards, ascending by id; memory does not grow with their number.

    Raises CollectionCorrupt when a row is not what was committed.
    """
    numbers = [shard.number for shard in shards]
    after = 0
    while len(table := _places(connection, numbers, after)):
        ids, shard, slot, crc32 = table.T
        # Mapped for these rows alone: what was read before need not stay in memory.
        rows = ShardMaps(folder, dim, shards).gather(shard, slot)
        check_rows(shard, slot, rows, crc32)
        yield StoredRows(np.ascontiguousarray(ids), rows)
        after = int(ids[-1])


def _places(connection: Connection, shards: Sequence[int], after: int) -> NDArray[np.int64]:
    """The next block: id, shard, slot and checksum of each row, (n, 4)."""
    found = connection.execute(_block, {"after": after, "shards": shards})
    return np.fromiter(chain.from_iterable(found), dtype=np.int64).reshape(-1, 4)
