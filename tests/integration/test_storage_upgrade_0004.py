"""A collection of schema 0004, as an older radseek wrote it, goes on working."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.machine_text import CaptionerCard
from search.lexical import word_query
from storage.database import open_for_reading
from storage.layout import Layout, layout_of
from storage.migrate import revision_of
from storage.reader import CollectionReader
from tests.unit.storage.factories import open_writer
from tests.unit.storage.laws import breaches

GOLDEN = Path(__file__).parents[1] / "golden" / "collection-0004"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """The old collection after a writer has opened it."""
    layout = layout_of(tmp_path, "main")
    shutil.copytree(GOLDEN, layout.root, ignore=shutil.ignore_patterns("make.py"))
    open_writer(tmp_path).close()
    return layout


def test_what_it_was_lies_beside_it_and_no_law_is_broken(tmp_path: Path, layout: Layout) -> None:
    engine = open_for_reading(layout.root / "catalog-0004.backup.sqlite")

    assert revision_of(engine) == "0004"
    engine.dispose()
    assert breaches(tmp_path) == {}


def test_reports_labels_and_words_are_as_they_were(tmp_path: Path, layout: Layout) -> None:
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()

        assert snapshot.ids.tolist() == [1, 5, 6, 7, 9]
        assert snapshot.label("head").tolist()[:2] == [0.5, 0.25]
        assert reader.reports(1) == ["No fracture of the skull."]
        assert snapshot.ids[snapshot.words(word_query(["no fracture"])) > 0].tolist() == [1]
        assert snapshot.captioner() is None
        assert snapshot.machine_words(word_query(["ct"])) is None


def test_machine_texts_can_come(tmp_path: Path, layout: Layout) -> None:
    with open_writer(tmp_path) as writer:
        writer.begin_texts(CaptionerCard("toy", "1", "cd" * 32, "none"))
        writer.put_texts(np.array([9]), ["X-ray of the chest."])
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()

        assert snapshot.machine_texts([1, 9]) == ["", "X-ray of the chest."]
        fits = snapshot.machine_words(word_query(["chest"]))
        assert fits is not None
        assert snapshot.ids[fits > 0].tolist() == [9]
