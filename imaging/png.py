"""Checks that a PNG is as it was written, and all of it there, which Pillow does not."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from core.errors import CannotDecode
from core.types import SkipCode

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
HEADER_END: Final = 33  # of the first chunk
AROUND: Final = 12  # bytes of a chunk besides its body: length, name, checksum
SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by colour type
WHOLE: Final = ((0, 0, 1, 1),)
# Left, top, and steps across and down of the seven passes of an interlaced picture: section 8.2.
PASSES: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
PIECE: Final = 1 << 20  # bytes that are inflated at a time
FRAME: Final = b"fdAT"  # the pixels of a further frame; the only part of a picture in lower case


def declared_size(content: bytes) -> tuple[int, int]:
    """Give the rows and columns; zeros where the header is cut."""
    if len(content) < HEADER_END:
        return 0, 0
    width, height = struct.unpack_from(">LL", content, 16)
    return height, width


def check_chunks(content: bytes) -> None:
    """Compare the checksum of each whole chunk that makes up the picture.

    Source: PNG (third edition), sections 5.3 to 5.5. Raises CannotDecode (CORRUPT).
    """
    for name, body, checksum in _chunks(memoryview(content)):
        is_pixels = name[:1].isupper() or name == FRAME
        if is_pixels and zlib.crc32(body, zlib.crc32(name)) != checksum:
            raise CannotDecode(
                SkipCode.CORRUPT, "A checksum in it is wrong. Copy it again from its source."
            )


def check_rows(content: bytes) -> None:
    """Inflate the first picture, and see that no row is missing.

    Source: sections 7.2 and 11.2.1. Raises CannotDecode (CORRUPT).
    """
    packed = [body for name, body, _ in _chunks(memoryview(content)) if name == b"IDAT"]
    if sum(map(len, _inflated(packed))) < _declared_bytes(content):
        raise CannotDecode(
            SkipCode.CORRUPT, "Rows of it are missing. Copy it again from its source."
        )


def _declared_bytes(content: bytes) -> int:
    """Add up the bytes of all rows, each with its filter, in each pass with pixels."""
    width, height, bits, kind = struct.unpack_from(">LLBB", content, 16)
    total = 0
    for left, top, across, down in PASSES if content[28] else WHOLE:
        columns, rows = -((left - width) // across), -((top - height) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 - (-columns * bits * SAMPLES[kind] // 8))
    return total


def _inflated(packed: Iterable[memoryview]) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    for body in packed:
        waiting: bytes | memoryview = body
        while waiting and not inflater.eof:
            yield inflater.decompress(waiting, PIECE)
            waiting = inflater.unconsumed_tail
    yield inflater.flush(PIECE)


def _chunks(content: memoryview) -> Iterator[tuple[bytes, memoryview, int]]:
    place = len(SIGNATURE)
    while place + AROUND <= len(content):
        length, name = struct.unpack_from(">L4s", content, place)
        end = place + AROUND + length
        if end > len(content):
            return
        yield name, content[place + 8 : end - 4], *struct.unpack_from(">L", content, end - 4)
        place = end
