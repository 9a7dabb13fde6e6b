"""The large picture of a hit, rendered again from its file."""

from threading import BoundedSemaphore

from core.errors import CannotDecode
from core.types import Picture, Record
from imaging.decode import read_pictures
from imaging.thumbnail import make_thumbnail

LARGEST_SIDE = 1600  # pixels; more than a drawer can show
AT_ONCE = BoundedSemaphore(2)  # a large file takes much memory while it is decoded


def large_picture(record: Record) -> bytes | None:
    """The record's frame as WebP, or None when its file is gone, changed or cannot be read."""
    try:
        if int(record.path.stat().st_mtime) > record.indexed_at.timestamp():  # whole seconds
            return None
        with AT_ONCE:
            pictures = read_pictures(record.path)
    except (OSError, CannotDecode):
        return None
    return _frame(pictures, record.frame)


def _frame(pictures: list[Picture], frame: int) -> bytes | None:
    wanted = (picture for picture in pictures if picture.frame == frame)
    picture = next(wanted, None)
    return None if picture is None else make_thumbnail(picture.pixels, LARGEST_SIDE)
