"""The embeddings: append-only files of fp16 rows, the truth that every index is made from.

A shard holds nothing but rows of `dim` little-endian half floats, so that row `slot` begins at byte
`slot * dim * 2`. How much of a shard counts is written in the catalog: what lies past it was never
committed.
"""

import mmap
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import CollectionCorrupt
from core.types import Embeddings, Through
from storage.durable import sync_file, sync_folder

ROWS_PER_SHARD = 262_144
# Rows of which one is wanted, from which reading ahead costs more than it saves: measured cold.
SCATTERED: Final = 100
STRETCH: Final = 10_000  # rows, below which it saves nothing

HALF = np.dtype("<f2")
HalfRows = NDArray[np.float16]  # (n, dim), as they lie on disk


@dataclass(frozen=True, slots=True)
class Shard:
    """One file and how many of its rows are committed."""

    number: int
    rows: int
    is_sealed: bool = False  # takes no more rows


@dataclass(frozen=True, slots=True)
class Extent:
    """Consecutive slots of one shard."""

    shard: int
    slot: int  # the first
    rows: int


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard lies."""
    return folder / f"{number:06d}.f16"


def is_full(rows: int) -> bool:
    """Say whether a shard of so many rows is sealed."""
    return rows >= ROWS_PER_SHARD


def row_bytes(dim: int) -> int:
    """The bytes of one row."""
    return dim * HALF.itemsize


def to_half(rows: Embeddings) -> HalfRows:
    """Round rows to what a shard stores; it costs about 0.0005 of recall."""
    return rows.astype(HALF)


def to_unit(rows: HalfRows) -> Embeddings:
    """Widen stored rows to float32 of unit length again, which rounding had taken from them."""
    wide = rows.astype(np.float32)
    wide /= np.sqrt(np.einsum("ij,ij->i", wide, wide))[:, None]
    return wide


def checksums(rows: HalfRows) -> list[int]:
    """The CRC-32 of each row's bytes."""
    return [zlib.crc32(row.data) for row in np.ascontiguousarray(rows)]


def allot(last: Shard | None, rows: int) -> list[Extent]:
    """Where so many rows will lie behind the newest shard, in order."""
    return list(_allot(last or Shard(0, 0), rows))


def begin_shard(folder: Path, number: int) -> None:
    """Make an empty shard that a power cut does not take back."""
    path = shard_path(folder, number)
    path.write_bytes(b"")
    sync_file(path)
    sync_folder(folder)


def append_rows(folder: Path, last: Shard | None, rows: HalfRows) -> list[Extent]:
    """Write rows behind the committed ones and wait for the disk; returns where they lie, in order.

    `last` is the newest shard, the only one that may be open. Bytes past its committed length are
    left from a batch that failed, and are overwritten. Begins a new shard when it is sealed.
    """
    extents = allot(last, len(rows))
    start = 0
    for extent in extents:
        _write(folder, extent, rows[start : start + extent.rows])
        start += extent.rows
    return extents


def truncate_to_committed(folder: Path, dim: int, shards: Sequence[Shard]) -> None:
    """Cut off what was never committed. Raises CollectionCorrupt when committed rows lack."""
    for shard in shards:
        path, size = shard_path(folder, shard.number), _size(dim, shard.rows)
        check_size(path, size)
        os.truncate(path, size)


def check_size(path: Path, size: int) -> None:
    """Raise CollectionCorrupt when a file is shorter than `size` bytes."""
    found = path.stat().st_size if path.is_file() else 0
    if found < size:
        raise CollectionCorrupt(
            f"The shard {path.name} holds {found} bytes, but {size} were committed: embeddings are "
            "lost. Restore the collection from a backup, or delete it and index the files again."
        )


def check_rows(
    shard: NDArray[np.int64], slot: NDArray[np.int64], rows: HalfRows, crc32: NDArray[np.int64]
) -> None:
    """Raise CollectionCorrupt when the row at (shard[i], slot[i]) has another CRC-32 by now."""
    wrong = np.flatnonzero(np.array(checksums(rows), dtype=np.int64) != crc32)
    if len(wrong):
        first = wrong[0]
        raise CollectionCorrupt(
            f"The shard {int(shard[first]):06d}.f16 is damaged: the row {int(slot[first])} is not "
            "what was committed. Restore the collection from a backup, or delete it and index the "
            "files again."
        )


def remove_strays(folder: Path, shards: Sequence[Shard]) -> None:
    """Remove the files of shards that are not committed; open maps of them stay valid."""
    known = {shard_path(folder, shard.number) for shard in shards}
    for path in folder.glob("*.f16"):
        if path not in known:
            path.unlink()


def slots_of(extents: Sequence[Extent]) -> Iterator[tuple[int, int]]:
    """(shard, slot) of each row of the extents, in their order."""
    for extent in extents:
        for slot in range(extent.slot, extent.slot + extent.rows):
            yield extent.shard, slot


@dataclass(frozen=True, slots=True)
class Mapped:
    """One shard in memory, twice, and read from the disk when it is looked at."""

    ahead: HalfRows  # the system reads on behind what is looked at: megabytes, on some machines
    alone: HalfRows  # it reads the pages that are looked at, and no more

    def rows(self, slots: NDArray[np.int64]) -> HalfRows:
        """A copy of the rows of these slots, at least one -> (n, dim)."""
        span = max(int(slots.max() - slots.min()) + 1, STRETCH)
        return (self.ahead if len(slots) * SCATTERED > span else self.alone)[slots]


class ShardMaps:
    """The committed rows of all shards, mapped into memory."""

    def __init__(self, folder: Path, dim: int, shards: Sequence[Shard]) -> None:
        """Map each shard read-only. Raises CollectionCorrupt when one is too short."""
        self.dim = dim
        self.maps = {shard.number: _mapped(folder, dim, shard) for shard in shards if shard.rows}

    def gather(self, shard: NDArray[np.int64], slot: NDArray[np.int64]) -> HalfRows:
        """Copy the rows at (shard[i], slot[i]) -> (n, dim)."""
        rows = np.empty((len(slot), self.dim), dtype=HALF)
        for number in set(shard.tolist()):
            here = shard == number
            rows[here] = self.maps[number].rows(slot[here])
        return rows


class TurnedMaps(ShardMaps):
    """The same rows as something turns them, rounded as a shard would hold them."""

    def __init__(self, maps: ShardMaps, through: Through) -> None:
        self.dim = maps.dim
        self.maps = maps.maps
        self._through = through

    def gather(self, shard: NDArray[np.int64], slot: NDArray[np.int64]) -> HalfRows:
        """Turn the rows at (shard[i], slot[i]) -> (n, dim)."""
        return to_half(self._through.turned(to_unit(super().gather(shard, slot))))


def _allot(last: Shard, rows: int) -> Iterator[Extent]:
    number, slot = last.number, ROWS_PER_SHARD if last.is_sealed else last.rows
    while rows:
        if is_full(slot):
            number, slot = number + 1, 0
        taken = min(rows, ROWS_PER_SHARD - slot)
        yield Extent(number, slot, taken)
        rows, slot = rows - taken, slot + taken


def _write(folder: Path, extent: Extent, rows: HalfRows) -> None:
    path = shard_path(folder, extent.shard)
    if extent.slot == 0:
        begin_shard(folder, extent.shard)
    with path.open("r+b") as file:
        file.seek(extent.slot * rows.shape[1] * HALF.itemsize)
        file.write(np.ascontiguousarray(rows).data)
        file.flush()
        os.fdatasync(file.fileno())


def _mapped(folder: Path, dim: int, shard: Shard) -> Mapped:
    path = shard_path(folder, shard.number)
    check_size(path, _size(dim, shard.rows))
    return Mapped(*(_map(path, dim, shard.rows, advice) for advice in (None, mmap.MADV_RANDOM)))


def _map(path: Path, dim: int, rows: int, advice: int | None) -> HalfRows:
    """The rows as a plain array: NumPy looks up those of a memmap five times slower."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), _size(dim, rows), access=mmap.ACCESS_READ)
    if advice is not None:
        mapped.madvise(advice)
    return np.frombuffer(mapped, dtype=HALF).reshape(rows, dim)


def _size(dim: int, rows: int) -> int:
    return rows * row_bytes(dim)
