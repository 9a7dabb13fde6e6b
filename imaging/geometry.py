"""Gives a picture the shape it has in the world."""

from typing import Final

import numpy as np
from PIL import Image

from core.types import Pixels

# Beyond this a declared spacing is a mistake rather than a shape.
MAX_ASPECT: Final = 8.0
SQUARE_ENOUGH: Final = 0.01


def square_pixels(pixels: Pixels, aspect: float) -> Pixels:
    """Stretch the coarser axis of (H, W, 3) until pixels are square.

    `aspect` is the height of a pixel over its width (DICOM's row over column spacing). A ratio
    within 1 % of square, or beyond 8 to 1, leaves the picture as it is.
    """
    if abs(aspect - 1) <= SQUARE_ENOUGH or not 1 / MAX_ASPECT <= aspect <= MAX_ASPECT:
        return pixels
    height, width = pixels.shape[:2]
    size = (width, round(height * aspect)) if aspect > 1 else (round(width / aspect), height)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
