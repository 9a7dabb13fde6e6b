"""Readers of one process see whole states while another writes, compacts and builds indexes."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import UnknownName
from core.types import Record
from storage.reader import CollectionReader
from storage.shards import to_half, to_unit
from storage.snapshot import Snapshot
from tests.unit.storage.factories import open_writer, random_rows

ROUNDS = 30
KEPT = 6  # of a batch
THREADS = 3

WRITER = """
import sys
from pathlib import Path
from storage import index_cache, shards
from storage.batch import Batch
from tests.unit.storage.factories import at, embedded, open_writer, random_rows

home, rounds, kept = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
shards.ROWS_PER_SHARD = 32
index_cache.MOST_LAG_ROWS = 10
with open_writer(home) as writer:
    for number in range(rounds):
        seeds = range(100 * number, 100 * number + 2 * kept)
        writer.commit(Batch([embedded(str(seed), random_rows(1, seed=seed)) for seed in seeds]))
        print(number, flush=True)
        writer.commit(Batch(gone=[at(str(seed)) for seed in seeds[kept:]]))
        if number % 2:
            writer.compact(share=0.1)
        if number % 3:
            writer.refresh_index()
"""


@dataclass
class Told:
    """How far the writer says that it has come."""

    rounds: int = 0

    def kept(self) -> set[str]:
        """The files that must be there by now, and stay."""
        return {str(100 * number + i) for number in range(self.rounds) for i in range(KEPT)}


@contextmanager
def a_writer(home: Path) -> Iterator["subprocess.Popen[str]"]:
    words = [sys.executable, "-c", WRITER, str(home), str(ROUNDS), str(KEPT)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        yield process
    assert process.returncode == 0


def listen(process: "subprocess.Popen[str]", told: Told, is_done: threading.Event) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        told.rounds = int(line) + 1
    is_done.set()


def described(reader: CollectionReader, snapshot: Snapshot) -> list[Record] | None:
    """The records of all its pictures; None when some were forgotten since."""
    try:
        return snapshot.describe(snapshot.ids)
    except UnknownName:
        assert reader.snapshot().sequence > snapshot.sequence
        return None


def look(reader: CollectionReader, told: Told) -> bool:
    """Check one snapshot, and say whether all its pictures could be described."""
    kept = told.kept()
    snapshot = reader.snapshot()
    rows = snapshot.embeddings(snapshot.ids)
    found, _ = snapshot.search(rows[-5:], 1)
    assert found.ravel().tolist() == snapshot.ids[-5:].tolist()
    records = described(reader, snapshot)
    if records is None:
        return False
    names = [record.location.path.name for record in records]
    assert kept <= set(names)
    committed = np.concatenate([random_rows(1, seed=int(name)) for name in names] or [rows])
    np.testing.assert_array_equal(rows, to_unit(to_half(committed)))
    return True


def test_every_snapshot_is_whole_while_a_writer_moves_rows(tmp_path: Path) -> None:
    open_writer(tmp_path).close()
    told, is_done = Told(), threading.Event()

    def read(reader: CollectionReader) -> int:
        looks = 0
        while not is_done.is_set():
            looks += look(reader, told)
        return looks

    with (
        CollectionReader.open(tmp_path, "main") as reader,
        a_writer(tmp_path) as process,
        ThreadPoolExecutor(THREADS + 1) as pool,
    ):
        pool.submit(listen, process, told, is_done)
        looks = [pool.submit(read, reader) for _ in range(THREADS)]
        assert all(future.result() > 0 for future in looks)

        assert told.rounds == ROUNDS
        assert look(reader, told)
        assert reader.info().pictures == ROUNDS * KEPT
