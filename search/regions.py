"""Regions of pictures that are asked with: cut out of what a screen would show."""

from typing import Final

from core.errors import InvalidRequest
from core.types import Pixels
from search.query import Region

SMALLEST: Final = 32  # pixels: an encoder sees nothing in less, whatever it enlarges it to


def cut_out(pixels: Pixels, region: Region | None) -> Pixels:
    """The region of a picture (H, W, 3), by whole pixels; all of it without a region.

    Raises InvalidRequest for a region with fewer than 32 pixels on a side.
    """
    if region is None:
        return pixels
    rows, columns = pixels.shape[:2]
    top, bottom = round(region.top * rows), round(region.bottom * rows)
    left, right = round(region.left * columns), round(region.right * columns)
    if min(bottom - top, right - left) < SMALLEST:
        raise InvalidRequest(
            f"The region is {right - left} x {bottom - top} pixels of a picture of "
            f"{columns} x {rows}. Take one of at least {SMALLEST} x {SMALLEST}."
        )
    return pixels[top:bottom, left:right]
