from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from core.types import Location, Record, Tags
from imaging.query import QueryReader
from imaging.rules import View
from ui.viewer.rendering import large_picture

NOW = datetime.now(UTC)


class Viewing:
    """As much of an archive as large pictures need."""

    def __init__(self, reader):
        self._reader = reader

    def large_view(self, location, frame):
        return self._reader.view(location, View(frame=frame))


@pytest.fixture(scope="module")
def archive():
    with QueryReader() as reader:
        yield Viewing(reader)


@pytest.fixture
def path(tmp_path):
    """A TIFF of two frames, white and 40 pixels wide, then black and 20 pixels wide."""
    file = tmp_path / "two.tiff"
    white, black = Image.new("L", (40, 30), 255), Image.new("L", (20, 10), 0)
    white.save(file, save_all=True, append_images=[black])
    return file


def _record(path, frame=0, indexed_at=None):
    later = NOW + timedelta(hours=1)
    return Record(1, Location(path), frame, Tags(), indexed_at or later)


def test_the_large_picture_is_that_of_the_frame(archive, path):
    white = Image.open(BytesIO(large_picture(archive, _record(path, 0))))
    black = Image.open(BytesIO(large_picture(archive, _record(path, 1))))
    assert (white.size, white.getpixel((5, 5))) == ((40, 30), (255, 255, 255))
    assert (black.size, black.getpixel((5, 5))) == ((20, 10), (0, 0, 0))


def test_a_file_that_is_gone_has_no_large_picture(archive, path):
    path.unlink()
    assert large_picture(archive, _record(path)) is None


def test_a_file_that_changed_after_indexing_is_not_shown_as_the_hit(archive, path):
    assert large_picture(archive, _record(path, indexed_at=NOW - timedelta(hours=1))) is None


def test_a_file_that_cannot_be_read_has_no_large_picture(archive, path):
    path.write_bytes(b"no image")
    assert large_picture(archive, _record(path)) is None
