"""Reads the lookup tables of a DICOM header: Modality, VOI and palette, segmented ones too."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from core.errors import CannotDecode
from core.types import SkipCode
from imaging import elements
from imaging.display import LookupTable

Entries = NDArray[np.uint16]  # (n,)

COLOURS: Final = ("Red", "Green", "Blue")
PALETTE_KEYWORDS: Final = (
    *(f"{colour}PaletteColorLookupTableDescriptor" for colour in COLOURS),
    *(f"{colour}PaletteColorLookupTableData" for colour in COLOURS),
    *(f"Segmented{colour}PaletteColorLookupTableData" for colour in COLOURS),
)

# Opcodes of PS3.3 C.7.9.2; the one that is left, 1, is a linear segment.
DISCRETE: Final = 0
INDIRECT: Final = 2
MOST_ENTRIES: Final = 1 << 16


def read_sequence_table(dataset: Dataset, sequence: str) -> LookupTable | None:
    """Read the first table of a Modality or VOI LUT Sequence, if it has all its entries.

    Source: PS3.3 C.11.1.1.1 and C.11.2.1.1.
    """
    found = elements.item(dataset, sequence)
    return _read_table(found, "LUT") if found is not None else None


def read_palette(dataset: Dataset) -> tuple[LookupTable, ...]:
    """Read the red, green and blue tables of a PALETTE COLOR file.

    Source: PS3.3 C.7.6.3.1.5 and C.7.6.3.1.6. Raises CannotDecode (CORRUPT).
    """
    read = [_read_table(dataset, f"{colour}PaletteColorLookupTable") for colour in COLOURS]
    tables = [table for table in read if table is not None]
    if len(tables) != len(COLOURS):
        raise CannotDecode(
            SkipCode.CORRUPT, "Its colour palette is missing or cut. Export it as RGB."
        )
    # Some writers put 8-bit entries into words and declare 16 bits: all would be black.
    is_narrow = all(table.entries.max() <= 255 for table in tables)
    return tuple(replace(table, bits=8) if is_narrow else table for table in tables)


def _read_table(dataset: Dataset, prefix: str) -> LookupTable | None:
    descriptor = elements.numbers(dataset, f"{prefix}Descriptor")
    if len(descriptor) != 3 or not 1 <= descriptor[2] <= 16:
        return None
    count, first, bits = (int(value) for value in descriptor)
    count = count % (1 << 16) or 1 << 16  # 0 stands for 65,536
    entries = _plain(dataset, f"{prefix}Data", count)
    if not len(entries):
        entries = _segmented(dataset, f"Segmented{prefix}Data", bits)[:count]
    return LookupTable(first, entries, bits) if len(entries) == count else None


def _plain(dataset: Dataset, keyword: str, count: int) -> Entries:
    """Read entries from words, or from bytes where there are only as many bytes as entries."""
    packed = elements.binary(dataset, keyword)
    if packed:
        wide = len(packed) >= 2 * count
        return _unpack(packed, _word_order(dataset) if wide else "u1")[:count]
    return np.array(elements.numbers(dataset, keyword)[:count]).astype(np.uint16)


def _segmented(dataset: Dataset, keyword: str, bits: int) -> Entries:
    packed = elements.binary(dataset, keyword)
    return _expand(_unpack(packed, _word_order(dataset) if bits > 8 else "u1"), bits)


def _word_order(dataset: Dataset) -> str:
    return ">u2" if dataset.original_encoding[1] is False else "<u2"


def _unpack(packed: bytes, kind: str) -> Entries:
    whole = len(packed) // np.dtype(kind).itemsize
    return np.frombuffer(packed, kind, whole).astype(np.uint16)


def _expand(words: Entries, bits: int) -> Entries:
    """Expand segments to entries, at most 65,536. Source: PS3.3 C.7.9.2.1."""
    entries: list[int] = []
    place = 0
    while place + 2 < len(words) and len(entries) < MOST_ENTRIES:
        if words[place] == INDIRECT:
            place = _repeat(words, place, bits, entries)
        else:
            place = _append(words, place, entries)
    return np.array(entries, np.uint16)


def _append(words: Entries, place: int, entries: list[int]) -> int:
    """Add a discrete or linear segment to the entries, and give the place of the next."""
    opcode, length = (int(word) for word in words[place : place + 2])
    body = place + 2
    if length == 0:  # no segment: a short file could have such ones repeated for hours
        return len(words)
    if opcode == DISCRETE:
        entries.extend(words[body : body + length].tolist())
        return body + length
    if not entries or body >= len(words):  # a line from nowhere, or to nowhere
        return len(words)
    start, end = entries[-1], int(words[body])
    entries.extend(round(start + (end - start) * i / length) for i in range(1, length + 1))
    return body + 1


def _repeat(words: Entries, place: int, bits: int, entries: list[int]) -> int:
    """Add segments that stand elsewhere once more, and give the place after the reference."""
    size = 2 if bits > 8 else 1
    width = 4 // size  # the offset has 32 bits, the least significant part first
    parts = words[place + 2 : place + 2 + width].tolist()
    offset = sum(part << (8 * size * i) for i, part in enumerate(parts))
    source = offset // size
    for _ in range(int(words[place + 1])):
        if source + 2 >= len(words) or len(entries) >= MOST_ENTRIES:
            break
        source = _append(words, source, entries)
    return place + 2 + width
