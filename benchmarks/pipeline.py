"""How well indexing keeps its parts busy: end to end, against what the parts can do alone.

    python -m benchmarks.pipeline [--files 1500] [--rounds 3] [--device cpu] [--encoder mini]

For each kind of file, in one run: E, the encoder alone, on pictures that are ready; D, the workers
alone, decoding, resize and thumbnails; and images a second of indexing once it is under way (from
the first batch to the last but one). What the parts allow is 1 / (1/E + 1/D) on a CPU, whose cores
both share, and min(E, D) on a device of its own. The CPU time that a picture takes end to end is
given beside what it takes in the two parts: that hardly depends on what else the machine does.

A second table does the same with an encoder that only sleeps, at set shares of D: a device that is
slower than the workers has to be busy all the time, and one that is faster must not slow them down.
"""

import argparse
import multiprocessing
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep
from typing import Final

import numpy as np
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGLSLossless

from benchmarks.journey import make_pictures
from benchmarks.phantoms import ct_slice, in_syntax, radiograph
from core.types import (
    DecodedFile,
    Embeddings,
    EncoderCard,
    Found,
    Location,
    Matches,
    Pixels,
    Prepare,
    Regions,
    Unread,
)
from encoders.base import Encoder
from encoders.registry import load_encoder
from encoders.squash import Squash
from imaging.profiles import VOI
from imaging.workers import DecodePool
from indexer.local_engine import Lanes, LocalEngine
from indexer.pipeline import Job, index
from indexer.report import Progress
from indexer.stages import Stage
from radseek.engines import lanes_of
from storage.writer import CollectionWriter

BATCHES: Final = 6  # at least, in a run: the first and the last do not count
BATCH: Final = 256
BARE_SECONDS: Final = 5.0
SHARES: Final = (0.25, 0.5, 0.8, 2.0)  # of what the workers do: how fast the sleeping encoder is
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Rate:
    """What was done in a stretch of time."""

    images_per_second: float
    cpu_seconds: float  # an image, of all processes


@dataclass(frozen=True, slots=True)
class Round:
    """The parts and the whole, measured one after the other."""

    encoder: Rate
    decoding: Rate
    whole: Rate
    waits: dict[Stage, float]  # shares of the time

    def allowed(self, shared: bool) -> float:
        """Images a second that the parts allow; `shared` when they use the same cores."""
        e, d = self.encoder.images_per_second, self.decoding.images_per_second
        return 1 / (1 / e + 1 / d) if shared else min(e, d)


class Sleeper:
    """A device that takes a set time for each picture, and no CPU."""

    card = EncoderCard("sleeper", "1", 64, "51" * 32, "squash-96-bicubic", "none")
    device = "sleeper"
    at_once = 8
    logit_scale = 1.0
    logit_bias = 0.0
    reads_texts = True

    def kept(self, height: int, width: int) -> tuple[float, float]:  # noqa: ARG002 (all of any)
        """All of a picture."""
        return 1.0, 1.0

    prepare: Prepare = Squash((96, 96))

    def __init__(self, images_per_second: float) -> None:
        self._seconds = 1 / images_per_second
        self._device = threading.Lock()
        self._rng = np.random.default_rng(0)

    def embed_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        """Sleep as long as the device would take."""
        with self._device:
            sleep(self._seconds * len(prepared))
            rows = self._rng.standard_normal((len(prepared), self.card.dim), np.float32)
        embeddings: Embeddings = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return embeddings

    def regions(self, prepared: Sequence[Pixels]) -> Regions:
        """Not what this is for."""
        raise NotImplementedError

    def embed_texts(self, texts: Sequence[str]) -> Embeddings:
        """Not what this is for."""
        raise NotImplementedError

    def match(self, prepared: Sequence[Pixels], texts: Sequence[str]) -> Matches:
        """Not what this is for."""
        raise NotImplementedError

    def unread(self, text: str) -> Unread | None:
        """Not what this is for."""
        raise NotImplementedError


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--encoder", default="mini")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    encoder = load_encoder(options.encoder, options.weights, options.device)
    with tempfile.TemporaryDirectory() as folder:
        kinds = dict(make_kinds(Path(folder), options.files))
        print_encoder(kinds, encoder, options)
        print_sleeper(kinds["JPEG 512 x 512"], options)


def print_encoder(kinds: dict[str, Path], encoder: Encoder, options: argparse.Namespace) -> None:
    """The table of the real encoder."""
    print(f"{encoder.card.name} on {encoder.device}, {options.workers} workers\n")
    print(
        "| files | E | D | allowed | end to end | of allowed | of E | CPU ms in parts | end to end "
        "| waits for |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    shared = encoder.device == "cpu"
    for name, folder in kinds.items():
        rounds = measure(folder, lanes_of([encoder]), encoder, options)
        print(f"| {name} | {cells(rounds, shared)} |", flush=True)


def print_sleeper(folder: Path, options: argparse.Namespace) -> None:
    """The table of the device that sleeps."""
    print(
        "\n| a device of | E | D | allowed | end to end | of allowed | of E | CPU ms in parts "
        "| end to end | waits for |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    files = found_in(folder)
    with DecodePool(Sleeper.prepare, options.workers) as pool:
        full = decoding_alone(pool, files).images_per_second
    for share in SHARES:
        device = Sleeper(share * full)
        rounds = measure(folder, Lanes([device], 2, 64), device, options)
        print(f"| {share:g} D | {cells(rounds, shared=False)} |", flush=True)


def measure(
    folder: Path, lanes: Lanes, encoder: Encoder, options: argparse.Namespace
) -> list[Round]:
    """Some rounds over one kind of files."""
    files = found_in(folder)
    with (
        DecodePool(encoder.prepare, options.workers) as pool,
        LocalEngine(lanes, pool) as engine,
    ):
        decoded = [each for each in pool.run(files[:64]) if isinstance(each, DecodedFile)]
        return [one_round(engine, pool, decoded, folder, encoder) for _ in range(options.rounds)]


def one_round(
    engine: LocalEngine,
    pool: DecodePool,
    decoded: Sequence[DecodedFile],
    folder: Path,
    encoder: Encoder,
) -> Round:
    """The encoder, the workers, and both."""
    bare = encoder_alone(engine, decoded)
    decoding = decoding_alone(pool, found_in(folder))
    return Round(bare, decoding, *end_to_end(engine, encoder, folder))


def encoder_alone(engine: LocalEngine, decoded: Sequence[DecodedFile]) -> Rate:
    """Embed the same pictures again and again, with all threads."""
    supply, done = cycle(decoded), []
    with stretch() as spent:
        until = perf_counter() + BARE_SECONDS
        while perf_counter() < until:
            done.append(engine.embed(list(islice(supply, engine.at_once))))
        images = sum(len(future.result()) for future in done)
    return spent(images)


def decoding_alone(pool: DecodePool, files: Sequence[Found]) -> Rate:
    """Read, decode and prepare, and take the outcomes, in the middle of a run."""
    first, last = len(files) // 8, len(files) * 3 // 4
    outcomes = pool.run(files)
    for _ in islice(outcomes, first):
        pass
    with stretch() as spent:
        for _ in islice(outcomes, last - first):
            pass
        rate = spent(last - first)
    for _ in outcomes:
        pass
    return rate


def end_to_end(
    engine: LocalEngine, encoder: Encoder, folder: Path
) -> tuple[Rate, dict[Stage, float]]:
    """Index into a new collection: what is done between the first batch and the last but one."""
    marks: list[tuple[float, float, Progress]] = []

    def note(progress: Progress) -> None:
        if not marks or progress.pictures > marks[-1][2].pictures:
            marks.append((perf_counter(), cpu_time(), progress))

    with (
        tempfile.TemporaryDirectory() as home,
        CollectionWriter.open(Path(home), "default", encoder.card, VOI.id, 0) as writer,
    ):
        batch = min(BATCH, len(found_in(folder)) // BATCHES)
        job = Job(writer, lambda: nullcontext(engine), batch, 0, note, lambda: False)
        report = index([folder], job)
    assert report.exit_code == 0
    marks = [mark for mark in marks if mark[2].pictures]
    (began, cpu, first), (ended, cpu_then, last) = marks[0], marks[-2]
    images = last.pictures - first.pictures
    waits = {stage: (last.stages[stage] - first.stages[stage]) / (ended - began) for stage in Stage}
    return Rate(images / (ended - began), (cpu_then - cpu) / images), waits


def cells(rounds: Sequence[Round], shared: bool) -> str:
    """A row: the medians of all rounds, but for ratios, which are those of one round each."""

    def middle(figure: Callable[[Round], float]) -> float:
        return median(figure(each) for each in rounds)

    rates = [
        middle(lambda r: r.encoder.images_per_second),
        middle(lambda r: r.decoding.images_per_second),
        middle(lambda r: r.allowed(shared)),
        middle(lambda r: r.whole.images_per_second),
    ]
    ratios = [
        middle(lambda r: r.whole.images_per_second / r.allowed(shared)),
        middle(lambda r: r.whole.images_per_second / r.encoder.images_per_second),
    ]
    cpu = [
        middle(lambda r: r.encoder.cpu_seconds + r.decoding.cpu_seconds),
        middle(lambda r: r.whole.cpu_seconds),
    ]
    waits = ", ".join(
        f"{stage} {middle(lambda r, s=stage: r.waits[s]):.0%}"  # type: ignore[misc]
        for stage in Stage
    )
    columns = [
        *(f"{rate:,.0f}" for rate in rates),
        *(f"{ratio:.2f}" for ratio in ratios),
        *(f"{1e3 * each:.1f}" for each in cpu),
        waits,
    ]
    return " | ".join(columns)


@contextmanager
def stretch() -> Iterator[Callable[[int], Rate]]:
    """Yield what tells the rate of images since now."""
    began, cpu = perf_counter(), cpu_time()

    def spent(images: int) -> Rate:
        return Rate(images / (perf_counter() - began), (cpu_time() - cpu) / images)

    yield spent


def cpu_time() -> float:
    """CPU seconds of this process and of the workers it has now."""
    return process_time() + sum(
        worker_time(child.pid) for child in multiprocessing.active_children() if child.pid
    )


def worker_time(pid: int) -> float:
    """CPU seconds of a process. Source: proc_pid_stat(5), utime and stime."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def make_kinds(folder: Path, count: int) -> Iterator[tuple[str, Path]]:
    """Write the files of each kind into a folder of its own."""
    jpeg = folder / "jpeg"
    jpeg.mkdir()
    make_pictures(jpeg, count)
    yield "JPEG 512 x 512", jpeg
    yield "CT 512 x 512, native", write_all(folder / "native", count, ExplicitVRLittleEndian)
    yield "CT 512 x 512, JPEG-LS", write_all(folder / "jpegls", count, JPEGLSLossless)
    yield "radiograph 2140 x 1760", write_radiographs(folder / "radiographs", count // 4)


def write_all(folder: Path, count: int, syntax: UID) -> Path:
    """Write different CT slices in one transfer syntax."""
    folder.mkdir()
    for seed in range(count):
        (folder / f"{seed}.dcm").write_bytes(in_syntax(ct_slice(seed=seed), syntax))
    return folder


def write_radiographs(folder: Path, count: int) -> Path:
    """Write different radiographs, not compressed."""
    folder.mkdir()
    for seed in range(count):
        (folder / f"{seed}.dcm").write_bytes(
            in_syntax(radiograph(seed=seed), ExplicitVRLittleEndian)
        )
    return folder


def found_in(folder: Path) -> list[Found]:
    """The files of a folder as a walk would find them."""
    return [
        Found(Location(path), path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.iterdir())
    ]


if __name__ == "__main__":
    main()
