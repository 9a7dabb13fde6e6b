"""One content, many files: what is embedded, copied, moved, replaced, grouped."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import UnknownName
from core.types import CatalogueCode, Identity, Kept, Location, SkipCode, Skipped, Tags
from storage.accounts import CataloguedFile
from storage.batch import Batch
from storage.catalog import FileState
from storage.keys import Key
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.storage.factories import (
    at,
    catalogued,
    embedded,
    hash_of,
    open_writer,
    pending,
    pending_slices,
    prepared,
    random_rows,
    source,
)
from tests.unit.storage.laws import breaches

ROWS = random_rows(12)
CT = Tags(modality="CT", sop_class_uid="1.2.3")
BAD = Skipped(at("a"), SkipCode.CORRUPT, "half a header")
BAD_TOO = replace(BAD, location=at("bad"))


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[CollectionWriter]:
    with open_writer(tmp_path) as opened:
        yield opened


@pytest.fixture
def reader(tmp_path: Path, writer: CollectionWriter) -> Iterator[CollectionReader]:
    with CollectionReader.open(tmp_path, "main") as opened:
        yield opened
        assert breaches(tmp_path) == {}


def shown(reader: CollectionReader) -> dict[int, tuple[Location, int]]:
    """The place of each living picture, and in how many its bytes lie."""
    snapshot = reader.snapshot()
    records = snapshot.describe(snapshot.ids)
    return {record.id: (record.location, record.locations) for record in records}


def test_files_with_the_same_bytes_are_one_picture(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([embedded("a", ROWS[:1])]))
    writer.commit(Batch(copies=[source("b", "a!"), source("c.zip", "a!", "inside")]))

    assert shown(reader) == {1: (at("a"), 3)}
    assert {file.state for file in writer.known().values()} == {FileState.EMBEDDED}
    info = reader.info()
    assert (info.files, info.pictures, info.copies) == (3, 1, 2)


def test_a_second_file_in_a_batch_is_taken_as_a_copy(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    files = [embedded(name, ROWS[i : i + 1], content="same") for i, name in enumerate("ab")]
    writer.commit(Batch(files, [catalogued("c", "same")], [pending("d", 1.0, content="same")]))

    assert shown(reader) == {1: (at("a"), 4)}
    assert reader.snapshot().search(ROWS[:1], 1)[1][0, 0] == pytest.approx(1, abs=1e-3)
    assert reader.catalogued() == []


def test_a_copy_of_what_nobody_has_is_refused_and_nothing_is_there(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    with pytest.raises(ValueError, match="1 copies of bytes that no file"):
        writer.commit(Batch([embedded("a", ROWS[:1])], copies=[source("b", "unheard")]))

    assert writer.known() == {}
    assert reader.info().sequence == 0


def test_a_content_lives_until_its_last_file_leaves(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([embedded("a", ROWS[:1])], copies=[source("b", "a!")]))

    writer.commit(Batch(skipped=[BAD]))
    assert shown(reader) == {1: (at("b"), 1)}
    before = reader.snapshot()
    writer.commit(Batch([embedded("b", ROWS[1:2], content="new")]))

    assert shown(reader) == {2: (at("b"), 1)}
    (record,) = before.describe([1])
    assert (record.location, record.locations) == (at("b"), 1)
    assert before.keys(Key.PIXELS).tolist() == [1]
    assert writer.held([hash_of("a!"), hash_of("new")]) == {hash_of("new"): FileState.EMBEDDED}


def test_a_file_that_is_gone_is_forgotten_with_what_only_it_held(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([embedded("a", ROWS[:2]), embedded("b", ROWS[2:3])], skipped=[BAD_TOO]))
    writer.commit(Batch(copies=[source("c", "b!")]))
    before = reader.snapshot()

    writer.commit(Batch(gone=[at("a"), at("b"), BAD_TOO.location, at("never-seen")]))

    assert writer.known().keys() == {at("c")}
    assert shown(reader) == {3: (at("c"), 1)}
    assert [record.location for record in before.describe([1, 2, 3])] == [at("a"), at("a"), at("c")]
    assert (reader.info().files, reader.info().skipped) == (1, 0)


def test_a_file_that_moved_keeps_its_pictures(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([embedded("a", ROWS[:1])], pending=[pending("slice", 1.0)]))

    writer.commit(Batch(copies=[source("b", "a!"), source("d", "slice!")], gone=[at("a")]))
    writer.commit(Batch(gone=[at("slice")]))

    assert shown(reader) == {1: (at("b"), 1)}
    states = {place: file.state for place, file in writer.known().items()}
    assert states == {at("b"): FileState.EMBEDDED, at("d"): FileState.PENDING}


def test_what_comes_anew_stays_when_its_first_file_is_gone(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([embedded("a", ROWS[:1], content="x")]))

    writer.commit(Batch([embedded("b", ROWS[1:2], content="x")], gone=[at("a")]))

    assert shown(reader) == {2: (at("b"), 1)}


def test_two_files_that_change_places_keep_their_pictures(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(
        Batch([embedded("a", ROWS[:1], content="1"), embedded("b", ROWS[1:2], content="2")])
    )

    writer.commit(Batch(copies=[source("a", "2"), source("b", "1")]))

    assert shown(reader) == {1: (at("b"), 1), 2: (at("a"), 1)}


def test_bytes_that_are_embedded_anew_replace_their_pictures_in_all_places(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    names = Identity(patient_id="id-1")
    writer.commit(Batch([embedded("a", ROWS[:2], CT)], copies=[source("b", "a!")]))
    before = reader.snapshot()

    writer.commit(Batch([embedded("b", ROWS[2:3], content="a!", identity=names)]))

    assert shown(reader) == {3: (at("a"), 2)}
    assert reader.identity(3) == names
    assert reader.identity(1) is None
    assert [record.tags for record in before.describe([1, 2])] == [CT, CT]


@pytest.mark.parametrize("first", [catalogued("a", tags=CT), pending("a", 3.0, CT)])
def test_what_was_catalogued_or_pending_is_embedded_in_its_place(
    writer: CollectionWriter, reader: CollectionReader, first: object
) -> None:
    is_pending = hasattr(first, "kept") is False
    earlier = {"pending": [first]} if is_pending else {"catalogued": [first]}
    writer.commit(Batch(**earlier, copies=[source("b", "a!")]))

    writer.commit(Batch([embedded("a", ROWS[:1], Tags(modality="MR"))]))

    assert shown(reader) == {1: (at("a"), 2)}
    assert reader.snapshot().column("modality").values == ("MR",)
    assert reader.catalogued() == []
    assert pending_slices(writer) == []


def test_names_that_a_fuller_reading_finds_replace_those_of_the_first(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    slice_ = pending("a", 1.0)
    named = replace(slice_.instance, identity=Identity(patient_id="header"))
    writer.commit(Batch(pending=[replace(slice_, instance=named)]))
    writer.commit(Batch([embedded("a", ROWS[:1], identity=Identity(patient_id="whole file"))]))
    assert reader.identity(1) == Identity(patient_id="whole file")

    writer.commit(Batch([embedded("a", ROWS[:1])]))
    assert reader.identity(2) is None


def test_a_header_tells_nothing_new_of_embedded_bytes(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([embedded("a", ROWS[:1])]))

    writer.commit(Batch(pending=[pending("b", 1.0, content="a!")]))

    assert shown(reader) == {1: (at("a"), 2)}
    assert pending_slices(writer) == []


def test_catalogued_files_are_listed_by_code_and_place(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    zip_file = replace(
        catalogued("x.zip"), kept=Kept(CatalogueCode.CONTAINER, "A zip archive of 1 file.")
    )
    inside = replace(catalogued("", tags=CT), source=source("x.zip", member="report"))
    beside = catalogued("x.zip.txt")
    writer.commit(Batch(catalogued=[zip_file, inside, beside], copies=[source("y", "x.zip.txt!")]))

    report = CataloguedFile(
        at("x.zip", "report"), CatalogueCode.NO_PIXELS, "It is no-pixels.", "CT", "1.2.3"
    )
    listed = reader.catalogued()
    assert [file.location for file in listed] == [
        at("x.zip"),
        at("x.zip", "report"),
        at("x.zip.txt"),
        at("y"),
    ]
    assert listed[1] == report
    assert reader.catalogued(CatalogueCode.CONTAINER) == listed[:1]
    assert reader.catalogued(under=Path("/archive/x.zip")) == listed[:2]
    assert reader.catalogued(under=Path("/archive")) == listed
    assert reader.catalogued(under=Path("/")) == listed
    assert reader.catalogued(under=Path("/arch")) == []
    assert reader.catalogued(CatalogueCode.NO_PIXELS, Path("/archive/x.zip")) == [report]
    info = reader.info()
    assert info.catalogued_by_code == {CatalogueCode.CONTAINER: 1, CatalogueCode.NO_PIXELS: 3}


def test_skipped_files_are_listed_by_code_and_place(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    late = Skipped(at("late/x"), SkipCode.TIMED_OUT, "60 s")
    member = Skipped(at("late/y.zip", "m"), SkipCode.CORRUPT, "bad CRC")
    writer.commit(Batch(skipped=[member, late, BAD]))

    assert reader.skipped() == [BAD, late, member]
    assert reader.skipped(SkipCode.CORRUPT) == [BAD, member]
    assert reader.skipped(under=Path("/archive/late")) == [late, member]
    assert reader.skipped(SkipCode.CORRUPT, Path("/archive/late/y.zip")) == [member]
    assert reader.info().skipped_by_code == {SkipCode.CORRUPT: 2, SkipCode.TIMED_OUT: 1}


def test_living_pictures_with_equal_pixels_are_one_group(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(
        Batch([embedded("a", ROWS[:1], pixels="p"), embedded("b", ROWS[1:2], pixels="q")])
    )
    writer.commit(Batch([embedded("c", ROWS[2:4], pixels="p"), embedded("d", ROWS[4:6])]))
    snapshot = reader.snapshot()
    assert snapshot.keys(Key.PIXELS).tolist() == [1, 2, 1, 1, 5, 6]

    writer.commit(Batch([embedded("e", ROWS[6:7], pixels="p")], skipped=[BAD]))

    after = reader.snapshot()
    assert after.keys(Key.PIXELS)[after.places([7, 3])].tolist() == [1, 1]
    with pytest.raises(UnknownName, match="id 1"):
        after.places([1])
    assert snapshot.keys(Key.PIXELS)[snapshot.places([1])].tolist() == [1]


def test_pixels_that_return_after_all_were_gone_begin_a_group_of_their_own(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([embedded("a", ROWS[:1], pixels="p")]))
    writer.commit(Batch(skipped=[BAD]))
    writer.commit(Batch([embedded("a", ROWS[:1], pixels="p")]))

    assert reader.snapshot().keys(Key.PIXELS).tolist() == [2]


def test_frames_of_one_file_have_their_own_pixels(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    pictures = [prepared(frame, pixels=text) for frame, text in enumerate(["p", "q", "p"])]
    writer.commit(Batch([replace(embedded("a", ROWS[:3]), pictures=pictures)]))

    assert reader.snapshot().keys(Key.PIXELS).tolist() == [1, 2, 1]
