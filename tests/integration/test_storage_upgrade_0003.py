"""A collection of schema 0003, as an older radseek wrote it, goes on working."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from core.types import Identity
from search.lexical import word_query
from storage.batch import Batch
from storage.database import open_for_reading
from storage.layout import Layout, layout_of
from storage.migrate import revision_of
from storage.reader import CollectionReader
from tests.unit.storage.factories import at, embedded, open_writer, random_rows
from tests.unit.storage.laws import breaches

GOLDEN = Path(__file__).parents[1] / "golden" / "collection-0003"
ROWS = random_rows(9, seed=3)  # as make.py beside the collection has them
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
    engine = open_for_reading(layout.root / "catalog-0003.backup.sqlite")

    assert revision_of(engine) == "0003"
    engine.dispose()


def test_no_law_is_broken(tmp_path: Path, layout: Layout) -> None:
    assert breaches(tmp_path) == {}
    assert answer(layout, "SELECT sequence, arrangement, next_id FROM meta") == [(5, 0, 10)]


def test_each_description_is_there_once(layout: Layout) -> None:
    described = answer(
        layout,
        """
        SELECT instances.id, study.modality, study.laterality, study.protocol,
               study.study_description
        FROM instances JOIN descriptions AS study ON study.id = description_id ORDER BY 1""",
    )

    silent = ("", "", "", "")
    head = ("CT", "L", "Kopf nativ", "Head trauma")
    assert described == [
        (1, *head),
        *[(number, *silent) for number in (2, 3, 4)],
        (5, "CR", "", "", "Thorax stehend, Übersicht"),
        *[(number, *silent) for number in (6, 7)],
    ]
    assert answer(layout, "SELECT count(*) FROM descriptions") == [(3,)]


@pytest.mark.parametrize(
    ("text", "ids"), [("kopf", [1]), ("left ct", [1]), ("ubersicht", [9]), ("x-ray", [9])]
)
def test_descriptions_are_found_by_their_words(
    tmp_path: Path, layout: Layout, text: str, ids: list[int]
) -> None:
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()

        assert snapshot.ids[snapshot.words(word_query([text])) > 0].tolist() == ids


def test_names_are_found_by_their_indexes(tmp_path: Path, layout: Layout) -> None:
    for column, wanted in (("patient_id", "id-3"), ("accession_number", "A3")):
        sql = f"SELECT instance_id FROM identities WHERE {column} = '{wanted}'"  # noqa: S608

        assert answer(layout, sql) == [(1,)]
        ((*_, plan),) = answer(layout, f"EXPLAIN QUERY PLAN {sql}")
        assert f"ix_identities_{column}" in str(plan)
    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.identity(1) == Identity(
            patient_id="id-3",
            name_alphabetic="Yamada^Hanako",
            birth_date="19700102",
            accession_number="A3",
        )


def test_its_pictures_are_found_and_more_can_come(tmp_path: Path, layout: Layout) -> None:
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        ids, scores = snapshot.search(LIVING, 1)
        with open_writer(tmp_path) as writer:
            writer.commit(Batch([embedded("new", ROWS[:1])]))
        after = reader.snapshot()
        shown = [record.location for record in after.describe(after.ids)]

    assert ids.ravel().tolist() == snapshot.ids.tolist() == [1, 5, 6, 7, 9]
    np.testing.assert_allclose(scores, 1, atol=1e-3)
    assert after.ids.tolist() == [1, 5, 6, 7, 9, 10]
    places = ["head.dcm", *["volume.dcm"] * 3, "chest.dcm", "new"]
    assert shown == [at(name) for name in places]
