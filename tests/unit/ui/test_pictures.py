from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from core.types import Record, Tags
from ui.pictures import large_picture

NOW = datetime.now(UTC)


@pytest.fixture
def path(tmp_path):
    """A TIFF of two frames, white and 40 pixels wide, then black and 20 pixels wide."""
    file = tmp_path / "two.tiff"
    white, black = Image.new("L", (40, 30), 255), Image.new("L", (20, 10), 0)
    white.save(file, save_all=True, append_images=[black])
    return file


def _record(path, frame=0, indexed_at=None):
    return Record(1, path, frame, Tags(), indexed_at or NOW + timedelta(hours=1))


def test_the_large_picture_is_that_of_the_frame(path):
    white = Image.open(BytesIO(large_picture(_record(path, 0))))
    black = Image.open(BytesIO(large_picture(_record(path, 1))))
    assert (white.size, white.getpixel((5, 5))) == ((40, 30), (255, 255, 255))
    assert (black.size, black.getpixel((5, 5))) == ((20, 10), (0, 0, 0))


def test_a_file_that_is_gone_has_no_large_picture(path):
    path.unlink()
    assert large_picture(_record(path)) is None


def test_a_file_that_changed_after_indexing_is_not_shown_as_the_hit(path):
    assert large_picture(_record(path, indexed_at=NOW - timedelta(hours=1))) is None


def test_a_file_that_cannot_be_read_has_no_large_picture(path):
    path.write_bytes(b"no image")
    assert large_picture(_record(path)) is None


def test_a_frame_that_is_not_there_has_no_large_picture(path):
    assert large_picture(_record(path, frame=9)) is None
