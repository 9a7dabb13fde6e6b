"""A collection of schema 0002, as an older radseek wrote it, goes on working."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from core.types import Identity
from storage.batch import Batch
from storage.catalog import FileState
from storage.database import open_for_reading
from storage.layout import Layout, layout_of
from storage.migrate import revision_of
from storage.reader import CollectionReader
from tests.unit.storage.factories import at, embedded, open_writer, random_rows
from tests.unit.storage.laws import breaches

GOLDEN = Path(__file__).parents[1] / "golden" / "collection-0002"
ROWS = random_rows(9, seed=2)  # as make.py beside the collection has them
LIVING = ROWS[[0, 4, 5, 6, 8]]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """The old collection after a writer has opened it."""
    layout = layout_of(tmp_path, "main")
    shutil.copytree(GOLDEN, layout.root, ignore=shutil.ignore_patterns("make.py"))
    open_writer(tmp_path).close()
    return layout


def answer(layout: Layout, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(layout.catalog)) as connection:
        return connection.execute(sql).fetchall()


def test_what_it_was_lies_beside_it(layout: Layout) -> None:
    engine = open_for_reading(layout.root / "catalog-0002.backup.sqlite")

    assert revision_of(engine) == "0002"
    engine.dispose()


def test_all_but_its_newest_shard_are_sealed(tmp_path: Path, layout: Layout) -> None:
    assert answer(layout, "SELECT * FROM shards") == [(0, 6, 1), (1, 3, 0)]
    assert answer(layout, "SELECT sequence, arrangement, next_id FROM meta") == [(5, 0, 10)]
    assert breaches(tmp_path) == {}


def test_its_files_and_pictures_say_what_they_said(tmp_path: Path, layout: Layout) -> None:
    with open_writer(tmp_path) as writer, CollectionReader.open(tmp_path, "main") as reader:
        states = {place.path.name: file.state for place, file in writer.known().items()}
        snapshot = reader.snapshot()
        records = snapshot.describe(snapshot.ids)
        names, thumbnail = reader.identity(1), reader.thumbnail(9)

    assert states == {
        "head.dcm": FileState.EMBEDDED,
        "volume.dcm": FileState.EMBEDDED,
        "copy": FileState.EMBEDDED,
        "plain.png": FileState.EMBEDDED,
        "report": FileState.CATALOGUED,
        "slice": FileState.PENDING,
        "bad.dcm": FileState.SKIPPED,
    }
    assert [(record.id, record.location, record.locations) for record in records] == [
        (1, at("head.dcm"), 2),
        *[(number, at("volume.dcm"), 1) for number in (5, 6, 7)],
        (9, at("plain.png"), 1),
    ]
    assert records[0].tags.body_part == "HEAD"
    assert names == Identity(
        patient_id="id-2",
        name_alphabetic="Yamada^Hanako",
        birth_date="19700102",
    )
    assert thumbnail == b"webp"


def test_its_pictures_are_found_and_more_can_come(tmp_path: Path, layout: Layout) -> None:
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        ids, scores = snapshot.search(LIVING, 1)
        with open_writer(tmp_path) as writer:
            writer.commit(Batch([embedded("new", ROWS[:1])]))
        after = reader.snapshot()

    assert ids.ravel().tolist() == snapshot.ids.tolist() == [1, 5, 6, 7, 9]
    np.testing.assert_allclose(scores, 1, atol=1e-3)
    assert after.ids.tolist() == [1, 5, 6, 7, 9, 10]
    assert answer(layout, "SELECT * FROM shards") == [(0, 6, 1), (1, 4, 0)]
