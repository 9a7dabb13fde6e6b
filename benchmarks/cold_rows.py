"""What rows cost that lie scattered over a shard that is not in memory. Prints a Markdown table.

    python -m benchmarks.cold_rows [--rows 1000000] [--dim 1024] [--folder PATH]

Writes a shard, drops it from the system's cache before each figure (Linux) and looks up rows: with
the system reading ahead, without, and as `storage.shards` chooses.
"""

import argparse
import os
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from storage.shards import HALF, Mapped, Shard, ShardMaps, shard_path

LOOKED_UP = (10, 300, 3_000, 30_000)
AT_ONCE = 20_000


def main() -> None:
    """Write, look up, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        write(Path(folder), options.rows, options.dim)
        measure(Path(folder), options.rows, options.dim)


def write(folder: Path, rows: int, dim: int) -> None:
    """A shard of so many rows."""
    block = np.random.default_rng(0).standard_normal((AT_ONCE, dim)).astype(HALF).tobytes()
    with shard_path(folder, 0).open("wb") as file:
        for _ in range(rows // AT_ONCE):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


def measure(folder: Path, rows: int, dim: int) -> None:
    """The table."""
    print("| rows looked up | reading ahead | without | as chosen |\n|---|---|---|---|")
    for count in LOOKED_UP:
        slots = np.sort(np.random.default_rng(1).choice(rows, count, replace=False))
        figures = " | ".join(
            f"{1e3 * seconds(folder, rows, dim, way, slots):,.0f} ms"
            for way in ("ahead", "alone", "")
        )
        print(f"| {count:,} | {figures} |", flush=True)


def seconds(folder: Path, rows: int, dim: int, way: str, slots: np.ndarray) -> float:
    """Of one look-up, after the shard was dropped from memory."""
    path = shard_path(folder, 0)
    (mapped,) = ShardMaps(folder, dim, [Shard(0, rows)]).maps.values()
    drop(path)
    began = perf_counter()
    look_up(mapped, way, slots)
    return perf_counter() - began


def look_up(mapped: Mapped, way: str, slots: np.ndarray) -> None:
    """Copy the rows, through one of the maps or as the shard chooses."""
    if way:
        getattr(mapped, way)[slots]
    else:
        mapped.rows(slots)


def drop(path: Path) -> None:
    """Take a file out of the system's cache."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    main()
