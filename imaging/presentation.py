"""Finds out of a DICOM header how a frame is meant to be shown."""

from collections.abc import Iterator
from typing import Final

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
from imaging.lookup_tables import read_sequence_table
from imaging.pixel_layout import PixelLayout

# What is read here, for a reader that wants nothing else.
KEYWORDS: Final = (
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
    table = read_sequence_table(dataset, "ModalityLUTSequence")
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
        found = read_sequence_table(scope, "VOILUTSequence") or _window(scope)
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
