"""Finds the part of an ultrasound frame that shows tissue, by what the scanner says of it."""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Final

from pydicom.dataset import Dataset

from imaging import elements
from imaging.pixel_layout import PixelLayout
from imaging.rules import Crop

KEYWORDS: Final = ("SequenceOfUltrasoundRegions",)
MOST_REGIONS: Final = 64  # a screen has a handful
LEAST_PART: Final = 0.01  # of the frame; smaller ones are colour bars and traces


class SpatialFormat(IntEnum):
    """Region Spatial Format (0018,6012), as far as it shows the body. Source: PS3.3 C.8.5.5.1.1."""

    TWO_D = 1
    M_MODE = 2
    SPECTRAL = 3


# The first kind that a frame has is its picture; strips of the others lie around it.
BY_WORTH: Final = (SpatialFormat.TWO_D, SpatialFormat.M_MODE, SpatialFormat.SPECTRAL)


def tissue_box(dataset: Dataset, layout: PixelLayout) -> Crop | None:
    """Give the rectangle around the 2-D regions of a frame, else around its M-mode or spectrum.

    None where the file names no region that lies inside of the frame: all is shown then.
    Source: PS3.3 C.8.5.5.
    """
    found = list(_regions(dataset, layout))
    for kind in BY_WORTH:
        boxes = [box for spatial_format, box in found if spatial_format == kind]
        if boxes:
            return _around(boxes)
    return None


def _regions(dataset: Dataset, layout: PixelLayout) -> Iterator[tuple[int, Crop]]:
    for index in range(MOST_REGIONS):
        region = elements.item(dataset, "SequenceOfUltrasoundRegions", index)
        if region is None:
            return
        box = _box(region)
        if box is not None and _is_sane(box, layout):
            yield elements.integer(region, "RegionSpatialFormat") or 0, box


def _box(region: Dataset) -> Crop | None:
    """Read the corners, which both belong to the region."""
    corners = [
        elements.integer(region, f"RegionLocation{corner}")
        for corner in ("MinX0", "MinY0", "MaxX1", "MaxY1")
    ]
    if None in corners:
        return None
    left, top, right, bottom = (corner or 0 for corner in corners)
    return Crop(left, top, right - left + 1, bottom - top + 1)


def _is_sane(box: Crop, layout: PixelLayout) -> bool:
    """Many scanners give the first pixel after the region as its corner: that is let through."""
    is_inside = (
        min(box.left, box.top) >= 0
        and box.left + box.width <= layout.columns + 1
        and box.top + box.height <= layout.rows + 1
    )
    is_area = box.width > 1 and box.height > 1
    return is_inside and is_area and _part(box, layout) >= LEAST_PART


def _part(box: Crop, layout: PixelLayout) -> float:
    return box.width * box.height / (layout.columns * layout.rows)


def _around(boxes: Sequence[Crop]) -> Crop:
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    return Crop(left, top, right - left, bottom - top)
