"""Finds out of a DICOM header how a frame is meant to be shown."""

from itertools import chain, repeat
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
from imaging.functional_groups import PER_FRAME, SHARED, scopes
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
    "FloatPixelPaddingValue",
    "FloatPixelPaddingRangeLimit",
    "DoubleFloatPixelPaddingValue",
    "DoubleFloatPixelPaddingRangeLimit",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "PixelAspectRatio",
    "NominalScannedPixelSpacing",
    "WindowCenterWidthExplanation",
    "Modality",
    "PixelIntensityRelationship",
    SHARED,
    PER_FRAME,
)
SPACINGS: Final = (
    "PixelSpacing",
    "ImagerPixelSpacing",
    "NominalScannedPixelSpacing",
    "PixelAspectRatio",
)


def read_grey_display(
    dataset: Dataset, layout: PixelLayout, frame: int, window: Window | None = None
) -> GreyDisplay:
    """Resolve what is said of one frame: by the frame, by all frames, by the file, in this order.

    `window` takes the place of the file's own. Source: PS3.3 C.7.6.16 (functional groups), C.11.1,
    C.11.2, C.11.6, C.7.5.1.1.2 (padding).
    """
    modality = read_modality(dataset, frame)
    return GreyDisplay(
        modality=modality,
        voi=window or _voi(dataset, layout, frame, modality),
        padding=_padding(dataset, layout),
        inverted=read_polarity(dataset, layout),
    )


def read_aspect(dataset: Dataset, frame: int) -> float:
    """Read the height of a pixel over its width; 1 if the file does not say."""
    for scope in scopes(dataset, "PixelMeasuresSequence", frame):
        for keyword in SPACINGS:
            pair = elements.numbers(scope, keyword)
            if len(pair) == 2 and min(pair) > 0:
                return pair[0] / pair[1]
    return 1.0


def read_modality(dataset: Dataset, frame: int) -> Rescale | LookupTable:
    """Read how stored values become values of the modality; unchanged where nothing is said."""
    table = read_sequence_table(dataset, "ModalityLUTSequence")
    if table is not None and not _is_of_intensities(dataset):
        return table
    for scope in scopes(dataset, "PixelValueTransformationSequence", frame):
        slope = elements.number(scope, "RescaleSlope")
        if slope:  # neither absent nor 0
            return Rescale(slope, elements.number(scope, "RescaleIntercept") or 0.0)
    return Rescale()


def _is_of_intensities(dataset: Dataset) -> bool:
    """Say whether the Modality LUT leads back to X-ray intensities, and not to what is shown.

    Source: PS3.3 C.8.7.1.1.2.
    """
    is_angiogram = elements.text(dataset, "Modality") in ("XA", "XRF")
    relationship = elements.text(dataset, "PixelIntensityRelationship")
    return is_angiogram and relationship in ("LOG", "DISP")


def _voi(
    dataset: Dataset, layout: PixelLayout, frame: int, modality: Rescale | LookupTable
) -> Window | LookupTable | None:
    for scope in scopes(dataset, "FrameVOILUTSequence", frame):
        found = read_sequence_table(scope, "VOILUTSequence") or _window(scope, layout)
        if found is not None:
            return found
    if layout.stored <= 8 and not layout.signed and modality == Rescale():
        return whole_range(layout.stored)
    return None


def windows_of(dataset: Dataset) -> str:
    """Write down all windows with their explanations, of an enhanced file those of one frame.

    Such as "40/400 ABDOMEN; 60/150 BRAIN": center and width in modality values.
    """
    for scope in scopes(dataset, "FrameVOILUTSequence", frame=0):
        centers = elements.numbers(scope, "WindowCenter")
        widths = elements.numbers(scope, "WindowWidth")
        shown = [f"{c:g}/{w:g}" for c, w in zip(centers, widths, strict=False)]
        names = elements.text(scope, "WindowCenterWidthExplanation").split("\\")
        if shown:
            named = zip(shown, chain(names, repeat("")), strict=False)
            return "; ".join(f"{window} {name}".strip() for window, name in named)
    return ""


def _window(scope: Dataset, layout: PixelLayout) -> Window | None:
    centers = elements.numbers(scope, "WindowCenter")
    widths = elements.numbers(scope, "WindowWidth")
    function = _function(scope, layout)
    narrowest = 1.0 if function is WindowFunction.LINEAR else 0.0
    for center, width in zip(centers, widths, strict=False):
        if width > 0 and width >= narrowest:
            return Window(center, width, function)
    return None


def _function(scope: Dataset, layout: PixelLayout) -> WindowFunction:
    """Read the function; LINEAR's steps of 1 are those of integers, so it is exact for floats."""
    declared = elements.text(scope, "VOILUTFunction")
    if declared in (WindowFunction.LINEAR_EXACT, WindowFunction.SIGMOID):
        return WindowFunction(declared)
    is_float = layout.keyword != "PixelData"
    return WindowFunction.LINEAR_EXACT if is_float else WindowFunction.LINEAR


def _padding(dataset: Dataset, layout: PixelLayout) -> tuple[float, float] | None:
    """Read the stored values that are no picture: C.7.5.1.1.2, and C.7.6.24 and .25 for floats."""
    prefix = layout.keyword.removesuffix("Data") + "Padding"
    value = elements.number(dataset, f"{prefix}Value")
    if value is None:
        return None
    limit = elements.number(dataset, f"{prefix}RangeLimit")
    ends = (value, value if limit is None else limit)
    if layout.keyword == "PixelData":
        ends = (_as_stored(int(ends[0]), layout), _as_stored(int(ends[1]), layout))
    return min(ends), max(ends)


def _as_stored(value: int, layout: PixelLayout) -> int:
    """Read a value again as signed or unsigned: writers mix the two (PS3.5 section 6.2, US, SS)."""
    wrapped = value % (1 << layout.allocated)
    is_negative = layout.signed and wrapped >> (layout.allocated - 1)
    return wrapped - (1 << layout.allocated) if is_negative else wrapped


def read_polarity(dataset: Dataset, layout: PixelLayout) -> bool:
    """Say whether the lowest value is white."""
    shape = elements.text(dataset, "PresentationLUTShape")
    return layout.photometric == "MONOCHROME1" or shape == "INVERSE"
