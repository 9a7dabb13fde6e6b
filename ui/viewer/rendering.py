"""The large picture of a hit, rendered again from its file."""

from core.errors import CannotDecode
from core.types import Record
from imaging.thumbnail import make_thumbnail
from radseek.archive import Archive

LARGEST_SIDE = 1600  # pixels; more than a drawer can show


def large_picture(archive: Archive, record: Record) -> bytes | None:
    """The record's frame as WebP, or None when its file is gone, changed or cannot be read."""
    try:
        modified = record.location.path.stat().st_mtime
        if int(modified) > record.indexed_at.timestamp():  # whole seconds
            return None
        pixels = archive.large_view(record.location, record.frame)
    except (OSError, CannotDecode):
        return None
    return make_thumbnail(pixels, LARGEST_SIDE)
