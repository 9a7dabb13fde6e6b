"""A writer that is killed at any instant loses at most the batch it was writing."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from contextlib import closing
from pathlib import Path

import numpy as np

from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.shards import shard_path
from tests.unit.storage.factories import DIM, embedded, open_writer, random_rows

KILLS = 8
FILES = 20  # in a batch
PICTURES = 3  # of a file

WRITER = """
import itertools, sys
from pathlib import Path
from storage import shards
from tests.unit.storage.factories import embedded, open_writer, random_rows

home, files, pictures = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
shards.ROWS_PER_SHARD = 500
with open_writer(home) as writer:
    first = len(writer.known()) // files
    print("open", flush=True)
    for batch in itertools.count(first):
        writer.commit([
            embedded(f"{batch}-{i}", random_rows(pictures, seed=batch * files + i))
            for i in range(files)
        ])
        if batch % 5 == 0:
            writer.refresh_index()
"""


def write_until_killed(home: Path, seconds: float) -> None:
    arguments = [str(home), str(FILES), str(PICTURES)]
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()


def committed_rows(home: Path) -> list[tuple[str, int, int, int, int]]:
    """(path, frame, shard, slot, crc32) of each picture, read without this program."""
    with closing(sqlite3.connect(layout_of(home, "main").catalog)) as connection:
        found = connection.execute(
            "SELECT CAST(path AS TEXT), frame, shard_id, slot, crc32 FROM pictures "
            "JOIN files ON files.id = file_id WHERE tombstone IS NULL"
        )
        return list(found)


def test_each_committed_row_survives_kills_at_random_instants(tmp_path: Path) -> None:
    instants = random.Random(20)  # noqa: S311
    seen = 0
    for _ in range(KILLS):
        write_until_killed(tmp_path, instants.uniform(0, 0.4))

        rows = committed_rows(tmp_path)
        assert len(rows) >= seen
        assert len(rows) % (FILES * PICTURES) == 0
        seen = len(rows)
        for path, frame, shard, slot, crc32 in rows:
            content = shard_path(layout_of(tmp_path, "main").shards, shard).read_bytes()
            stored = content[slot * DIM * 2 : (slot + 1) * DIM * 2]
            batch, place = map(int, Path(path).name.split("-"))
            made = random_rows(PICTURES, seed=batch * FILES + place)[frame]
            assert stored == made.astype("<f2").tobytes()
            assert zlib.crc32(stored) == crc32

    assert seen > 0
    with open_writer(tmp_path) as writer:
        known = writer.known()
        assert len(known) == seen // PICTURES
        writer.commit([embedded("after", random_rows(1, seed=7))])
        writer.refresh_index()
    with CollectionReader.open(tmp_path, "main") as reader:
        info, snapshot = reader.info(), reader.snapshot()
        assert (info.files, info.pictures, info.index_rows) == (len(known) + 1, seen + 1, seen + 1)
        assert {record.path for record in snapshot.describe(snapshot.ids)} == {
            *known,
            Path("/archive/after"),
        }
        # Another file can hold a nearly equal row, so the score decides.
        _, scores = snapshot.search(random_rows(1, seed=7), 1)
        np.testing.assert_allclose(scores, 1, atol=1e-5)


def test_a_reader_sees_what_another_process_commits(tmp_path: Path) -> None:
    open_writer(tmp_path).close()
    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.snapshot().ids.tolist() == []

        write_until_killed(tmp_path, 0.5)

        snapshot = reader.snapshot()
        assert len(snapshot.ids) == len(committed_rows(tmp_path)) > 0
        queries = snapshot.embeddings(snapshot.ids[-5:])
        assert snapshot.search(queries, 1)[0].ravel().tolist() == snapshot.ids[-5:].tolist()
