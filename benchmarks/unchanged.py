"""What a second run over an unchanged tree costs: CPU time a file, and memory.

`python -m benchmarks.unchanged --files 100000` makes a tree of small files, brings them into a
collection without decoding, and runs `index` over it twice: once as it is, once after one file in
a hundred has moved and as many are gone.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from core.types import (
    CatalogueCode,
    Catalogued,
    DecodedFile,
    EmbeddedFile,
    EncoderCard,
    Found,
    Instance,
    Kept,
    Location,
    Pixels,
    Source,
)
from imaging.work import Before, Outcome
from imaging.workers import DecodePool
from indexer.pipeline import Job, index
from storage.batch import Batch
from storage.writer import CollectionWriter

CARD = EncoderCard("none", "1", 8, "0" * 64, "none", "none")
BATCH = 5000
A_FOLDER = 500  # files


def main() -> None:
    """Make what is asked for, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="make the tree and the collection here")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        _run(asked.run)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        make(folder, asked.files)
        print("| run | files | moved | gone | CPU s | files/s of CPU | s | peak memory MB |")
        print("|---|---|---|---|---|---|---|---|")
        for name in ("empty collection", "unchanged", "1 % moved, 1 % gone"):
            if name.startswith("1 %"):
                change(folder / "archive")
            home = "none" if name.startswith("empty") else "home"
            words = [sys.executable, "-m", "benchmarks.unchanged", "--run", str(folder / home)]
            print(f"| {name} | {subprocess.check_output(words, text=True).strip()}")


def make(folder: Path, files: int) -> None:
    """A tree of small text files, and a collection that knows them as reports."""
    with _writer(folder / "home") as writer:
        for start in range(0, files, BATCH):
            numbers = range(start, min(start + BATCH, files))
            writer.commit(Batch(catalogued=[_file(folder, number) for number in numbers]))


def _file(folder: Path, number: int) -> Catalogued:
    path = folder / "archive" / f"study{number // A_FOLDER:05}" / f"{number:07}.dcm"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = f"{number}".encode()
    path.write_bytes(content)
    state = path.stat()
    digest = sha256(content).hexdigest()
    source = Source(Location(path), state.st_size, state.st_mtime_ns, digest)
    return Catalogued(source, Instance(), Kept(CatalogueCode.NO_PIXELS, "It is a report."))


def change(archive: Path) -> None:
    """Move one file of a hundred to another folder, and delete another one."""
    for number, path in enumerate(sorted(archive.rglob("*.dcm"))):
        if number % 100 == 0:
            path.rename(archive / f"moved-{path.name}")
        elif number % 100 == 50:
            path.unlink()


def _writer(home: Path) -> CollectionWriter:
    return CollectionWriter.open(home, "default", CARD, "voi-2")


class Reading:
    """An engine that reads files and has nothing to embed."""

    device, advice, at_once = "none", "", 1

    def __init__(self, pool: DecodePool) -> None:
        self._pool = pool

    def read(self, found: Iterable[Found], before: Before, defer_slices: bool) -> Iterator[Outcome]:
        """As the pool does."""
        return self._pool.run(found, before, defer_slices)

    def embed(self, files: Sequence[DecodedFile]) -> Future[list[EmbeddedFile]]:
        """Never called: there is no picture among the files."""
        raise NotImplementedError(f"{len(files)} pictures")


@contextmanager
def _start() -> Iterator[Reading]:
    with DecodePool(_as_it_is, workers=1) as pool:
        yield Reading(pool)


def _as_it_is(pixels: Pixels) -> Pixels:
    return pixels


def _run(home: Path) -> None:
    archive = home.parent / ("archive" if home.exists() else "nothing")
    archive.mkdir(exist_ok=True)
    started, cpu = time.perf_counter(), time.process_time()
    with _writer(home) as writer:
        job = Job(writer, _start, 256, 32, lambda _: None, lambda: False)
        progress = index([archive], job).progress
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    status = Path("/proc/self/status").read_text()  # ru_maxrss has what the parent had, too
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    figures = f"{cpu:.2f} | {progress.files / cpu:,.0f} | {seconds:.2f} | {peak:.0f}"
    print(f"{progress.files:,} | {progress.moved:,} | {progress.gone:,} | {figures} |")


if __name__ == "__main__":
    main()
