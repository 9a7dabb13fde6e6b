"""Where voxel centres lie, in the patient axes of DICOM."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]  # (z, y, x), or anything that broadcasts to it
Point = tuple[float, float, float]  # x to the patient's left, y to the back, z up; mm
Window = tuple[slice, slice, slice]  # a block of a grid, in the order z, y, x
STRIDE = 4  # blocks begin at multiples of it across, so that shapes worked out at every
# fourth point (shapes.Smooth) are the same in a block as in the whole


def vector(values: Sequence[float]) -> Field:
    """Numbers as an array of single precision."""
    return np.array(values, np.float32)


@dataclass(frozen=True, slots=True)
class Axis:
    """Evenly spaced positions: `count` of them, `step` mm apart, upwards from `start` mm."""

    start: float
    step: float
    count: int

    def positions(self) -> Field:
        """The positions in mm, (count,)."""
        return _positions(self.start, self.step, self.count)

    def within(self, low: float, high: float, stride: int = 1) -> slice:
        """The positions from low to high mm; an empty slice when there are none.

        It begins at a multiple of the stride.
        """
        first = max(0, int(np.ceil((low - self.start) / self.step))) // stride * stride
        last = min(self.count, int(np.floor((high - self.start) / self.step)) + 1)
        return slice(first, max(first, last))

    def cut(self, part: slice) -> "Axis":
        """The positions of a slice as an axis of their own."""
        return Axis(self.start + part.start * self.step, self.step, part.stop - part.start)


@lru_cache(maxsize=64)
def _positions(start: float, step: float, count: int) -> Field:
    made: Field = (start + step * np.arange(count)).astype(np.float32)
    made.flags.writeable = False  # as all who ask get the same
    return made


def axis_around(middle: float, length: float, step: float) -> Axis:
    """An axis of about `length` mm whose middle is at `middle`."""
    count = max(1, round(length / step))
    return Axis(middle - step * (count - 1) / 2, step, count)


@dataclass(frozen=True, slots=True)
class Grid:
    """Three axes; `softness` is the width in mm over which an edge goes from 0 to 1.

    A grid that will be summed along the array axis `beam` has few positions there; its edges
    are as soft along it as they are far apart, so that the sum has no steps.
    """

    z: Axis
    y: Axis
    x: Axis
    softness: float
    beam: int | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """The number of voxels along z, y and x."""
        return self.z.count, self.y.count, self.x.count

    @property
    def reach(self) -> float:
        """The greatest width of a soft edge, mm: half of it lies outside."""
        if self.beam is None:
            return self.softness
        return self.softness + (self.z, self.y, self.x)[self.beam].step

    @property
    def voxel(self) -> float:
        """The volume of one voxel, mm3."""
        return self.z.step * self.y.step * self.x.step

    @property
    def corners(self) -> tuple[Point, Point]:
        """Two corners (x, y, z) of a box with all points that share in a voxel."""
        x, y, z = self.x, self.y, self.z
        return (x.start - x.step, y.start - y.step, z.start - z.step), (
            x.start + x.step * x.count, y.start + y.step * y.count, z.start + z.step * z.count,
        )  # fmt: skip

    def window(self, low: Point, high: Point) -> Window:
        """The block of voxels between two corners (x, y, z), wide enough for soft edges."""
        edges = [self.softness] * 3
        if self.beam is not None:
            edges[self.beam] = self.reach / 2
        return (
            self.z.within(low[2] - edges[0], high[2] + edges[0]),
            self.y.within(low[1] - edges[1], high[1] + edges[1], STRIDE),
            self.x.within(low[0] - edges[2], high[0] + edges[2], STRIDE),
        )

    def coordinates(self, window: Window) -> tuple[Field, Field, Field]:
        """x (1, 1, n), y (1, n, 1) and z (n, 1, 1) of a block, in mm."""
        z, y, x = (
            axis.positions()[part]
            for axis, part in zip((self.z, self.y, self.x), window, strict=True)
        )
        return x[None, None, :], y[None, :, None], z[:, None, None]

    def cut(self, window: Window) -> "Grid":
        """A block as a grid of its own."""
        z, y, x = window
        return replace(self, z=self.z.cut(z), y=self.y.cut(y), x=self.x.cut(x))
