"""Which regions of a picture carry its likeness to a query: what is lost when they are covered.

Source: the occlusion maps of Zeiler and Fergus, "Visualizing and understanding convolutional
networks" (ECCV 2014).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Pixels
from encoders.base import Encoder

GRID: Final = 8  # cells on each side of a map
WIDE: Final = 2  # cells on each side of what is covered at a time

Heat = NDArray[np.float32]  # (h, w), from the left upper corner


def covering_heat(encoder: Encoder, prepared: Pixels, row: NDArray[np.float32]) -> Heat:
    """By how much the cosine with a row (dim,) falls when a cell is covered: (GRID, GRID).

    Squares of WIDE cells are painted with the mean of the picture, one after another; a cell has
    the mean of those that cover it. Below 0: without it the picture would be more like the query.
    """
    corners = [(y, x) for y in range(GRID - WIDE + 1) for x in range(GRID - WIDE + 1)]
    covered = [_covered(prepared, y, x) for y, x in corners]
    scores = encoder.embed_images([prepared, *covered]) @ row
    fallen, times = np.zeros((GRID, GRID)), np.zeros((GRID, GRID))
    for (y, x), fall in zip(corners, scores[0] - scores[1:], strict=True):
        fallen[y : y + WIDE, x : x + WIDE] += fall
        times[y : y + WIDE, x : x + WIDE] += 1
    return (fallen / times).astype(np.float32)


def _covered(prepared: Pixels, y: int, x: int) -> Pixels:
    top, bottom, left, right = edges_of(prepared, y, x, WIDE)
    copy = prepared.copy()
    copy[top:bottom, left:right] = prepared.mean(axis=(0, 1))
    return copy


def edges_of(prepared: Pixels, y: int, x: int, cells: int) -> tuple[int, int, int, int]:
    """Top, bottom, left and right in pixels of a square of so many cells on each side."""
    rows, columns = prepared.shape[:2]
    top, bottom = (round(at * rows / GRID) for at in (y, y + cells))
    left, right = (round(at * columns / GRID) for at in (x, x + cells))
    return top, bottom, left, right
