import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import UnknownName
from core.types import Location, Record, SeriesImage, Tags
from ui.viewer.stack import Layer, Stacks, stack_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def place(name):
    return Location(Path(f"/archive/{name}.dcm"))


def image(name, picture_id=None, frame=0, along=None, modified_ns=5):
    return SeriesImage(place(name), frame, "", along, None, picture_id, modified_ns)


def record(picture_id, name, frames=1, frame=0):
    return Record(picture_id, place(name), frame, Tags(series_uid="1.2", frames=frames), NOW)


class Reader:
    """As much of a reader as stacks need."""

    def __init__(self, *images, records=()):
        self.images, self.records, self.sequence = list(images), list(records), 1
        self.asked = 0

    def series(self, series_uid):
        assert series_uid == "1.2"
        self.asked += 1
        return self.images

    def snapshot(self):
        return self

    def describe(self, ids):
        return [each for each in self.records if each.id == ids[0]]


def test_a_slice_is_in_the_stack_of_its_series_with_those_that_are_not_indexed():
    images = [image("a", along=1.0), image("b", 7, along=2.0), image("c", along=3.0)]
    stack = stack_of(Reader(*images), record(7, "b"))
    assert stack.own == 1
    assert [layer.picture_id for layer in stack.layers] == [None, 7, None]
    assert [layer.along for layer in stack.layers] == [1.0, 2.0, 3.0]


def test_a_file_of_many_frames_is_a_stack_of_all_of_them():
    images = [image("clip", 7, frame=1), image("clip", 8, frame=3), image("other", 9)]
    stack = stack_of(Reader(*images), record(8, "clip", frames=5, frame=3))
    assert stack.own == 3
    assert [layer.picture_id for layer in stack.layers] == [None, 7, None, 8, None]
    assert {layer.location for layer in stack.layers} == {place("clip")}
    assert [layer.frame for layer in stack.layers] == [0, 1, 2, 3, 4]


def test_a_picture_that_has_gone_meanwhile_has_no_stack():
    with pytest.raises(UnknownName):
        stack_of(Reader(image("a", 1)), record(7, "b"))


@pytest.mark.parametrize(
    "changed",
    [
        [image("b", 7), image("a")],
        [image("a"), image("b", 7, modified_ns=6)],
        [image("a"), image("b", 7), image("c")],
    ],
    ids=["order", "file", "more"],
)
def test_another_image_at_a_place_is_another_version(changed):
    before = stack_of(Reader(image("a"), image("b", 7)), record(7, "b"))
    again = stack_of(Reader(image("a"), image("b", 7)), record(7, "b"))
    assert before.version == again.version
    assert before.version != stack_of(Reader(*changed), record(7, "b")).version


def test_a_file_that_was_touched_or_is_gone_is_not_as_it_was(tmp_path):
    path = tmp_path / "a.dcm"
    path.write_bytes(b"a")
    layer = Layer(Location(path), 0, path.stat().st_mtime_ns)
    assert layer.is_unchanged()
    os.utime(path, ns=(1, 1))
    assert not layer.is_unchanged()
    path.unlink()
    assert not layer.is_unchanged()


def test_a_stack_is_looked_up_again_when_the_collection_has_changed():
    reader = Reader(image("b", 7), records=[record(7, "b")])
    stacks = Stacks()
    assert stacks.of(reader, 7) == stacks.of(reader, 7)
    assert reader.asked == 1
    reader.sequence = 2
    stacks.of(reader, 7)
    assert reader.asked == 2
