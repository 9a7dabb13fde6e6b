"""Writes TIFF files byte by byte, so that no library vouches for itself. Source: TIFF 6.0."""

import struct
import zlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

SAMPLE_FORMATS: Final = {"u": 1, "i": 2, "f": 3}
TYPES: Final = {2: "c", 3: "H", 4: "L", 16: "Q"}  # ASCII, SHORT, LONG, LONG8: section 2
DEFLATE: Final = 8
SHORT, LONG = 3, 4


def make_tiff(
    pixels: Any,
    photometric: int = 1,
    big_endian: bool = False,
    planar: bool = False,
    tile: int = 0,
    rows_per_strip: int = 0,
    deflated: bool = False,
    predictor: bool = False,
    big: bool = False,
    tags: dict[int, tuple[int, Any] | None] | None = None,
) -> bytes:
    """Write pixels (H, W) or (H, W, samples); `tags` are (type, values) that replace the own ones.

    `tile` is the side of square tiles, `predictor` stands for horizontal differences, `big` for
    BigTIFF. A tag of None is left out.
    """
    pixels = np.atleast_3d(pixels)
    order = ">" if big_endian else "<"
    chunks = []
    for plane in _planes(pixels, planar):
        for chunk in _chunks(plane, tile, rows_per_strip or len(pixels)):
            values = np.diff(chunk, axis=1, prepend=chunk.dtype.type(0)) if predictor else chunk
            raw = values.astype(pixels.dtype.newbyteorder(order)).tobytes()
            chunks.append(zlib.compress(raw) if deflated else raw)
    own = _own_tags(pixels, photometric, planar)
    own |= {259: (SHORT, [DEFLATE])} if deflated else {}
    own |= {317: (SHORT, [2])} if predictor else {}
    own |= (
        {322: (SHORT, [tile]), 323: (SHORT, [tile])}
        if tile
        else {278: (LONG, [rows_per_strip or len(pixels)])}
    )
    return _layout(chunks, own | (tags or {}), order, big, tiled=bool(tile))


def _planes(pixels: Any, planar: bool) -> Iterator[Any]:
    if not planar:
        yield pixels
        return
    for sample in range(pixels.shape[2]):
        yield pixels[:, :, sample : sample + 1]


def _chunks(plane: Any, tile: int, rows: int) -> Iterator[Any]:
    if not tile:
        for top in range(0, len(plane), rows):
            yield plane[top : top + rows]
        return
    height, width = plane.shape[:2]
    padded = np.pad(plane, [(0, -height % tile), (0, -width % tile), (0, 0)], mode="edge")
    for top in range(0, height, tile):
        for left in range(0, width, tile):
            yield padded[top : top + tile, left : left + tile]


def _own_tags(pixels: Any, photometric: int, planar: bool) -> dict[int, tuple[int, Any] | None]:
    height, width, samples = pixels.shape
    bits = pixels.dtype.itemsize * 8
    return {
        256: (LONG, [width]),
        257: (LONG, [height]),
        258: (SHORT, [bits] * samples),
        259: (SHORT, [1]),
        262: (SHORT, [photometric]),
        277: (SHORT, [samples]),
        284: (SHORT, [2 if planar else 1]),
        339: (SHORT, [SAMPLE_FORMATS[pixels.dtype.kind]] * samples),
    }


def _layout(chunks: list[bytes], tags: Any, order: str, big: bool, tiled: bool) -> bytes:
    """Put the header first, then the chunks, then the long values, then the directory."""
    head = 16 if big else 8
    body = b"".join(chunks)
    starts = head + np.cumsum([0, *map(len, chunks)])[:-1]
    places, sizes = (324, 325) if tiled else (273, 279)
    offset = 16 if big else LONG
    tags = {
        places: (offset, starts.tolist()),
        sizes: (offset, [len(chunk) for chunk in chunks]),
    } | tags
    entries, room = b"", 8 if big else 4
    for tag, told in sorted((tag, told) for tag, told in tags.items() if told):
        kind, values = told
        packed = struct.pack(f"{order}{len(values)}{TYPES[kind]}", *values)
        count = struct.pack(order + ("Q" if big else "L"), len(values))
        if len(packed) > room:
            place = struct.pack(order + ("Q" if big else "L"), head + len(body))
            body, packed = body + packed, place
        entries += struct.pack(order + "HH", tag, kind) + count + packed.ljust(room, b"\0")
    number = len(entries) // (20 if big else 12)
    first = head + len(body)
    mark = b"MM" if order == ">" else b"II"
    opening = (
        mark + struct.pack(order + "HHHQ", 43, 8, 0, first)
        if big
        else mark + struct.pack(order + "HL", 42, first)
    )
    counted = struct.pack(order + ("Q" if big else "H"), number)
    return opening + body + counted + entries + b"\0" * (8 if big else 4)
