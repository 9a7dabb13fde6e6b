"""Reads the graphics that a DICOM file lays over its picture; drawn only where a viewer asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.tag import BaseTag

from imaging.display import Plane
from imaging.elements import RawDataset
from imaging.pixel_layout import PixelLayout

Words = NDArray[np.integer]  # (H, W), stored values with the bits that belong to no value

GROUPS: Final = tuple(range(0x6000, 0x6020, 2))
ROWS, COLUMNS, FRAMES, ORIGIN = 0x10, 0x11, 0x15, 0x50
FIRST_FRAME, ALLOCATED, BIT, BITS = 0x51, 0x100, 0x102, 0x3000
TAGS: Final = frozenset(
    group << 16 | element
    for group in GROUPS
    for element in (ROWS, COLUMNS, FRAMES, ORIGIN, FIRST_FRAME, ALLOCATED, BIT, BITS)
)


@dataclass(frozen=True, slots=True)
class _Group:
    """The elements of one overlay. Source: PS3.3 C.9.2 and C.9.6 (multi-frame)."""

    dataset: RawDataset
    number: int

    def raw(self, element: int) -> bytes:
        found = self.dataset.raw.get(BaseTag(self.number << 16 | element))
        return (found.value or b"") if found is not None else b""

    def words(self, element: int, kind: str) -> list[int]:
        order = "<" if self.dataset.original_encoding[1] is not False else ">"
        packed = self.raw(element)
        count = len(packed) // 2
        return [int(word) for word in np.frombuffer(packed, f"{order}{kind}", count)]

    def word(self, element: int, default: int) -> int:
        return next(iter(self.words(element, "u2")), default)

    def frames(self) -> range:
        """The frames of the picture that it lies over, from 0; all where it does not say."""
        text = self.raw(FRAMES).strip(b" \0")
        if not text.isdigit():
            return range(1 << 31)
        first = self.word(FIRST_FRAME, 1) - 1
        return range(first, first + int(text[:9]))


def read_overlays(
    dataset: RawDataset, layout: PixelLayout, frame: int, words: Words | None
) -> Plane:
    """Join all overlays of a frame: (rows, columns). What is cut off or misplaced is left out.

    `words` are the pixels as they lie in the file, for overlays in their unused bits, which were
    retired in 2004; None where they are compressed.
    """
    joined = np.zeros((layout.rows, layout.columns), bool)
    for plane, top, left in _planes(dataset, frame, words):
        _draw(joined, plane, top, left)
    return joined


def _planes(
    dataset: RawDataset, frame: int, words: Words | None
) -> Iterator[tuple[Plane, int, int]]:
    """Yield each overlay with the row and the column of its origin, from 0."""
    for number in GROUPS:
        group = _Group(dataset, number)
        plane = _separate(group, frame) if group.raw(BITS) else _embedded(group, words)
        if plane is not None:
            top, left = [*group.words(ORIGIN, "i2"), 1, 1][:2]
            yield plane, top - 1, left - 1


def _separate(group: _Group, frame: int) -> Plane | None:
    """Unpack the bits of an overlay, from the least significant one: PS3.5 section 8.1.2."""
    rows, columns, frames = group.word(ROWS, 0), group.word(COLUMNS, 0), group.frames()
    start = (frame - frames.start) * rows * columns if len(frames) < 1 << 31 else 0
    packed = group.raw(BITS)
    end = start + rows * columns
    if frame not in frames or not rows * columns or end > len(packed) * 8:
        return None
    first = start // 16 * 2  # of the words that hold the frame
    words = packed[first : -(-end // 16) * 2]
    if group.dataset.original_encoding[1] is False:
        words = np.frombuffer(words, ">u2", len(words) // 2).astype("<u2").tobytes()
    bits = np.unpackbits(np.frombuffer(words, np.uint8), bitorder="little")
    return bits[start - first * 8 : end - first * 8].reshape(rows, columns).astype(bool)


def _embedded(group: _Group, words: Words | None) -> Plane | None:
    """Take an overlay from a bit of the pixels that no value uses."""
    bit = group.word(BIT, 0)
    if words is None or group.word(ALLOCATED, 0) < 8 or not 0 < bit < words.dtype.itemsize * 8:
        return None
    drawn: Plane = (words >> bit) & 1 == 1
    return drawn


def _draw(onto: Plane, plane: Plane, top: int, left: int) -> None:
    """Draw what of a plane lies inside of the other."""
    rows, columns = onto.shape
    inside = plane[max(-top, 0) : max(rows - top, 0), max(-left, 0) : max(columns - left, 0)]
    down, right = max(top, 0), max(left, 0)
    onto[down : down + inside.shape[0], right : right + inside.shape[1]] |= inside
