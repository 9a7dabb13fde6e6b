"""Measure how a collection ends pictures, compacts, and refreshes its index. Prints a table.

python -m benchmarks.compaction --rows 100000 --dim 512

Times are of the processor. Memory is what belongs to the process alone: the pages of mapped shards
are the system's, and are left out.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from benchmarks.collection import RENDERING, fill, unit_rows
from core.types import Embeddings, EncoderCard, Location
from storage.batch import Batch
from storage.reader import CollectionReader
from storage.writer import CollectionWriter

STATUS = Path("/proc/self/status")
EACH = 3  # one picture of so many ends
BATCH = 2_048
THUMBNAIL = bytes(8_000)


def main() -> None:
    """Fill a collection in a temporary folder, end a third of it, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=512)
    options = parser.parse_args()
    card = EncoderCard("synthetic", "1", options.dim, "0" * 64, "none", "none")
    with tempfile.TemporaryDirectory() as home:
        for what, figure in measure(Path(home), card, unit_rows(options.rows, options.dim)):
            print(f"| {what:<44} | {figure:>32} |")


def measure(home: Path, card: EncoderCard, rows: Embeddings) -> Iterator[tuple[str, str]]:
    """Yield what was measured and the figure."""
    with CollectionWriter.open(home, "main", card, RENDERING) as writer:
        fill(writer, rows, BATCH, THUMBNAIL)
        yield "build the index", paced(writer.rebuild_index, len(rows))
        yield "refresh the index, nothing new", paced(writer.refresh_index, len(rows))
        with CollectionReader.open(home, "main") as reader:
            reader.snapshot()
            ending = list(writer.known())[::EACH]
            yield "end pictures", paced(lambda: end(writer, ending), len(ending))
            yield "snapshot after it", paced(reader.snapshot, len(rows))
            with peak_memory() as memory:
                figure = paced(writer.compact, len(rows) - len(ending))
            yield "compact, by rows that live", figure
            yield "memory before and at most", f"{memory.before:.0f} and {memory.most:.0f} MB"
            yield "snapshot after it", paced(reader.snapshot, len(rows) - len(ending))
        yield "refresh the index", paced(writer.refresh_index, len(rows) - len(ending))


def end(writer: CollectionWriter, places: Sequence[Location]) -> None:
    """Commit that these files are gone."""
    for start in range(0, len(places), BATCH):
        writer.commit(Batch(gone=places[start : start + BATCH]))


def paced(work: Callable[[], object], rows: int) -> str:
    """The processor time of some work, and how many rows that is in a second."""
    started = time.process_time()
    work()
    seconds = time.process_time() - started
    return f"{seconds:.2f} s, {rows / seconds:,.0f} rows/s"


@dataclass(slots=True)
class Memory:
    """In MB."""

    before: float
    most: float


@contextmanager
def peak_memory() -> Iterator[Memory]:
    """Watch the process's own memory meanwhile."""
    memory, is_done = Memory(own_memory(), 0.0), Event()

    def watch() -> None:
        while not is_done.wait(0.005):
            memory.most = max(memory.most, own_memory())

    thread = Thread(target=watch)
    thread.start()
    yield memory
    is_done.set()
    thread.join()


def own_memory() -> float:
    """The anonymous memory of this process in MB. Source: proc_pid_status(5)."""
    line = next(text for text in STATUS.read_text().splitlines() if text.startswith("RssAnon"))
    return int(line.split()[1]) / 1e3


if __name__ == "__main__":
    main()
