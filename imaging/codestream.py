"""Reads what a compressed frame declares of itself, before a decoder is let loose on it."""

from collections.abc import Iterator
from typing import Final

# ITU-T T.81 table B.1: the start-of-frame markers; F7 is JPEG-LS (T.87 C.1.1).
START_OF_FRAME: Final = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
START_OF_SCAN: Final = 0xDA
ADOBE: Final = 0xEE
YCC: Final = 1  # the transform that the marker names
JPEG_START: Final = b"\xff\xd8"
JPEG_END: Final = b"\xff\xd9"
JPEG2000_START: Final = b"\xff\x4f\xff\x51"  # SOC, SIZ: ITU-T T.800 A.5.1
JP2_START: Final = b"\0\0\0\x0cjP  \r\n\x87\n"  # the file format around it, against PS3.5 8.2.4
JP2_BOXES: Final = 4096  # bytes before the codestream
PRECISION: Final = 42  # bytes after these, of the first component: Ssiz
JPEG2000_START_OF_TILE: Final = 0x90
JPEG2000_CODING: Final = 0x52  # COD: A.6.1


def declared_size(frame: bytes) -> tuple[int, int] | None:
    """Give the rows and columns of a JPEG, JPEG-LS or JPEG 2000 frame; None if none is found."""
    if frame.startswith(JPEG_START):
        return next(_jpeg_sizes(frame), None)
    start = _jpeg2000_start(frame)
    if start < 0 or len(frame) < start + 24:
        return None
    columns, rows, left, top = (_integer(frame, start + 8 + 4 * i, 4) for i in range(4))
    return rows - top, columns - left


def has_end(jpeg: bytes) -> bool:
    """Say whether the end of a JPEG is marked: no bytes of a scan look like it (T.81 B.1.1.5)."""
    scan = max((start for _, start in _jpeg_segments(jpeg)), default=0)
    return jpeg.find(JPEG_END, scan + _integer(jpeg, scan, 2)) >= 0


def is_adobe_ycc(frame: bytes) -> bool:
    """Say whether an Adobe marker in a JPEG frame declares YCbCr (ITU-T T.872 section 6.5.3)."""
    return any(
        marker == ADOBE and frame[start + 2 : start + 7] == b"Adobe" and frame[start + 13] == YCC
        for marker, start in _jpeg_segments(frame)
    )


def declared_precision(frame: bytes) -> int | None:
    """Give the bits of a sample in a JPEG, JPEG-LS or JPEG 2000 frame; None if none is found."""
    if frame.startswith(JPEG_START):
        segments = _jpeg_segments(frame)
        return next((frame[at + 2] for marker, at in segments if marker in START_OF_FRAME), None)
    start = _jpeg2000_start(frame)
    if start < 0 or len(frame) <= start + PRECISION:
        return None
    return (frame[start + PRECISION] & 0x7F) + 1


def has_colour_transform(frame: bytes) -> bool:
    """Say whether a JPEG 2000 frame declares that its components were RGB (T.800 A.6.1, G)."""
    start = _jpeg2000_start(frame)
    place = start + 2 if start >= 0 else len(frame)
    while place + 9 < len(frame) and frame[place] == 0xFF:
        marker = frame[place + 1]
        if marker in (JPEG2000_CODING, JPEG2000_START_OF_TILE):
            return marker == JPEG2000_CODING and frame[place + 8] == 1
        place += _integer(frame, place + 2, 2) + 2
    return False


def _jpeg2000_start(frame: bytes) -> int:
    """Find a JPEG 2000 codestream, in a JP2 file too; -1 if the frame is none."""
    if frame.startswith(JP2_START):
        return frame.find(JPEG2000_START, 0, JP2_BOXES)
    return 0 if frame.startswith(JPEG2000_START) else -1


def _jpeg_sizes(frame: bytes) -> Iterator[tuple[int, int]]:
    for marker, start in _jpeg_segments(frame):
        if marker in START_OF_FRAME:
            yield _integer(frame, start + 3, 2), _integer(frame, start + 5, 2)


def _jpeg_segments(frame: bytes) -> Iterator[tuple[int, int]]:
    """Yield each marker before the scan, with the place of its length."""
    place = 2
    while place + 16 <= len(frame) and frame[place] == 0xFF:
        marker = frame[place + 1]
        if marker == START_OF_SCAN:
            return
        if marker != 0xFF:  # a fill byte has no segment
            yield marker, place + 2
            place += _integer(frame, place + 2, 2) + 1
        place += 1


def _integer(frame: bytes, start: int, size: int) -> int:
    return int.from_bytes(frame[start : start + size], "big")
