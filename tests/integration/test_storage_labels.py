"""Zero-shot labels in a collection, while batches come, pictures end and rows move."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidRequest, UnknownName
from storage.batch import Batch
from storage.label_sets import KeptSet, Label, LabelSet
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.storage.factories import at, one_each, open_writer, random_rows
from tests.unit.storage.laws import breaches

ROWS = random_rows(8)
PARTS = LabelSet("parts", (Label("Hand", ("a hand",)), Label("head", ("a head", "a skull"))))
SIDES = LabelSet("sides", (Label("left", group="side", tags=("L",)), Label("head")), True)
NAN = float("nan")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[CollectionWriter]:
    """Of a collection of four pictures, 1 to 4."""
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(one_each(ROWS[:4])))
        yield writer


@pytest.fixture
def reader(tmp_path: Path, writer: CollectionWriter) -> Iterator[CollectionReader]:
    with CollectionReader.open(tmp_path, "main") as reader:
        yield reader


def put(writer: CollectionWriter, kept: KeptSet, firsts: dict[int, float]) -> None:
    """Give pictures probabilities of the first label; the second has the rest."""
    first = np.array(list(firsts.values()), np.float32)
    writer.put_labels(kept, np.array(list(firsts)), np.stack([first, 1 - first], axis=1))


def hands(reader: CollectionReader) -> list[float]:
    return reader.snapshot().label("parts/hand").tolist()


def assert_same(found: Sequence[float], expected: Sequence[float]) -> None:
    np.testing.assert_array_equal(found, expected)


def test_a_label_is_known_of_the_pictures_that_have_it(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    kept = writer.begin_labels(PARTS)
    put(writer, kept, {1: 0.25, 3: 0.75})
    put(writer, kept, {4: 0.5})

    assert_same(hands(reader), [0.25, NAN, 0.75, 0.5])
    assert_same(reader.snapshot().label("HEAD").tolist(), [0.75, NAN, 0.25, 0.5])
    assert reader.snapshot().label("head").dtype == np.float32
    assert_same(reader.snapshot().label_table("parts")[2].tolist(), [0.75, 0.25])


def test_labels_follow_a_batch_a_removal_and_what_is_labelled_next(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    kept = writer.begin_labels(PARTS)
    put(writer, kept, {1: 0.25, 2: 0.5, 3: 0.75, 4: 1})
    before = reader.snapshot()
    assert_same(before.label("hand").tolist(), [0.25, 0.5, 0.75, 1])

    writer.commit(Batch(one_each(ROWS[4:6], "g"), gone=[at("f1")]))
    assert_same(hands(reader), [0.25, 0.75, 1, NAN, NAN])
    put(writer, kept, {6: 0.125})

    assert_same(hands(reader), [0.25, 0.75, 1, NAN, 0.125])
    assert_same(before.label("hand").tolist(), [0.25, 0.5, 0.75, 1])


def test_a_snapshot_does_not_see_what_is_labelled_later(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    kept = writer.begin_labels(PARTS)
    put(writer, kept, {1: 0.25})
    before = reader.snapshot()

    put(writer, kept, {2: 0.5})

    assert_same(before.label("hand").tolist(), [0.25, NAN, NAN, NAN])
    assert_same(hands(reader), [0.25, 0.5, NAN, NAN])


def test_a_set_is_gone_on_with_when_it_is_the_same(writer: CollectionWriter) -> None:
    first = writer.begin_labels(PARTS)

    assert writer.begin_labels(PARTS) == first
    with pytest.raises(InvalidRequest, match="another set of labels 'parts'"):
        writer.begin_labels(LabelSet("parts", PARTS.labels, multilabel=True))


def test_a_dropped_set_is_gone_and_one_of_its_name_is_another(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    put(writer, writer.begin_labels(PARTS), {1: 0.25, 2: 0.5})
    unread = reader.snapshot()
    writer.drop_labels("parts")
    assert reader.snapshot().labels() == ()

    put(writer, writer.begin_labels(PARTS), {2: 0.75})

    assert_same(hands(reader), [NAN, 0.75, NAN, NAN])
    with pytest.raises(UnknownName, match="removed since"):
        unread.label("hand")
    with pytest.raises(UnknownName, match=r"no set of labels 'part'\. It has: parts"):
        writer.drop_labels("part")


def test_a_label_of_two_sets_is_asked_with_the_name_of_one(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.begin_labels(SIDES)
    writer.begin_labels(PARTS)
    snapshot = reader.snapshot()

    assert snapshot.labels() == ("parts/Hand", "parts/head", "sides/left", "sides/head")
    assert [kept.asked for kept in snapshot.label_sets()] == [PARTS, SIDES]
    with pytest.raises(UnknownName, match="Several sets have a label 'head': parts, sides"):
        snapshot.label("head")
    with pytest.raises(UnknownName, match=r"no label 'foot'\. Known: parts/Hand"):
        snapshot.label("foot")
    assert np.isnan(snapshot.label("sides/HEAD")).all()


def test_a_compaction_forgets_the_labels_of_pictures_that_ended(
    writer: CollectionWriter, reader: CollectionReader, tmp_path: Path
) -> None:
    kept = writer.begin_labels(PARTS)
    put(writer, kept, {1: 0.25, 2: 0.5})
    put(writer, kept, {3: 0.75})
    put(writer, kept, {4: 1})
    writer.commit(Batch(gone=[at("f1"), at("f2")]))

    writer.compact(share=0)

    assert_same(hands(reader), [0.25, 1])
    with CollectionReader.open(tmp_path, "main") as anew:
        assert_same(hands(anew), [0.25, 1])
    with closing(sqlite3.connect(layout_of(tmp_path, "main").catalog)) as catalog:
        kept_ids = catalog.execute("SELECT ids FROM label_blocks ORDER BY id").fetchall()
    assert [np.frombuffer(ids, np.int64).tolist() for (ids,) in kept_ids] == [[1], [4]]


def test_files_are_found_by_where_they_lie(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch(gone=[at("f3")]))

    found = reader.snapshot().at([at("f2"), at("f0"), at("f3"), at("f2", "member"), at("none")])

    assert found == {at("f0"): [1], at("f2"): [3]}


def test_a_collection_with_labels_keeps_its_laws_and_a_cut_block_breaks_one(
    writer: CollectionWriter, tmp_path: Path
) -> None:
    put(writer, writer.begin_labels(PARTS), {1: 0.25, 2: 0.5})
    assert breaches(tmp_path) == {}

    with closing(sqlite3.connect(layout_of(tmp_path, "main").catalog)) as catalog, catalog:
        catalog.execute("UPDATE label_blocks SET probabilities = substr(probabilities, 3)")

    assert list(breaches(tmp_path)) == [
        "a block has a probability of each label for each of its pictures"
    ]
