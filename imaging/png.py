"""Checks that the chunks of a PNG are as they were written, which Pillow does not."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from core.errors import CannotDecode
from core.types import SkipCode

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
AROUND: Final = 12  # bytes of a chunk besides its body: length, name, checksum
FRAME: Final = b"fdAT"  # the pixels of a further frame; the only part of a picture in lower case


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


def _chunks(content: memoryview) -> Iterator[tuple[bytes, memoryview, int]]:
    place = len(SIGNATURE)
    while place + AROUND <= len(content):
        length, name = struct.unpack_from(">L4s", content, place)
        end = place + AROUND + length
        if end > len(content):
            return
        yield name, content[place + 8 : end - 4], *struct.unpack_from(">L", content, end - 4)
        place = end
