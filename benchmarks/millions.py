"""A million files end to end through the real indexer, with decoding and encoder left out.

    python -m benchmarks.millions [--rows 1000000] [--dim 1024] [--thumbnail-bytes 2000]

The files are there, empty but of the size of a CT slice, in folders of one series each. What
stands for decoder and encoder makes up headers as full as those of real slices, and rows of unit
length. Prints Markdown: what each part took, the process's memory as it went, the bytes on disk,
then the same for a second run, over the unchanged tree. Each run has a process of its own.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread

from benchmarks.collection import NO_PIXELS, RENDERING, unit_rows
from benchmarks.commits import AXIAL, SLICES, hash_of, identity, tags
from core.types import (
    DecodedFile,
    EmbeddedFile,
    Embeddings,
    EncoderCard,
    Found,
    Instance,
    Place,
    Prepared,
    Source,
)
from imaging.work import Before
from indexer.engine import Engine
from indexer.pipeline import Job, index
from indexer.report import Progress
from storage.layout import layout_of
from storage.writer import CollectionWriter

MIB = 1 << 20
SIZE = 526_336  # bytes of a CT slice
BANK = 8_192  # rows that are used over and over
SAMPLE_SECONDS = 0.25
POINTS = (0.1, 0.25, 0.5, 0.75, 1.0)


@dataclass(slots=True)
class Trace:
    """What was seen of a run from outside."""

    files: list[int] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)  # bytes of its own, at each of `files`
    processor: list[float] = field(default_factory=list)  # seconds, likewise
    peak: int = 0
    seconds: float = 0.0
    processor_s: float = 0.0
    index_s: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)

    def take(self, progress: Progress) -> None:
        """Note where the run is."""
        self.files.append(progress.done)
        self.memory.append(own_memory())
        self.processor.append(time.process_time())
        self.stages = {stage.value: seconds for stage, seconds in progress.stages.items()}

    def at(self, share: float) -> int:
        """Where in the lists that share of the files was done."""
        wanted = share * self.files[-1]
        return next(place for place, files in enumerate(self.files) if files >= wanted)


class Generator:
    """An engine that makes up what a decoder and an encoder would say."""

    device = "none"
    at_once = 256
    advice = ""

    def __init__(self, dim: int, thumbnail: bytes) -> None:
        self._rows: Embeddings = unit_rows(BANK, dim)
        self._thumbnail = thumbnail

    def read(
        self,
        found: Iterable[Found],
        before: Before,  # noqa: ARG002  (part of the Protocol)
        defer_slices: bool,  # noqa: ARG002
    ) -> Iterator[DecodedFile]:
        """Yield each file as a slice of a series."""
        for each in found:
            number = number_of(each.location.path)
            place = Place(AXIAL, (-250.0, -250.0, 0.625 * (number % SLICES)))
            source = Source(each.location, each.size, each.modified_ns, hash_of(str(number)))
            picture = Prepared(NO_PIXELS, self._thumbnail, 0, hash_of(f"pixels {number}"), place)
            yield DecodedFile(source, Instance(tags(number), identity(number), place), (picture,))

    def embed(self, files: Sequence[DecodedFile]) -> Future[list[EmbeddedFile]]:
        """Give each file a row."""
        done: Future[list[EmbeddedFile]] = Future()
        done.set_result([self._embedded(file) for file in files])
        return done

    def _embedded(self, file: DecodedFile) -> EmbeddedFile:
        place = number_of(file.source.location.path) % BANK
        row = self._rows[place : place + 1]
        return EmbeddedFile(file.source, file.instance, file.pictures, row)


def number_of(path: Path) -> int:
    """The number that a file of the tree is named by."""
    return int(path.stem)


def make_tree(root: Path, files: int) -> None:
    """Make that many files, which take no room on the disk."""
    for number in range(files):
        folder = root / f"{number // SLICES // 100:04d}" / f"{number // SLICES:06d}"
        if number % SLICES == 0:
            folder.mkdir(parents=True)
        file = os.open(f"{folder}/{number:08d}.dcm", os.O_CREAT | os.O_WRONLY)
        os.ftruncate(file, SIZE)
        os.close(file)


def run(home: Path, tree: Path, dim: int, thumbnail_bytes: int) -> Trace:
    """Index the tree once."""
    trace, card = Trace(), EncoderCard("synthetic", "1", dim, "0" * 64, "none", "none")
    over = Event()
    sampler = Thread(target=watch, args=(trace, over))
    sampler.start()

    def start() -> AbstractContextManager[Engine]:
        return nullcontext(Generator(dim, bytes(thumbnail_bytes)))

    began, began_processor = time.perf_counter(), time.process_time()
    with CollectionWriter.open(home, "main", card, RENDERING) as writer:
        report = index([tree], Job(writer, start, 1024, 0, trace.take, lambda: False))
    trace.seconds = time.perf_counter() - began
    trace.processor_s = time.process_time() - began_processor
    trace.take(report.progress)
    over.set()
    sampler.join()
    return trace


def watch(trace: Trace, over: Event) -> None:
    """Keep the largest memory that the process has until it is over."""
    while not over.wait(SAMPLE_SECONDS):
        trace.peak = max(trace.peak, own_memory())


def own_memory() -> int:
    """Bytes that this process holds for itself: without the files that are mapped."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def describe(what: str, files: int, trace: Trace) -> None:
    """Print what a run took."""
    print(f"\n### {what}\n\n| what | figure |\n|---|---|")
    print(f"| clock | {trace.seconds:,.1f} s, {files / trace.seconds:,.0f} files/s |")
    print(f"| processor | {trace.processor_s:,.1f} s, {files / trace.processor_s:,.0f} files/s |")
    for stage, seconds in trace.stages.items():
        print(f"| of the clock: {stage} | {seconds:,.1f} s |")
    for share in POINTS:
        memory = trace.memory[trace.at(share)] / MIB
        print(f"| memory at {share:.0%} of the files | {memory:,.0f} MiB |")
    print(f"| memory, the most, with the index | {trace.peak / MIB:,.0f} MiB |", flush=True)


def describe_pace(trace: Trace) -> None:
    """Print whether a run got slower as the collection grew."""
    for first, last in ((0.05, 0.15), (0.9, 1.0)):
        places = trace.at(first), trace.at(last)
        done = trace.files[places[1]] - trace.files[places[0]]
        if not done:
            continue  # a run of few batches has no pace
        seconds = trace.processor[places[1]] - trace.processor[places[0]]
        print(f"| processor, from {first:.0%} to {last:.0%} | {done / seconds:,.0f} files/s |")


def describe_disk(home: Path, files: int) -> None:
    """Print the bytes that a file takes."""
    layout = layout_of(home, "main")
    for name, path in (
        ("catalog", layout.catalog),
        ("thumbnails", layout.thumbnails),
        ("shards", layout.shards),
        ("index", layout.index),
    ):
        size = sum(file.stat().st_size for file in (path, *path.glob("*")) if file.is_file())
        print(f"| {name} | {size / MIB:,.0f} MiB, {size / files:,.0f} bytes a file |")


def main() -> None:
    """Make a tree, index it twice, print."""
    options = _options()
    context = get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, context, max_tasks_per_child=1) as processes,
    ):
        home, tree = Path(folder, "home"), Path(folder, "tree")
        make_tree(tree, options.rows)
        told = (home, tree, options.dim, options.thumbnail_bytes)
        first = processes.submit(run, *told).result()
        describe(f"First run over {options.rows:,} files", options.rows, first)
        describe_pace(first)
        describe_disk(home, options.rows)
        again = processes.submit(run, *told).result()
        describe("Second run, nothing has changed", options.rows, again)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--thumbnail-bytes", type=int, default=2_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
