"""Smooth random fields: the grain of tissues and the noise of scanners."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from samples.grid import Field, Grid, Window

TILE = 32  # knots of the repeating lattice along each axis


class Grain:
    """A field that repeats after 32 knots: one value at each point of space, for every grid."""

    def __init__(self, seed: int, scale: float) -> None:
        """`scale` is the distance between knots in mm; the values have a deviation of about 1."""
        self._knots = _lattice(seed)
        self._scale = scale

    def at(self, grid: Grid, window: Window) -> Field:
        """The values of a block of the grid, (z, y, x)."""
        field, axes = self._knots, (grid.z, grid.y, grid.x)
        for number in (0, 2, 1):  # the last and largest step copies whole rows
            at = axes[number].positions()[window[number]] / np.float32(self._scale)
            field = _between_knots(field, at, number)
        return field


@cache
def _lattice(seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((TILE, TILE, TILE), np.float32) * np.float32(1.8)


def _between_knots(knots: Field, at: Field, number: int) -> Field:
    """Values at positions along one array axis: a smooth blend of the two nearest knots."""
    knot = np.floor(at)
    t = at - knot
    blend = (t * t * (3 - 2 * t)).reshape([-1 if axis == number else 1 for axis in range(3)])
    below = knot.astype(np.int64) % TILE
    start = knots.take(below, axis=number)
    rise = knots.take((below + 1) % TILE, axis=number)
    rise -= start
    rise *= blend
    rise += start
    return rise


@cache
def frequencies(rows: int, columns: int) -> NDArray[np.float32]:
    """Radial spatial frequency of `rfft2`, in cycles per pixel, (rows, columns // 2 + 1)."""
    down, across = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :]
    made: NDArray[np.float32] = np.hypot(down, across).astype(np.float32)
    return made


def filtered(image: Field, response: NDArray[np.float32]) -> Field:
    """A picture (rows, columns) through a frequency response of `frequencies`' shape."""
    spectrum = np.fft.rfft2(image) * response
    return np.fft.irfft2(spectrum, s=image.shape).astype(np.float32)


def gaussian_response(rows: int, columns: int, sigma: float) -> NDArray[np.float32]:
    """The response of a Gaussian blur with a deviation of so many pixels."""
    made: NDArray[np.float32] = np.exp(-2 * (np.pi * sigma * frequencies(rows, columns)) ** 2)
    return made


def blurred(image: Field, sigma: float) -> Field:
    """A picture blurred by a Gaussian of so many pixels; its edges are continued by mirroring."""
    pad = int(3 * sigma) + 1
    wide = np.pad(image, min(pad, min(image.shape) - 1), mode="reflect")
    soft = filtered(wide, gaussian_response(wide.shape[0], wide.shape[1], sigma))
    edge = (wide.shape[0] - image.shape[0]) // 2
    return soft[edge : edge + image.shape[0], edge : edge + image.shape[1]]


def moved(tiles: NDArray[np.float32], rng: np.random.Generator) -> Field:
    """One of a few pieces (n, rows, columns) whose edges fit, moved along both.

    Fresh ones for every picture would cost more than all the rest of it.
    """
    rows, columns = tiles.shape[1:]
    shift = int(rng.integers(rows)), int(rng.integers(columns))
    made: Field = np.roll(tiles[rng.integers(len(tiles))], shift, (0, 1))
    return made


def shifted(tiles: NDArray[np.float32], rng: np.random.Generator) -> Field:
    """A piece of noise from a few (n, rows, columns), moved and perhaps inverted."""
    sign = np.float32(1 if rng.random() < 0.5 else -1)
    return moved(tiles, rng) * sign
