"""Whether the shards hold what the catalog says they hold, byte for byte."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from core.errors import CollectionCorrupt
from core.types import Ids, Mask
from storage.schema import pictures
from storage.shards import Shard, ShardMaps, checksums, row_bytes, shard_path
from storage.verify_findings import FIRST, CheckProgress, Finding, FindingCode, Findings, Show, some

BLOCK = 16_384  # rows at once
MOST = FIRST + 1  # ids that are remembered
TOLERANCE = 2e-3  # of the length of a row: 1e-3 when it is committed, then rounding to half

_count = select(func.count()).select_from(pictures).where(pictures.c.tombstone.is_(None))
_rows = (
    select(
        pictures.c.id,
        pictures.c.shard_id,
        pictures.c.slot,
        pictures.c.crc32,
    )
    .where(pictures.c.tombstone.is_(None))
    .order_by(pictures.c.id)
)


@dataclass(frozen=True, slots=True)
class Block:
    """Living pictures in the order of their ids, as four arrays (n,)."""

    ids: Ids
    shard: NDArray[np.int64]
    slot: NDArray[np.int64]
    crc32: NDArray[np.int64]

    def only(self, mask: Mask) -> "Block":
        """Those of a mask (n,)."""
        return Block(self.ids[mask], self.shard[mask], self.slot[mask], self.crc32[mask])


@dataclass(slots=True)
class Tally:
    """The pictures of which one thing is wrong."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, ids: Ids) -> None:
        """Count these."""
        self.count += len(ids)
        self.first += ids[: MOST - len(self.first)].tolist()


@dataclass(frozen=True, slots=True)
class HeldShards:
    """The shards that can be read; held, they stay readable when a compaction removes them."""

    maps: ShardMaps
    lengths: Mapping[int, int]  # rows by the shard's number

    def have(self, shard: NDArray[np.int64], slot: NDArray[np.int64]) -> Mask:
        """For each place (n,) whether its row can be read."""
        numbers, places = np.unique(shard, return_inverse=True)
        lengths = np.array([self.lengths.get(number, 0) for number in numbers.tolist()], np.int64)
        there: Mask = (slot >= 0) & (slot < lengths[places])
        return there


def hold(folder: Path, dim: int, shards: Sequence[Shard]) -> HeldShards:
    """Map those shards that are as long as they should be."""
    whole = [s for s in shards if _bytes(shard_path(folder, s.number)) >= s.rows * row_bytes(dim)]
    try:
        maps = ShardMaps(folder, dim, whole)
    except (CollectionCorrupt, FileNotFoundError):  # one went between the two looks
        return hold(folder, dim, shards)
    return HeldShards(maps, {shard.number: shard.rows for shard in whole})


def check_lengths(folder: Path, dim: int, shards: Sequence[Shard], held: HeldShards) -> Findings:
    """Compare the files of the shards with their committed lengths."""
    for shard in shards:
        path = shard_path(folder, shard.number)
        found, size = _bytes(path), shard.rows * row_bytes(dim)
        if shard.number not in held.lengths:
            yield _short(path, size - found)
        if found > size:
            yield _longer(path, found - size)
    known = {shard_path(folder, shard.number) for shard in shards}
    yield from (_unknown(path) for path in sorted(folder.glob("*.f16")) if path not in known)


def check_rows(connection: Connection, held: HeldShards, show: Show) -> Findings:
    """Read the rows of all living pictures once, in blocks: memory does not grow with them."""
    tallies = {code: Tally() for code in _SENTENCES}
    total, done = connection.execute(_count).scalar_one(), 0
    for block in _blocks(connection):
        show(CheckProgress("rows", done, total))
        _read(block.only(held.have(block.shard, block.slot)), held.maps, tallies)
        done += len(block.ids)
    for code, tally in tallies.items():
        if tally.count:
            yield Finding(code, _SENTENCES[code], tally.count, f"pictures {some(tally.first)}")


def _read(block: Block, maps: ShardMaps, tallies: Mapping[FindingCode, Tally]) -> None:
    rows = maps.gather(block.shard, block.slot)
    whole = np.array(checksums(rows), dtype=np.int64) == block.crc32
    tallies[FindingCode.ROW_CHECKSUM].add(block.ids[~whole])
    wide = rows[whole].astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    unit = np.abs(lengths - 1) < TOLERANCE  # not so for what is not finite
    tallies[FindingCode.ROW_NOT_UNIT].add(block.ids[whole][~unit])


def _blocks(connection: Connection) -> Iterator[Block]:
    for part in connection.execute(_rows).partitions(BLOCK):
        yield _block(part)


def _block(part: Iterable[Sequence[int]]) -> Block:
    return Block(*np.ascontiguousarray(np.array([tuple(row) for row in part], dtype=np.int64).T))


def _bytes(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _short(path: Path, lost: int) -> Finding:
    return Finding(
        FindingCode.SHARD_SHORT,
        "A shard is shorter than what was committed: embeddings are lost. "
        "Restore the collection from a backup, or delete it and index the files again.",
        lost,
        f"shards/{path.name}",
    )


def _longer(path: Path, more: int) -> Finding:
    return Finding(
        FindingCode.SHARD_LONGER,
        "Bytes follow the committed rows, of a batch that was stopped or is being written. "
        "The next writer cuts them off.",
        more,
        f"shards/{path.name}",
    )


def _unknown(path: Path) -> Finding:
    return Finding(
        FindingCode.SHARD_UNKNOWN,
        "The catalog does not know this shard: a batch or a compaction was stopped, or is at work.",
        _bytes(path),
        f"shards/{path.name}",
    )


_SENTENCES = {
    FindingCode.ROW_CHECKSUM: "The embeddings of these pictures are not the ones that were "
    "committed. Check the disk, then restore the collection from a backup.",
    FindingCode.ROW_NOT_UNIT: "The embeddings of these pictures are not of length 1. "
    "Please report it, and index their files into a new collection.",
}
