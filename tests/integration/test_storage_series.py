"""Series: which slices wait for a choice, what a choice leaves, and in which order they lie."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.types import CatalogueCode, Place, SeriesImage, Slice, Tags
from storage.batch import Batch
from storage.catalog import FileState
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.storage.factories import (
    at,
    axial,
    catalogued,
    embedded,
    open_writer,
    pending,
    pending_slices,
    prepared,
    random_rows,
    source,
)

ROWS = random_rows(12)
LEFT_OUT = "Of each stack of its series at most 32 slices are embedded; this is not one."
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[CollectionWriter]:
    with open_writer(tmp_path) as opened:
        yield opened


@pytest.fixture
def reader(tmp_path: Path, writer: CollectionWriter) -> Iterator[CollectionReader]:
    with CollectionReader.open(tmp_path, "main") as opened:
        yield opened


def of(series: str, number: int | None = None, image_type: str = "ORIGINAL\\PRIMARY") -> Tags:
    return Tags(series_uid=series, instance_number=number, image_type=image_type)


def names(images: Sequence[SeriesImage] | Sequence[Slice]) -> list[str]:
    return [image.location.path.name for image in images]


def test_a_series_with_a_pending_slice_is_given_as_a_whole(writer: CollectionWriter) -> None:
    localizer = embedded(
        "scout", ROWS[2:3], of("2", image_type="ORIGINAL\\LOCALIZER"), place=axial(0)
    )
    writer.commit(
        Batch(
            [embedded("there", ROWS[:1], of("2"), place=axial(2.5)), localizer],
            [catalogued("report", tags=of("2"))],
            [
                pending("b", 20.25, of("2", 4)),
                pending("a", -1.0, of("2")),
                pending("c", 0, of("1")),
            ],
            copies=[source("b-again", "b!")],
        )
    )
    writer.commit(Batch([embedded("done", ROWS[1:2], of("3"), place=axial(1))]))

    stack = "1 0 0 0 1 0"
    assert pending_slices(writer) == [
        Slice(at("c"), "1", stack, 0.0, None, "pending"),
        Slice(at("there"), "2", stack, 2.5, None, "embedded"),
        Slice(at("b"), "2", stack, 20.25, 4, "pending"),
        Slice(at("a"), "2", stack, -1.0, None, "pending"),
    ]


def test_what_a_choice_leaves_out_is_catalogued_and_counts_at_the_next_choice(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch(pending=[pending(name, float(i), of("1")) for i, name in enumerate("abc")]))
    writer.commit(Batch([embedded("b", ROWS[:1], of("1"), place=axial(1.0))]))

    writer.settle([at("a"), at("b"), at("nowhere")])
    assert [(s.location, s.state) for s in pending_slices(writer)] == [
        (at("a"), "catalogued"),
        (at("b"), "embedded"),
        (at("c"), "pending"),
    ]
    writer.settle([at("c")])

    assert pending_slices(writer) == []
    left_out = reader.catalogued(CatalogueCode.NOT_SAMPLED)
    assert [(file.location, file.reason) for file in left_out] == [
        (at("a"), LEFT_OUT),
        (at("c"), LEFT_OUT),
    ]
    assert writer.known()[at("b")].state is FileState.EMBEDDED
    writer.commit(Batch(pending=[pending("d", 3.0, of("1"))]))
    assert names(pending_slices(writer)) == ["a", "b", "c", "d"]


def test_settling_one_copy_settles_all(writer: CollectionWriter) -> None:
    writer.commit(Batch(pending=[pending("a", 1.0, of("1"))], copies=[source("b", "a!")]))

    writer.settle([at("b")])

    assert {file.code for file in writer.known().values()} == {CatalogueCode.NOT_SAMPLED}


def test_another_number_of_slices_asks_again_for_those_left_out(tmp_path: Path) -> None:
    with open_writer(tmp_path, slices=2) as first:
        slices = [pending(name, float(i), of("1")) for i, name in enumerate("ab")]
        first.commit(Batch(catalogued=[catalogued("report", tags=of("1"))], pending=slices))
        first.settle([at("a"), at("b")])

    with open_writer(tmp_path, slices=2) as same:
        assert pending_slices(same) == []
    with open_writer(tmp_path, slices=0) as other:
        assert names(pending_slices(other)) == ["a", "b"]
        assert other.known()[at("report")].code == CatalogueCode.NO_PIXELS
    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.info().slices_per_series == 0


def test_a_series_is_in_the_order_of_its_stacks_and_positions(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    across = Place(SAGITTAL, (7.0, 0.0, 0.0))
    writer.commit(
        Batch(
            embedded=[
                embedded("high", ROWS[:1], of("1", 1), place=axial(30.0)),
                embedded("twice-late", ROWS[1:2], of("1", 9), place=axial(10.0)),
                embedded("across", ROWS[2:3], of("1", 3), place=across),
                embedded("scout", ROWS[3:4], of("1", 0, "ORIGINAL\\LOCALIZER"), place=axial(0.0)),
                embedded("cine", ROWS[4:6], of("1", 12)),
                embedded("elsewhere", ROWS[6:7], of("2", 1), place=axial(1.0)),
            ],
            catalogued=[catalogued("report", tags=of("1"))],
            pending=[pending("low", -5.0, of("1", 4)), pending("twice", 10.0, of("1", 2))],
        )
    )
    writer.settle([at("twice")])

    images = [replace(image, modified_ns=0) for image in reader.series("1")]

    axis, side = "1 0 0 0 1 0", "0 1 0 0 0 -1"
    assert images == [
        SeriesImage(at("across"), 0, side, -7.0, 3, 3),
        SeriesImage(at("low"), 0, axis, -5.0, 4, None),
        SeriesImage(at("twice"), 0, axis, 10.0, 2, None),
        SeriesImage(at("twice-late"), 0, axis, 10.0, 9, 2),
        SeriesImage(at("high"), 0, axis, 30.0, 1, 1),
        SeriesImage(at("cine"), 0, "", None, 12, 5),
        SeriesImage(at("cine"), 1, "", None, 12, 6),
        SeriesImage(at("scout"), 0, axis, 0.0, 0, 4),
    ]


def test_an_image_of_a_series_says_when_its_file_was_changed(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    one = embedded("one", ROWS[:1], of("1", 1))
    writer.commit(Batch(embedded=[one], pending=[pending("two", 1.0, of("1", 2))]))
    writer.settle([at("two")])
    changed = {image.location: image.modified_ns for image in reader.series("1")}
    assert changed[at("one")] == one.source.modified_ns
    assert changed[at("two")] == pending("two", 1.0).source.modified_ns


def test_the_frames_of_an_enhanced_file_lie_by_their_own_places(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    pictures = [prepared(frame, place=axial(z)) for frame, z in [(0, 9.0), (4, 3.0), (7, 6.0)]]
    file = replace(embedded("volume", ROWS[:3], of("1")), pictures=pictures)
    writer.commit(Batch([file]))

    assert [(image.frame, image.along) for image in reader.series("1")] == [(4, 3), (7, 6), (0, 9)]
    assert pending_slices(writer) == []


def test_a_tilt_that_scanners_round_away_is_one_stack(writer: CollectionWriter) -> None:
    tilted = Place((1.0, -0.0, 0.0, 0.0, 0.9999999, -0.0001), (0.0, 0.0, 4.0))
    writer.commit(Batch(pending=[pending("a", 1.0, of("1")), pending("b", 2.0, of("1"))]))
    odd = pending("c", 0.0, of("1"))
    writer.commit(Batch(pending=[replace(odd, instance=replace(odd.instance, place=tilted))]))

    assert {slice_.orientation for slice_ in pending_slices(writer)} == {"1 0 0 0 1 0"}


def test_files_without_a_series_are_no_series(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([embedded("a", ROWS[:1]), embedded("b", ROWS[1:2])]))

    assert reader.series("") == []
    assert reader.series("unheard") == []
