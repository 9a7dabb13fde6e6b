"""Takes files out of a collection, and never off the disk."""

from collections.abc import Callable
from typing import Final

from core.types import Location
from storage.batch import Batch
from storage.selection import Selection
from storage.writer import CollectionWriter

AT_ONCE: Final = 1000  # files in one durable batch


def remove(writer: CollectionWriter, selection: Selection, stopped: Callable[[], bool]) -> int:
    """Take the selected files out, and give their number; ends early when `stopped` turns true.

    The archives that hold some of them go too, and stay on record with their other members: so the
    next run lists them again, and finds what was taken out as it finds a new file.
    """
    removed = 0
    while not stopped() and (places := writer.some(selection, AT_ONCE)):
        archives = {Location(place.path) for place in places if place.member}
        writer.commit(Batch(gone=[*places, *sorted(archives.difference(places))]))
        removed += len(places)
    writer.compact_if_worn()
    writer.refresh_index()
    return removed
