"""Machine texts in a collection: found by their words, apart from reports, and taken away again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidRequest
from core.machine_text import CaptionerCard
from core.types import Tags
from search.lexical import word_query
from storage.batch import Batch
from storage.given_reports import GivenReport, ReportKey
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.storage.factories import at, embedded, one_each, open_writer, random_rows
from tests.unit.storage.laws import breaches

ROWS = random_rows(6)
CARD = CaptionerCard("toy", "1", "cd" * 32, "none")
HAND, HEAD = "X-ray of the hand.", "MRI of the head: no tumor."


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[CollectionWriter]:
    """Of a collection of four pictures, 1 to 4; 1 to 3 are described, 4 is of a known study."""
    with open_writer(tmp_path) as writer:
        study = Tags(study_uid="2.25.4", modality="CT")
        writer.commit(Batch([*one_each(ROWS[:3]), embedded("told", ROWS[3:4], study)]))
        writer.begin_texts(CARD)
        writer.put_texts(np.array([1, 2]), [HAND, HEAD])
        writer.put_texts(np.array([3]), [HAND])
        yield writer


@pytest.fixture
def reader(tmp_path: Path, writer: CollectionWriter) -> Iterator[CollectionReader]:
    with CollectionReader.open(tmp_path, "main") as reader:
        yield reader


def found(reader: CollectionReader, text: str) -> list[int]:
    """The pictures that machine texts bring."""
    snapshot = reader.snapshot()
    fits = snapshot.machine_words(word_query([text]))
    return [] if fits is None else snapshot.ids[fits > 0].tolist()


def test_each_picture_has_its_text(tmp_path: Path, reader: CollectionReader) -> None:
    snapshot = reader.snapshot()

    assert snapshot.machine_texts([4, 2, 1, 3]) == ["", HEAD, HAND, HAND]
    assert snapshot.undescribed().tolist() == [4]
    kept = snapshot.captioner()
    assert kept is not None
    assert kept.card == CARD
    assert breaches(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("hand", [1, 3]),
        ("hands", [1, 3]),
        ('"x-ray of the hand"', [1, 3]),
        ("tumor", []),  # it is denied
        ("no tumor", [2]),
        ("mri -head", []),
        ("chest", []),
    ],
)
def test_words_find_machine_texts(reader: CollectionReader, text: str, ids: list[int]) -> None:
    assert found(reader, text) == ids


def test_machine_texts_are_no_reports(reader: CollectionReader) -> None:
    snapshot = reader.snapshot()

    assert not snapshot.words(word_query(["hand"])).any()
    assert reader.reports(1) == []


def test_what_a_report_has_that_is_not_wanted_takes_a_machine_text_away(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.put_texts(np.array([4]), [HAND])
    writer.give_reports([GivenReport(1, ReportKey.STUDY, "2.25.4", "A fracture.")], set())

    assert found(reader, "hand") == [1, 3, 4]
    assert found(reader, "hand -fracture") == [1, 3]


def test_texts_of_another_captioner_are_refused(writer: CollectionWriter) -> None:
    writer.begin_texts(CARD)

    with pytest.raises(InvalidRequest, match="radseek describe --forget"):
        writer.begin_texts(replace(CARD, weights_sha256="ef" * 32))


def test_forgotten_texts_are_found_no_more(
    tmp_path: Path, writer: CollectionWriter, reader: CollectionReader
) -> None:
    assert found(reader, "hand") == [1, 3]
    writer.forget_texts()

    assert found(reader, "hand") == []
    assert reader.snapshot().captioner() is None
    assert reader.snapshot().machine_words(word_query(["hand"])) is None
    assert reader.snapshot().undescribed().tolist() == [1, 2, 3, 4]
    assert HAND.encode() not in layout_of(tmp_path, "main").catalog.read_bytes()
    writer.begin_texts(replace(CARD, name="other"))
    writer.put_texts(np.array([1]), [HEAD])
    assert found(reader, '"mri of the head"') == [1]
    assert breaches(tmp_path) == {}


def test_a_compaction_forgets_the_texts_of_pictures_that_have_gone(
    tmp_path: Path, writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch(one_each(ROWS[4:5], "new"), gone=[at("f0"), at("f1")]))
    writer.compact(share=0)
    snapshot = reader.snapshot()

    assert snapshot.ids.tolist() == [3, 4, 5]
    assert snapshot.machine_texts([3, 4, 5]) == [HAND, "", ""]
    assert found(reader, "hand") == [3]
    assert found(reader, "mri") == []
    assert breaches(tmp_path) == {}
