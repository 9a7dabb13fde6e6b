"""What a person can scroll through from a picture: the frames of its file, or its series."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from core.errors import UnknownName
from core.types import Location, Record, SeriesImage
from storage.reader import CollectionReader

MOST_KEPT: Final = 64  # stacks of one reader


@dataclass(frozen=True, slots=True)
class Layer:
    """One image of a stack."""

    location: Location
    frame: int  # from 0
    modified_ns: int  # of the file, when it was last read
    picture_id: int | None = None  # None: it is not indexed
    along: float | None = None  # mm along the normal of the slice

    def is_unchanged(self) -> bool:
        """Whether its file is there, and as it was when it was read."""
        try:
            return self.location.path.stat().st_mtime_ns == self.modified_ns
        except OSError:
            return False


@dataclass(frozen=True)
class Stack:
    """Images in order."""

    layers: tuple[Layer, ...]
    own: int  # the place of the picture itself

    @cached_property
    def version(self) -> str:
        """Another one as soon as a place of the stack holds another image."""
        digest = hashlib.sha256()
        for each in self.layers:
            digest.update(f"{each.location}\0{each.frame}\0{each.modified_ns}\0".encode())
        return digest.hexdigest()[:16]


Found = tuple[Record, Stack]


def stack_of(reader: CollectionReader, record: Record) -> Stack:
    """The stack that a picture is in; that of a file with many frames is all of them.

    Raises UnknownName for a picture that has gone since.
    """
    images = reader.series(record.tags.series_uid)
    layers = _frames(record, images) if record.tags.frames > 1 else _slices(images)
    for place, layer in enumerate(layers):
        if layer.picture_id == record.id:
            return Stack(layers, place)
    raise UnknownName(f"Picture {record.id} is not in the collection any more. Search again.")


def _slices(images: Sequence[SeriesImage]) -> tuple[Layer, ...]:
    return tuple(_layer(image) for image in images)


def _frames(record: Record, images: Sequence[SeriesImage]) -> tuple[Layer, ...]:
    """All frames of a file, also those that are not indexed."""
    known = {image.frame: image for image in images if image.location == record.location}
    if not known:
        return ()
    modified_ns = next(iter(known.values())).modified_ns
    return tuple(
        _layer(known[frame]) if frame in known else Layer(record.location, frame, modified_ns)
        for frame in range(record.tags.frames)
    )


def _layer(image: SeriesImage) -> Layer:
    return Layer(image.location, image.frame, image.modified_ns, image.picture_id, image.along)


class Stacks:
    """The stacks that were asked for last; threads can share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: WeakKeyDictionary[CollectionReader, dict[tuple[int, int], Found]]
        self._kept = WeakKeyDictionary()

    def of(self, reader: CollectionReader, picture_id: int) -> Found:
        """A picture and its stack as they are now. Raises UnknownName, StorageError."""
        snapshot = reader.snapshot()
        key = (snapshot.sequence, picture_id)
        with self._lock:
            found = self._kept.setdefault(reader, {}).get(key)
        if found is None:
            (record,) = snapshot.describe([picture_id])
            found = record, stack_of(reader, record)
            self._keep(reader, key, found)
        return found

    def _keep(self, reader: CollectionReader, key: tuple[int, int], found: Found) -> None:
        with self._lock:
            kept = self._kept[reader]
            kept[key] = found
            while len(kept) > MOST_KEPT:
                kept.pop(next(iter(kept)))
