"""32 threads that search while another process adds, deletes and makes the index anew.

    python -m benchmarks.concurrent_search [--rows 100000] [--dim 512] [--seconds 60] [--index KIND]

Every answer is held against the snapshot it was made of: as many hits as there are, each of them in
it, once, with the cosine of its stored row, best first. One that is not is torn. Prints what
was answered, what was torn or failed, and the times from asking to answer; `--threads` more than
cores, so that most of the time is waiting for a core.
"""

import argparse
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np

from benchmarks.collection import RENDERING, file, fill, noisy, source, unit_rows
from core.types import Embeddings, EncoderCard
from storage.batch import Batch
from storage.index_kinds import IndexKind
from storage.reader import CollectionReader
from storage.writer import CollectionWriter

K = 50
BATCH = 256  # files that come with each commit, and as many go
REBUILD_EVERY = 10  # commits
THUMBNAIL = bytes(2_000)
TOLERANCE = 1e-6


@dataclass(slots=True)
class Account:
    """What one thread has seen."""

    seconds: list[float] = field(default_factory=list)
    torn: int = 0
    errors: list[str] = field(default_factory=list)
    sequences: set[int] = field(default_factory=set)


def main() -> None:
    """Fill a collection, search it beside a writer, print."""
    options = _options()
    rows = unit_rows(options.rows, options.dim)
    with tempfile.TemporaryDirectory() as folder:
        home, kind = Path(folder), IndexKind(options.index)
        with writer_of(home, options.dim, kind) as writer:
            fill(writer, rows, 4096, THUMBNAIL)
            writer.rebuild_index()
        accounts, commits = beside_a_writer(home, rows, options)
        told(accounts, commits, options)


def beside_a_writer(
    home: Path, rows: Embeddings, options: argparse.Namespace
) -> tuple[list[Account], int]:
    """Let threads search for a while and a process write: what each saw, and the commits."""
    context = get_context("spawn")
    over, commits = context.Event(), context.Value("i", 0)
    writing = context.Process(
        target=write,
        args=(home, options.rows, options.dim, IndexKind(options.index), over, commits),
    )
    with (
        CollectionReader.open(home, "main") as reader,
        ThreadPoolExecutor(options.threads) as threads,
    ):
        reader.snapshot()
        writing.start()
        until = time.monotonic() + options.seconds
        queries = noisy(rows[:: max(1, len(rows) // 1000)])
        asked = [
            threads.submit(search, reader, np.roll(queries, 31 * place, axis=0), until)
            for place in range(options.threads)
        ]
        accounts = [each.result() for each in asked]
        over.set()
        writing.join()
    return accounts, commits.value


def search(reader: CollectionReader, queries: Embeddings, until: float) -> Account:
    """Search one query after the other until the time is over."""
    account, number = Account(), 0
    while time.monotonic() < until:
        query = queries[number % len(queries)][None]
        number += 1
        try:
            began = time.perf_counter()
            snapshot = reader.snapshot()
            ids, scores = snapshot.search(query, K)
            account.seconds.append(time.perf_counter() - began)
        except Exception as error:
            account.errors.append(repr(error))
            continue
        account.sequences.add(snapshot.sequence)
        own = snapshot.embeddings(ids[0]).astype(np.float64) @ query[0].astype(np.float64)
        whole = (
            len(np.unique(ids)) == K
            and np.abs(scores[0] - own).max() <= TOLERANCE
            and (np.diff(scores[0]) <= 0).all()
        )
        account.torn += not whole
    return account


def write(
    home: Path, rows: int, dim: int, kind: IndexKind, over: Event, commits: "Synchronized[int]"
) -> None:
    """Add files and take others away, until it is over."""
    fresh = unit_rows(BATCH * 16, dim)
    with writer_of(home, dim, kind) as writer:
        while not over.is_set():
            number = commits.value
            some = [rows + number * BATCH + place for place in range(BATCH)]
            gone = [source(each - rows).location for each in some if each - rows < rows]
            new = [file(each, fresh[each % len(fresh)], THUMBNAIL) for each in some]
            writer.commit(Batch(new, gone=gone))
            commits.value += 1
            if commits.value % REBUILD_EVERY == 0:
                writer.rebuild_index()


def writer_of(home: Path, dim: int, kind: IndexKind) -> CollectionWriter:
    """Open the collection for writing."""
    card = EncoderCard("synthetic", "1", dim, "0" * 64, "none", "none")
    return CollectionWriter.open(home, "main", card, RENDERING, index=kind)


def told(accounts: list[Account], commits: int, options: argparse.Namespace) -> None:
    """Print the table."""
    seconds = np.concatenate([account.seconds for account in accounts])
    sequences = set[int]().union(*(account.sequences for account in accounts))
    errors = [error for account in accounts for error in account.errors]
    print(f"{options.rows:,} rows of {options.dim}, {options.index}, {options.threads} threads, ")
    print(f"{options.seconds:.0f} s, k = {K}\n\n| what | figure |\n|---|---|")
    print(f"| answers | {len(seconds):,}, {len(seconds) / options.seconds:,.0f} a second |")
    print(f"| states that were searched | {len(sequences)}, of {commits} commits |")
    print(f"| commits | {commits}, each of {BATCH} files that came and as many that went |")
    print(f"| errors | {len(errors)} {errors[:1] or ''} |")
    print(f"| torn answers | {sum(account.torn for account in accounts)} |")
    for share in (50, 99, 100):
        print(f"| p{share} | {1000 * np.percentile(seconds, share):,.1f} ms |")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--index", default="auto")
    return parser.parse_args()


if __name__ == "__main__":
    main()
