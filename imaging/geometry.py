"""Gives a picture the shape it has in the world, and the place it has on a screen."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imaging.crop import cut
from imaging.rules import Crop

Picture = NDArray[np.uint8]  # (H, W) or (H, W, 3)

# Beyond this a declared spacing is a mistake rather than a shape.
MAX_ASPECT: Final = 8.0
SQUARE_ENOUGH: Final = 0.01


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What is cut out of a picture, and how that is then turned."""

    box: Crop | None = None  # None: all of it
    mirrored: bool = False  # left and right change places
    upside_down: bool = False  # top and bottom do

    def apply(self, picture: Picture) -> Picture:
        """Cut and turn a picture (H, W) or (H, W, 3)."""
        arranged = cut(picture, self.box)
        arranged = arranged[:, ::-1] if self.mirrored else arranged
        return arranged[::-1] if self.upside_down else arranged


def square_pixels(picture: Picture, aspect: float) -> Picture:
    """Stretch the coarser axis of (H, W) or (H, W, 3) until pixels are square.

    `aspect` is the height of a pixel over its width (DICOM's row over column spacing). A ratio
    within 1 % of square, or beyond 8 to 1, leaves the picture as it is.
    """
    height, width = picture.shape[:2]
    wanted = square_size(height, width, aspect)
    if wanted == (height, width):
        return picture
    upright = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(upright.resize(wanted[::-1], Image.Resampling.BILINEAR))


def square_size(height: int, width: int, aspect: float) -> tuple[int, int]:
    """The height and width that `square_pixels` gives a picture of this height and width."""
    if abs(aspect - 1) <= SQUARE_ENOUGH or not 1 / MAX_ASPECT <= aspect <= MAX_ASPECT:
        return height, width
    return (round(height * aspect), width) if aspect > 1 else (height, round(width / aspect))
