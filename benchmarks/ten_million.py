"""An index of as many rows as the disk takes: its memory, its build, its searches.

    python -m benchmarks.ten_million [--rows 10000000] [--dim 1024] [--folder PATH]

Clustered rows (benchmarks/clustered.py) are written into shards, 2 KB each with 1024 dimensions,
and `ivf-rabitq` is built from them and calibrated, each in a process of its own, whose peak memory
is the system's account of it (without the pages of mapped files, which the system takes back). Then
100 queries of each kind are searched as a snapshot does; the exact answers come from the shards.
With several `--rows` the table tells how build and search grow, so that larger ones can be told.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np

from benchmarks.clustered import Archive, image_like, make_archive, text_like
from benchmarks.millions import own_memory
from benchmarks.search_engine import K, median_ms, one_core, through, tiers_over
from core.types import Embeddings
from storage.index_build import build
from storage.index_kinds import IndexKind
from storage.ivf_index import Efforts, IvfIndex

QUERIES = 100
GB = 1e9
SAMPLE_SECONDS = 0.2
ROUNDING = 4e-6


@dataclass(frozen=True, slots=True)
class Step:
    """What one step took."""

    seconds: float
    processor_s: float
    peak: int  # bytes of the process's own


def main() -> None:
    """For each number of rows: make, build, search, print."""
    options = _options()
    print("| rows | what | figure |\n|---|---|---|")
    for rows in options.rows:
        room = shutil.disk_usage(options.folder or tempfile.gettempdir()).free
        needed = rows * (2 * options.dim + options.dim // 8 + 100)
        if needed > room:
            print(f"| {rows:,} | | needs {needed / GB:.0f} GB of disk, {room / GB:.0f} are free |")
            continue
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            measure(Path(folder), rows, options.dim)


def measure(folder: Path, rows: int, dim: int) -> None:
    """Print what so many rows take."""
    context = get_context("spawn")
    with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as processes:
        made, archive = processes.submit(watched, make_archive, folder, rows, dim).result()
        told(rows, "write the rows", made)
        step, built = processes.submit(watched, build_index, folder, archive).result()
        told(rows, "build and calibrate", step)
        parameters = ", ".join(f"{name} {value:g}" for name, value in built.parameters.items())
        reached = f"{built.recall:.3f}, {built.recall_texts:.3f}"
        print(f"| {rows:,} | calibrated | {reached}: {parameters} |")
        size = (folder / "index").stat().st_size
        print(f"| {rows:,} | index file | {size / GB:.2f} GB, {size / rows:.0f} bytes a row |")
        step, figures = processes.submit(
            watched, search, folder, archive, built.parameters
        ).result()
        told(rows, "open and search", step)
        for name, figure in figures:
            print(f"| {rows:,} | {name} | {figure} |", flush=True)


def build_index(folder: Path, archive: Archive) -> Any:
    """Build the index file."""
    return build(folder / "index", IndexKind.IVF_RABITQ, archive.places, archive.blocks())


def search(folder: Path, archive: Archive, told: dict[str, float]) -> list[tuple[str, str]]:
    """Open the index and search it."""
    began = time.perf_counter()
    index = IvfIndex(folder / "index", Efforts.told(told), told["norm_error"])
    figures = [("open", f"{time.perf_counter() - began:.2f} s")]
    tiers = tiers_over(archive, index)
    for name, queries in (
        ("images", image_like(archive, QUERIES)),
        ("texts", text_like(archive, QUERIES)),
    ):
        ways = through(archive, tiers, like_images=name == "images")
        with one_core():
            found, median = ways(queries), median_ms(ways, queries)
        figures += [
            (f"{name}, p50 on one core", f"{median:.2f} ms"),
            (f"{name}, recall@{K}", f"{recall(archive, queries, found):.4f}"),
        ]
    return figures


def recall(archive: Archive, queries: Embeddings, found: np.ndarray) -> float:
    """The share of the nearest rows that were found, against all rows; equal ones count alike."""
    best = np.full((len(queries), K), -np.inf, dtype=np.float32)
    for block in archive.blocks():
        scores = queries @ archive.unit(block.ids).T
        both = np.concatenate([best, np.partition(scores, -K, axis=1)[:, -K:]], axis=1)
        best = -np.sort(-both, axis=1)[:, :K]
    near = [
        (archive.unit(ids) @ query >= least - ROUNDING).sum()
        for ids, query, least in zip(found, queries, best[:, -1], strict=True)
    ]
    return float(np.minimum(near, K).mean() / K)


def watched(work: Callable[..., Any], *given: object) -> tuple[Step, Any]:
    """Do a piece of work: what it took, and what it gave."""
    peak, over = [own_memory()], Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            peak.append(max(peak.pop(), own_memory()))

    watching = Thread(target=watch)
    watching.start()
    began, began_processor = time.perf_counter(), time.process_time()
    try:
        done = work(*given)
    finally:
        over.set()
        watching.join()
    taken = time.perf_counter() - began, time.process_time() - began_processor
    return Step(*taken, peak[0]), done


def told(rows: int, what: str, step: Step) -> None:
    """Print a step."""
    print(
        f"| {rows:,} | {what} | {step.seconds:,.0f} s, {step.processor_s:,.0f} s of processors, "
        f"at most {step.peak / GB:.2f} GB |",
        flush=True,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000_000])
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--folder", type=Path, default=None, help="Where the files go.")
    return parser.parse_args()


if __name__ == "__main__":
    main()
