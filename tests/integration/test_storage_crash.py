"""A writer that is killed at any instant loses at most the batch it was writing."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np

from core.types import Location
from storage.batch import Batch
from storage.catalog import FileState
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.shards import shard_path
from storage.writer import CollectionWriter
from tests.unit.storage.factories import DIM, embedded, open_writer, random_rows
from tests.unit.storage.laws import breaches

KILLS = 8
FILES = 20  # in a batch
PICTURES = 3  # of a file

WRITER = """
import itertools, sys
from pathlib import Path
from core.types import SkipCode, Skipped, Tags
from storage import shards
from core.types import Location
from storage.batch import Batch
from tests.unit.storage.factories import at, embedded, open_writer, pending, random_rows, source

home, files, pictures = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
shards.ROWS_PER_SHARD = 500
with open_writer(home) as writer:
    first = sum(place.path.name.startswith("copy") for place in writer.known())
    print("open", flush=True)
    for batch in itertools.count(first):
        new = [
            embedded(f"{batch}-{i}", random_rows(pictures, seed=batch * files + i))
            for i in range(files)
        ]
        moving = embedded("moving", random_rows(1, seed=1_000_000 + batch), content=f"m{batch}")
        series = Tags(series_uid=str(batch))
        writer.commit(Batch(
            embedded=[*new, moving],
            pending=[pending(f"slice-{batch}-{i}", float(i), series) for i in range(4)],
            copies=[source(f"copy-{batch}", content=f"m{batch}")],
            skipped=[Skipped(at(f"bad-{batch}"), SkipCode.CORRUPT, "half a header")],
        ))
        writer.settle([at(f"slice-{batch}-{i}") for i in (0, 3)])
        doomed = [f"doomed-{batch}-{i}" for i in range(5)]
        writer.commit(Batch([embedded(name, random_rows(1)) for name in doomed]))
        writer.commit(Batch(gone=[at(name) for name in doomed]))
        if batch % 2 == 0:
            writer.compact(share=0.05)
        if batch % 5 == 0:
            writer.rebuild_index()
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
            "JOIN files USING (instance_id) WHERE tombstone IS NULL "
            "AND CAST(path AS TEXT) GLOB '*/[0-9]*-[0-9]*'"
        )
        return list(found)


def settled_slices(home: Path) -> list[int]:
    """For each series the number of its slices that were left out."""
    with closing(sqlite3.connect(layout_of(home, "main").catalog)) as connection:
        found = connection.execute(
            "SELECT sum(code IS NOT NULL) FROM instances WHERE series_uid <> '' GROUP BY series_uid"
        )
        return [number for (number,) in found]


def arrangement(home: Path) -> int:
    """How often rows were moved."""
    with closing(sqlite3.connect(layout_of(home, "main").catalog)) as connection:
        number: int = connection.execute("SELECT arrangement FROM meta").fetchone()[0]
    return number


def doomed(writer: CollectionWriter) -> list[Location]:
    """The files that a killed writer had no time to take out again."""
    return [place for place in writer.known() if place.path.name.startswith("doomed")]


def test_each_committed_row_survives_kills_at_random_instants(tmp_path: Path) -> None:
    instants = random.Random(20)  # noqa: S311
    seen = 0
    for _ in range(KILLS):
        write_until_killed(tmp_path, instants.uniform(0, 0.4))

        rows = committed_rows(tmp_path)
        assert len(rows) >= seen
        assert len(rows) % (FILES * PICTURES) == 0
        assert breaches(tmp_path) == {}
        assert set(settled_slices(tmp_path)) <= {0, 2}
        seen = len(rows)
        for path, frame, shard, slot, crc32 in rows:
            content = shard_path(layout_of(tmp_path, "main").shards, shard).read_bytes()
            stored = content[slot * DIM * 2 : (slot + 1) * DIM * 2]
            batch, place = map(int, Path(path).name.split("-"))
            made = random_rows(PICTURES, seed=batch * FILES + place)[frame]
            assert stored == made.astype("<f2").tobytes()
            assert zlib.crc32(stored) == crc32

    batches = seen // FILES // PICTURES
    assert batches > 0
    assert arrangement(tmp_path) > 0
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(gone=doomed(writer)))
        known = writer.known()
        states = Counter(file.state for file in known.values())
        assert states[FileState.EMBEDDED] == batches * (FILES + 1) + 1
        assert states[FileState.PENDING] + states[FileState.CATALOGUED] == 4 * batches
        assert states[FileState.SKIPPED] == batches
        writer.commit(Batch([embedded("after", random_rows(1, seed=7))]))
        writer.rebuild_index()
    with CollectionReader.open(tmp_path, "main") as reader:
        info, snapshot = reader.info(), reader.snapshot()
        # Each batch has a picture of its own in `moving`, of which a copy is left.
        pictures = seen + batches + 1
        assert (info.pictures, info.index_rows, info.copies) == (pictures, pictures, 1)
        shown = {record.location for record in snapshot.describe(snapshot.ids)}
        assert shown >= {place for place, file in known.items() if place.path.name[0].isdigit()}
        # Another file can hold a nearly equal row, so the score decides.
        _, scores = snapshot.search(random_rows(1, seed=7), 1)
        np.testing.assert_allclose(scores, 1, atol=1e-5)


def test_a_reader_sees_what_another_process_commits(tmp_path: Path) -> None:
    open_writer(tmp_path).close()
    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.snapshot().ids.tolist() == []

        write_until_killed(tmp_path, 0.5)
        with open_writer(tmp_path) as writer:
            writer.commit(Batch(gone=doomed(writer)))

        snapshot = reader.snapshot()
        batches = len(committed_rows(tmp_path)) // FILES // PICTURES
        assert len(snapshot.ids) == batches * (FILES * PICTURES + 1) > 0
        queries = snapshot.embeddings(snapshot.ids[-5:])
        assert snapshot.search(queries, 1)[0].ravel().tolist() == snapshot.ids[-5:].tolist()
