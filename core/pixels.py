"""Pictures that are grey: one channel in memory, seen as red, green and blue."""

import numpy as np
from numpy.typing import NDArray

from core.types import Pixels

Grey = NDArray[np.uint8]  # (H, W)


def as_rgb(grey: Grey) -> Pixels:
    """See a grey picture (H, W) as (H, W, 3), read-only and without a copy."""
    return np.broadcast_to(grey[:, :, None], (*grey.shape, 3))


def grey_channel(pixels: Pixels) -> Grey | None:
    """Give the one channel (H, W) that `as_rgb` shows as three; None if each is in memory.

    No pixel is looked at. Filters that treat channels alike need to run only once on it.
    """
    is_repeated = pixels.strides[2] == 0
    return pixels[:, :, 0] if is_repeated else None


def repeated(grey: Grey) -> Pixels:
    """Repeat a grey picture (H, W) in three channels of memory, (H, W, 3)."""
    pixels = np.empty((*grey.shape, 3), np.uint8)
    for channel in range(3):  # a fourth of the time of a copy of `as_rgb`
        pixels[:, :, channel] = grey
    return pixels
