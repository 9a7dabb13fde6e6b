"""Which kind of index a collection gets: by its rows, their length, and the memory there is."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Final

# Measured with 1024 dimensions; a scan costs as much as it reads, so that the bounds hold for
# rows x dim.
FLAT_BELOW: Final = 20_000 * 1024
PANORAMA_UP_TO: Final = 1_000_000 * 1024
PANORAMA_BYTES_BESIDE: Final = 33 * 4 + 8  # of a row: the lengths of what is left of it, and its id
PANORAMA_MEMORY_SHARE: Final = 1 / 3
LEAST_TO_TRAIN: Final = 1_000  # rows that an approximate index needs to be worth its name

MEMORY_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")


class IndexKind(StrEnum):
    """How the rows of a collection are searched."""

    AUTO = "auto"  # no kind of its own: the one that fits
    FLAT = "flat"  # exact: every row
    PANORAMA = "panorama"  # exact: every row, as far as it can still matter
    IVF_RABITQ = "ivf-rabitq"  # approximate: one bit a value, scored anew from the shards


def kind_for(rows: int, dim: int, memory: int, wanted: IndexKind) -> IndexKind:
    """The kind for so many rows in so many bytes of memory; the wanted one if it is possible."""
    if wanted is IndexKind.AUTO:
        return _chosen(rows, dim, memory)
    if wanted is IndexKind.IVF_RABITQ and rows < LEAST_TO_TRAIN:
        return IndexKind.FLAT
    return wanted


def memory_bytes() -> int:
    """The memory that this process may come to use."""
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = MEMORY_LIMIT.read_text(encoding="ascii").strip() if MEMORY_LIMIT.is_file() else "max"
    return there if limit == "max" else min(there, int(limit))


def _chosen(rows: int, dim: int, memory: int) -> IndexKind:
    if rows * dim < FLAT_BELOW:
        return IndexKind.FLAT
    size = rows * (4 * dim + PANORAMA_BYTES_BESIDE)
    if rows * dim <= PANORAMA_UP_TO and size <= PANORAMA_MEMORY_SHARE * memory:
        return IndexKind.PANORAMA
    return IndexKind.IVF_RABITQ
