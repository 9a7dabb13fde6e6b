"""Duplicates and conflicts: linked, and none of them lost."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import UnknownName
from core.types import EmbeddedFile, Location, Related, Relation, SkipCode, Skipped, Tags
from storage.batch import Batch
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.storage.factories import (
    at,
    catalogued,
    embedded,
    open_writer,
    pending,
    prepared,
    random_rows,
    source,
)

ROWS = random_rows(12)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[CollectionWriter]:
    with open_writer(tmp_path) as opened:
        yield opened


@pytest.fixture
def reader(tmp_path: Path, writer: CollectionWriter) -> Iterator[CollectionReader]:
    with CollectionReader.open(tmp_path, "main") as opened:
        yield opened


def image(name: str, uid: str, *pixels: str) -> EmbeddedFile:
    """A file with a frame for each text that stands for its pixels."""
    pictures = [prepared(frame, pixels=text) for frame, text in enumerate(pixels)]
    file = embedded(name, ROWS[: len(pixels)], Tags(sop_uid=uid))
    return replace(file, pictures=pictures)


def others(reader: CollectionReader, picture_id: int) -> list[tuple[str, Location, int | None]]:
    links = reader.related(picture_id)
    return [(link.relation.value, link.location, link.picture_id) for link in links]


def test_copies_come_first_then_the_same_uid_then_the_same_pixels(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    files = [image("a", "1", "p"), image("sent again", "1", "p"), image("b", "2", "p")]
    writer.commit(Batch(files, copies=[source("a.zip", "a!", "a")]))
    writer.commit(Batch([image("other pixels", "1", "q"), image("unlike", "3", "r")]))

    assert others(reader, 1) == [
        ("same-bytes", at("a.zip", "a"), None),
        ("alternate", at("sent again"), 2),
        ("conflict", at("other pixels"), 4),
        ("same-pixels", at("b"), 3),
    ]
    assert others(reader, 5) == []


def test_a_copy_that_is_looked_at_alone_names_the_other_place(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([image("a", "1", "p")], copies=[source("b", "a!")]))
    writer.commit(Batch(skipped=[Skipped(at("a"), SkipCode.CORRUPT, "half a header")]))

    assert others(reader, 1) == []
    assert reader.duplicates() == []


def test_one_frame_that_differs_is_a_conflict(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([image("a", "1", "p", "q"), image("b", "1", "p", "r")]))

    assert others(reader, 2) == [("conflict", at("b"), 4)]
    assert reader.info().conflicts == 1


def test_pixels_that_were_not_read_are_not_called_equal_or_different(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    tags = Tags(sop_uid="1", series_uid="1")
    writer.commit(
        Batch([image("a", "1", "p")], [catalogued("b", tags=tags)], [pending("c", 1.0, tags)])
    )

    assert others(reader, 1) == [("same-uid", at("b"), None), ("same-uid", at("c"), None)]
    assert reader.duplicates() == [(Relation.SAME_UID, [at("a"), at("b"), at("c")])]
    assert reader.info().conflicts == 0


def test_pictures_of_an_older_radseek_are_not_called_equal(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([image("a", "1", ""), image("b", "1", "p"), image("c", "2", "")]))

    assert others(reader, 1) == [("same-uid", at("b"), 2)]


def test_files_without_a_uid_are_linked_by_pixels_alone(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([image("a.png", "", "p"), image("b.png", "", "p"), image("c", "", "q")]))

    assert others(reader, 1) == [("same-pixels", at("b.png"), 2)]
    assert reader.duplicates() == [(Relation.SAME_PIXELS, [at("a.png"), at("b.png")])]


def test_equal_frames_of_one_file_are_no_duplicates(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([image("a", "1", "p", "p")]))

    assert others(reader, 1) == []
    assert reader.duplicates() == []


def test_all_links_of_a_collection(writer: CollectionWriter, reader: CollectionReader) -> None:
    writer.commit(
        Batch(
            [
                image("a", "1", "p", "p2"),
                image("b", "2", "p", "p2"),
                image("conflict", "2", "x", "p2"),
                image("d", "4", "y"),
                image("e", "4", "y"),
                image("gone", "4", "z"),
            ],
            copies=[source("d-again", "d!")],
        )
    )
    writer.commit(Batch(skipped=[Skipped(at("gone"), SkipCode.CORRUPT, "half a header")]))

    assert reader.duplicates() == [
        (Relation.SAME_BYTES, [at("d"), at("d-again")]),
        (Relation.CONFLICT, [at("b"), at("conflict")]),
        (Relation.ALTERNATE, [at("d"), at("e")]),
        (Relation.SAME_PIXELS, [at("a"), at("b")]),
        (Relation.SAME_PIXELS, [at("a"), at("b"), at("conflict")]),
    ]
    info = reader.info()
    assert (info.conflicts, info.copies) == (1, 1)


def test_a_picture_that_has_ended_is_still_linked_for_those_who_see_it(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([image("a", "1", "p"), image("b", "1", "q")]))
    writer.commit(Batch(skipped=[Skipped(at("a"), SkipCode.CORRUPT, "half a header")]))

    assert reader.related(1) == [Related(Relation.CONFLICT, at("b"), 2)]
    assert reader.related(2) == []


def test_a_picture_that_never_was_is_named(reader: CollectionReader) -> None:
    with pytest.raises(UnknownName, match="id 9"):
        reader.related(9)
