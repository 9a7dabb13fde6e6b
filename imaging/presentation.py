"""Finds out of a DICOM header how a frame is meant to be shown."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from imaging import elements
from imaging.display import (
    GreyDisplay,
    LookupTable,
    Rescale,
    Window,
    WindowFunction,
    whole_range,
)
from imaging.pixel_layout import PixelLayout

PALETTE_COLOURS: Final = ("Red", "Green", "Blue")
# What is read here, for a reader that wants nothing else.
KEYWORDS: Final = (
    *(f"{colour}PaletteColorLookupTableDescriptor" for colour in PALETTE_COLOURS),
    *(f"{colour}PaletteColorLookupTableData" for colour in PALETTE_COLOURS),
    *(f"Segmented{colour}PaletteColorLookupTableData" for colour in PALETTE_COLOURS),
    "ModalityLUTSequence",
    "RescaleSlope",
    "RescaleIntercept",
    "VOILUTSequence",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "PresentationLUTShape",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "PixelAspectRatio",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)


def read_grey_display(dataset: Dataset, layout: PixelLayout, frame: int) -> GreyDisplay:
    """Resolve what is said of one frame: by the frame, by all frames, by the file, in this order.

    Source: PS3.3 C.7.6.16 (functional groups), C.11.1, C.11.2, C.11.6, C.7.5.1.1.2 (padding).
    """
    modality = _modality(dataset, frame)
    return GreyDisplay(
        modality=modality,
        voi=_voi(dataset, layout, frame, modality),
        padding=_padding(dataset, layout),
        inverted=_is_inverted(dataset, layout),
    )


def read_aspect(dataset: Dataset, frame: int) -> float:
    """Read the height of a pixel over its width; 1 if the file does not say."""
    for scope in _scopes(dataset, "PixelMeasuresSequence", frame):
        for keyword in ("PixelSpacing", "ImagerPixelSpacing", "PixelAspectRatio"):
            pair = elements.numbers(scope, keyword)
            if len(pair) == 2 and min(pair) > 0:
                return pair[0] / pair[1]
    return 1.0


def _scopes(dataset: Dataset, macro: str, frame: int) -> Iterator[Dataset]:
    """Yield the data sets that may describe the frame, the nearest first."""
    per_frame = elements.item(dataset, "PerFrameFunctionalGroupsSequence", frame)
    shared = elements.item(dataset, "SharedFunctionalGroupsSequence")
    for groups in (per_frame, shared):
        described = elements.item(groups, macro) if groups is not None else None
        if described is not None:
            yield described
    yield dataset


def _modality(dataset: Dataset, frame: int) -> Rescale | LookupTable:
    table = _sequence_table(dataset, "ModalityLUTSequence")
    if table is not None:
        return table
    for scope in _scopes(dataset, "PixelValueTransformationSequence", frame):
        slope = elements.number(scope, "RescaleSlope")
        if slope:  # neither absent nor 0
            return Rescale(slope, elements.number(scope, "RescaleIntercept") or 0.0)
    return Rescale()


def _voi(
    dataset: Dataset, layout: PixelLayout, frame: int, modality: Rescale | LookupTable
) -> Window | LookupTable | None:
    for scope in _scopes(dataset, "FrameVOILUTSequence", frame):
        found = _sequence_table(scope, "VOILUTSequence") or _window(scope)
        if found is not None:
            return found
    if layout.stored <= 8 and not layout.signed and modality == Rescale():
        return whole_range(layout.stored)
    return None


def _window(scope: Dataset) -> Window | None:
    centers = elements.numbers(scope, "WindowCenter")
    widths = elements.numbers(scope, "WindowWidth")
    function = _function(scope)
    narrowest = 1.0 if function is WindowFunction.LINEAR else 0.0
    for center, width in zip(centers, widths, strict=False):
        if width > 0 and width >= narrowest:
            return Window(center, width, function)
    return None


def _function(scope: Dataset) -> WindowFunction:
    declared = elements.text(scope, "VOILUTFunction")
    return WindowFunction(declared) if declared in set(WindowFunction) else WindowFunction.LINEAR


def _padding(dataset: Dataset, layout: PixelLayout) -> tuple[int, int] | None:
    value = elements.integer(dataset, "PixelPaddingValue")
    if value is None:
        return None
    limit = elements.integer(dataset, "PixelPaddingRangeLimit")
    ends = [_as_stored(end, layout) for end in (value, limit if limit is not None else value)]
    return min(ends), max(ends)


def _as_stored(value: int, layout: PixelLayout) -> int:
    """Read a value again as signed or unsigned: writers mix the two (PS3.5 section 6.2, US, SS)."""
    wrapped = value % (1 << layout.allocated)
    is_negative = layout.signed and wrapped >> (layout.allocated - 1)
    return wrapped - (1 << layout.allocated) if is_negative else wrapped


def _is_inverted(dataset: Dataset, layout: PixelLayout) -> bool:
    shape = elements.text(dataset, "PresentationLUTShape")
    return layout.photometric == "MONOCHROME1" or shape == "INVERSE"


def read_palette(dataset: Dataset) -> list[LookupTable]:
    """Read the red, green and blue tables of a PALETTE COLOR file, those that are there.

    Source: PS3.3 C.7.6.3.1.5 and C.7.6.3.1.6.
    """
    found = [
        _lookup_table(dataset, f"{colour}PaletteColorLookupTable") for colour in PALETTE_COLOURS
    ]
    tables = [table for table in found if table is not None]
    # Writers put 8-bit entries into words and declare 16 bits: they would all be black.
    narrow = all(table.entries.max() <= 255 for table in tables)
    return [replace(table, bits=8) if narrow else table for table in tables]


def _sequence_table(dataset: Dataset, sequence: str) -> LookupTable | None:
    found = elements.item(dataset, sequence)
    return _lookup_table(found, "LUT") if found is not None else None


def _lookup_table(dataset: Dataset, prefix: str) -> LookupTable | None:
    """Read the descriptor and data under `prefix`, if there are as many entries as it says."""
    descriptor = elements.numbers(dataset, f"{prefix}Descriptor")
    if len(descriptor) != 3:
        return None
    count, first, bits = (int(value) for value in descriptor)
    entries = _entries(dataset, f"{prefix}Data", count % (1 << 16) or 1 << 16)  # 0 means 65,536
    if entries is None or not 1 <= bits <= 16:
        return None
    return LookupTable(first, entries, bits)


def _entries(dataset: Dataset, keyword: str, count: int) -> NDArray[np.uint16] | None:
    """Read LUT data: words, or bytes where there are only as many bytes as entries."""
    packed = elements.binary(dataset, keyword)
    if len(packed) >= 2 * count:
        order = ">u2" if dataset.original_encoding[1] is False else "<u2"
        return np.frombuffer(packed, order, count).astype(np.uint16)
    if len(packed) >= count:
        return np.frombuffer(packed, np.uint8, count).astype(np.uint16)
    words = elements.numbers(dataset, keyword)
    return np.array(words[:count]).astype(np.uint16) if len(words) >= count else None
