"""Heat maps over pictures."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.types import Pixels

# From nothing to much, each colour lighter than the one before, for any kind of colour vision.
FOR: Final = ((60, 0, 80), (120, 28, 109), (188, 55, 84), (237, 105, 37), (252, 255, 164))
AGAINST: Final = ((0, 30, 80), (20, 70, 140), (60, 120, 190), (120, 175, 220), (200, 230, 250))
OPAQUE: Final = 0.65  # of the largest values: the picture is still seen
SCALE_WIDTH: Final = 0.04  # of the picture's width, at least one pixel

Heat = NDArray[np.float32]  # (h, w)


def with_heat(pixels: Pixels, heat: Heat) -> Pixels:
    """Lay a map over a picture that it is stretched to: (H, W, 3), (h, w) -> (H, W, 3).

    The largest value has the last colour of its sign, 0 shows the picture alone. Regions keep
    their edges: nothing is told between them.
    """
    height, width = pixels.shape[:2]
    stretched = Image.fromarray(_shares(heat)).resize((width, height), Image.Resampling.NEAREST)
    return _laid_over(pixels, np.asarray(stretched))


def scale(height: int, width: int, heat: Heat) -> Pixels:
    """The colours from the largest value of a map, at the top, to the lowest: (height, w, 3)."""
    shares = _shares(heat)
    steps = np.linspace(max(shares.max(), 0), min(shares.min(), 0), height, dtype=np.float32)
    bar = np.repeat(steps[:, None], max(1, round(width * SCALE_WIDTH)), axis=1)
    return _laid_over(np.zeros((*bar.shape, 3), np.uint8), bar)


def _shares(heat: Heat) -> Heat:
    """The values as shares of the largest, -1..1."""
    largest = float(np.abs(heat).max())
    return (heat / largest if largest else heat).astype(np.float32)


def _laid_over(pixels: Pixels, shares: Heat) -> Pixels:
    opacity = OPAQUE * np.abs(shares)[:, :, None]
    colours = np.where(shares[:, :, None] < 0, _colours(AGAINST, -shares), _colours(FOR, shares))
    mixed: Pixels = (pixels * (1 - opacity) + colours * opacity).round().astype(np.uint8)
    return mixed


def _colours(table: tuple[tuple[int, ...], ...], shares: Heat) -> NDArray[np.float64]:
    places = np.linspace(0, 1, len(table))
    channels = [np.interp(shares, places, channel) for channel in zip(*table, strict=True)]
    return np.stack(channels, axis=-1)
