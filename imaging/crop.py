"""Cuts the part out of a picture that a viewer asks for."""

from core.errors import InvalidRequest
from core.types import Pixels
from imaging.rules import Crop


def cut(pixels: Pixels, crop: Crop | None) -> Pixels:
    """Cut (H, W) or (H, W, 3) to what the crop and the picture share.

    Raises InvalidRequest when they share nothing.
    """
    if crop is None:
        return pixels
    top, left = max(crop.top, 0), max(crop.left, 0)
    part = pixels[top : max(crop.top + crop.height, 0), left : max(crop.left + crop.width, 0)]
    if part.size == 0:
        height, width = pixels.shape[:2]
        raise InvalidRequest(
            f"The crop lies outside the picture, which is {width} wide and {height} high."
        )
    return part
