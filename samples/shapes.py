"""Solid shapes as fields of signed distance: negative inside, in mm, exact enough at the edge."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from samples.grid import Field, Point, vector

Bounds = tuple[Point, Point]
EVERYWHERE: Bounds = ((-1e6, -1e6, -1e6), (1e6, 1e6, 1e6))
UPRIGHT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))

Turn = tuple[Point, Point, Point]  # rows: the shape's own axes


class Shape(Protocol):
    """What can be painted."""

    @property
    def bounds(self) -> Bounds:
        """Two corners (x, y, z) of a box that holds the shape, mm."""

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """Signed distance to the surface in mm, about exact near it."""


def turned(about_x: float = 0.0, about_y: float = 0.0, about_z: float = 0.0) -> Turn:
    """The axes of a shape turned about x, then y, then z (radians)."""
    cx, sx, cy, sy = np.cos(about_x), np.sin(about_x), np.cos(about_y), np.sin(about_y)
    cz, sz = np.cos(about_z), np.sin(about_z)
    around_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    around_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    around_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    rows = (around_z @ around_y @ around_x).T
    return (as_point(rows[0]), as_point(rows[1]), as_point(rows[2]))


def as_point(values: NDArray[np.floating]) -> Point:
    """Three numbers of an array as a point."""
    return float(values[0]), float(values[1]), float(values[2])


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid; a `power` above 2 makes it boxier."""

    centre: Point
    radii: Point
    turn: Turn = UPRIGHT
    power: float = 2.0

    @property
    def bounds(self) -> Bounds:
        """A box around it, whatever its turn."""
        axes = np.abs(np.array(self.turn)) * np.array(self.radii)[:, None]
        reach = axes.sum(axis=0) if self.power > 2 else np.sqrt((axes**2).sum(axis=0))
        return _box(self.centre, as_point(reach))

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """(|p / radii| - 1) times the smallest radius: exact at the surface."""
        left, back, up = map(float, self.centre)  # NumPy's own would make it double precision
        x, y, z = x - left, y - back, z - up
        a, b, c = map(float, self.radii)
        if self.power == 2.0:
            round_one: Field = np.sqrt(self._square(x, y, z))
            return (round_one - 1) * min(a, b, c)
        if self.turn is not UPRIGHT:
            x, y, z = (_dot(row, x, y, z) for row in self.turn)
        far = _sum_of_powers((x / a, y / b, z / c), self.power)
        return (far - 1) * min(a, b, c)

    def _square(self, x: Field, y: Field, z: Field) -> Field:
        """|p / radii| squared: a quadratic form, with as much as can be of it in a plane."""
        turn = np.array(self.turn) / np.array(self.radii)[:, None]
        (xx, xy, xz), (_, yy, yz), (_, _, zz) = (turn.T @ turn).tolist()
        square: Field = (2 * xz * x + 2 * yz * y) * z
        square += xx * x * x + (2 * xy * x + yy * y) * y
        square += zz * z * z
        np.maximum(square, 0, out=square)  # as rounding may leave a little less
        return square

    def grown(self, by: float) -> "Ellipsoid":
        """The same with every radius longer by so many mm."""
        a, b, c = self.radii
        return replace(self, radii=(max(a + by, 0.1), max(b + by, 0.1), max(c + by, 0.1)))


def _dot(row: Point, x: Field, y: Field, z: Field) -> Field:
    turned_to: Field = row[0] * x + row[1] * y + row[2] * z
    return turned_to


def _sum_of_powers(parts: tuple[Field, ...], power: float) -> Field:
    if power == 4.0:
        squares = [part * part for part in parts]
        return np.sqrt(np.sqrt(sum(square * square for square in squares)))
    first, second, third = (np.abs(part) ** power for part in parts)
    total: Field = np.power(first + second + third, 1 / power, dtype=np.float32)
    return total


def _box(centre: Point, reach: Point) -> Bounds:
    low, high = np.subtract(centre, reach), np.add(centre, reach)
    return as_point(low), as_point(high)


@dataclass(frozen=True, slots=True)
class Drum:
    """An upright elliptic cylinder with rounded rims and a waist: the body of a vertebra."""

    centre: Point
    radii: tuple[float, float]
    half_height: float
    tilt: float = 0.0  # rise of the axis' foot towards the back, radians
    waist: float = 0.12  # share of the width that the middle lacks

    @property
    def bounds(self) -> Bounds:
        """A box around it."""
        lean = abs(self.tilt) * self.radii[1]
        return _box(self.centre, (self.radii[0], self.radii[1], self.half_height + lean))

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """The larger of the distances to the mantle and to the ends."""
        x, y, z = x - self.centre[0], y - self.centre[1], z - self.centre[2]
        z = z - self.tilt * y
        waist = 1 - self.waist + self.waist * (z / self.half_height) ** 2
        across = np.sqrt((x / self.radii[0]) ** 2 + (y / self.radii[1]) ** 2)
        mantle = (across - waist) * min(self.radii)
        made: Field = np.maximum(mantle, np.abs(z) - self.half_height)
        return made

    def grown(self, by: float) -> "Drum":
        """The same, larger by so many mm on every side."""
        a, b = self.radii
        return replace(self, radii=(a + by, b + by), half_height=self.half_height + by)


@dataclass(frozen=True, slots=True)
class Rod:
    """A straight round piece of a tube, with a radius at its start and one at its end."""

    start: Sequence[float]
    way: Sequence[float]  # of length 1
    length: float
    radius: float
    last_radius: float

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """Distance to the nearest point of the axis, less the radius there. (z, y, x)"""
        (x0, y0, z0), (a, b, c) = self.start, self.way
        x, y, z = x - x0, y - y0, z - z0
        square = (x * a + y * b) + z * c  # the way along the axis, at first
        along = square.clip(0, self.length)
        square += square
        square -= along
        square *= along  # along * (2 way - along): what of the square lies along the axis
        np.subtract(x * x + y * y, square, out=square)
        square += z * z
        distance: Field = np.sqrt(np.maximum(square, 0, out=square), out=square)
        if self.radius != self.last_radius:
            along *= (self.radius - self.last_radius) / self.length
            distance += along
        distance -= self.radius
        return distance


@dataclass(frozen=True, slots=True)
class Tube:
    """A pipe through points (n, 3) with a radius (n,) at each; `flat` squeezes its section."""

    points: NDArray[np.float32]
    radii: NDArray[np.float32]
    flat: Point = (1.0, 1.0, 1.0)  # a radius of r mm becomes r * flat along x, y, z

    @property
    def bounds(self) -> Bounds:
        """A box around it."""
        reach = np.array(self.flat) * float(self.radii.max())
        return as_point(self.points.min(axis=0) - reach), as_point(self.points.max(axis=0) + reach)

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """The smallest distance to a piece; FAR where no piece is near."""
        nearest = np.full((z.size, y.size, x.size), FAR, np.float32)
        rods, blocks = self._rods(), self._blocks((z.ravel(), y.ravel(), x.ravel()))
        x, y, z = (axis / flat for axis, flat in zip((x, y, z), self.flat, strict=True))
        shrink = min(self.flat)
        for rod, (up, back, left) in zip(rods, blocks, strict=True):
            near = nearest[up, back, left]
            if near.size:
                away = rod.distance(x[:, :, left], y[:, back], z[up])
                np.minimum(near, away if shrink == 1 else away * shrink, out=near)
        return nearest

    def _blocks(self, axes: tuple[Field, ...]) -> list[tuple[slice, slice, slice]]:
        """For each piece the positions (z, y, x) near to it, as indices."""
        low, high = self._reach()
        first = [axis.searchsorted(low[:, 2 - n]).tolist() for n, axis in enumerate(axes)]
        last = [axis.searchsorted(high[:, 2 - n], "right").tolist() for n, axis in enumerate(axes)]
        up, back, left = (map(slice, *ends) for ends in zip(first, last, strict=True))
        return list(zip(up, back, left, strict=True))

    def _reach(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Corners (pieces, 3) of a box around each piece, with a margin for soft edges."""
        wide = np.maximum(self.radii[:-1], self.radii[1:])[:, None] * vector(self.flat) + MARGIN
        start, end = self.points[:-1], self.points[1:]
        return np.minimum(start, end) - wide, np.maximum(start, end) + wide

    def _rods(self) -> list[Rod]:
        """The pieces, where space is stretched so that they are round."""
        points = self.points / vector(self.flat)
        runs = np.diff(points, axis=0)
        lengths = np.maximum(np.sqrt(np.square(runs).sum(axis=1)), np.float32(1e-6))
        ways = runs / lengths[:, None]
        columns = (points[:-1], ways, lengths, self.radii[:-1], self.radii[1:])
        return [Rod(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def grown(self, by: float) -> "Tube":
        """The same with every radius longer by so many mm."""
        return replace(self, radii=np.maximum(self.radii + np.float32(by), np.float32(0.2)))


FAR = 40.0  # mm: the distance given where no piece of a tube is near
MARGIN = 5.0  # mm around a piece within which its distance is worked out


@dataclass(frozen=True, slots=True)
class Bundle:
    """Many thin rods: starts and ends (n, 3), radii (n,). Painted as a cloud of points."""

    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    radii: NDArray[np.float32]

    @property
    def bounds(self) -> Bounds:
        """A box around all of them."""
        reach = float(self.radii.max())
        both = np.vstack([self.starts, self.ends])
        return as_point(both.min(axis=0) - reach), as_point(both.max(axis=0) + reach)

    def near(self, low: Point, high: Point) -> "Bundle":
        """The rods that may reach into a box between two corners."""
        wide = self.radii[:, None]
        above = np.maximum(self.starts, self.ends) + wide >= vector(low)
        below = np.minimum(self.starts, self.ends) - wide <= vector(high)
        kept = (above & below).all(axis=1)
        return Bundle(self.starts[kept], self.ends[kept], self.radii[kept])


def tube(points: object, radii: object, flat: Point = (1.0, 1.0, 1.0), pieces: int = 0) -> Tube:
    """A tube through points; with `pieces`, smoothed into so many rods by a spline."""
    path = np.asarray(points, np.float32)
    widths = np.broadcast_to(np.asarray(radii, np.float32), (len(path),)).astype(np.float32)
    if pieces:
        both = smooth_path(np.column_stack([path, widths]), pieces)
        path, widths = both[:, :3], both[:, 3]
    return Tube(path, widths, flat)


def smooth_path(path: NDArray[np.float32], pieces: int) -> NDArray[np.float32]:
    """A path (n, d) as `pieces` + 1 points of the Catmull-Rom spline through it."""
    padded = np.vstack([2 * path[0] - path[1], path, 2 * path[-1] - path[-2]])
    at = np.linspace(0, len(path) - 1, pieces + 1)
    knot = np.minimum(at.astype(int), len(path) - 2)
    t = (at - knot)[:, None]
    a, b, c, d = (padded[knot + i] for i in range(4))
    bends = 2 * b + t * (c - a) + t**2 * (2 * a - 5 * b + 4 * c - d)
    smooth = 0.5 * (bends + t**3 * (3 * b - a - 3 * c + d))
    made: NDArray[np.float32] = smooth.astype(np.float32)
    return made


@dataclass(frozen=True, slots=True)
class Plate:
    """A flat triangle of bone with a thickness in mm."""

    corners: tuple[Point, Point, Point]
    thickness: float

    @property
    def bounds(self) -> Bounds:
        """A box around it."""
        low, high = np.min(self.corners, axis=0), np.max(self.corners, axis=0)
        return as_point(low - self.thickness), as_point(high + self.thickness)

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """The largest of the distances to the plane's two sides and to the three edges."""
        corners = np.array(self.corners, np.float64)
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        normal /= np.linalg.norm(normal)
        worst: Field = np.abs(_along(normal, corners[0], x, y, z)) - np.float32(self.thickness / 2)
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            outward = np.cross(end - start, normal) / np.linalg.norm(end - start)
            worst = np.maximum(worst, _along(outward, start, x, y, z))
        return worst


def _along(
    direction: NDArray[np.float64], start: NDArray[np.float64], x: Field, y: Field, z: Field
) -> Field:
    a, b, c = (float(value) for value in direction)
    x0, y0, z0 = (float(value) for value in start)
    made: Field = a * (x - x0) + b * (y - y0) + c * (z - z0)
    return made


@dataclass(frozen=True, slots=True)
class Both:
    """Where two shapes overlap, within the bounds of the first."""

    one: Shape
    other: Shape

    @property
    def bounds(self) -> Bounds:
        """The common part of both boxes."""
        (a, b), (c, d) = self.one.bounds, self.other.bounds
        return as_point(np.maximum(a, c)), as_point(np.minimum(b, d))

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """The larger of both distances."""
        return np.maximum(self.one.distance(x, y, z), self.other.distance(x, y, z))


@dataclass(frozen=True, slots=True)
class Without:
    """A shape with another one cut out."""

    one: Shape
    hole: Shape

    @property
    def bounds(self) -> Bounds:
        """The box of the whole shape."""
        return self.one.bounds

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """The larger of the distance and the hole's, inside out."""
        return np.maximum(self.one.distance(x, y, z), -self.hole.distance(x, y, z))


COARSEST = 4.0  # mm: points farther apart than that are not halved by Smooth


@dataclass(frozen=True, slots=True)
class Smooth:
    """A large smooth shape, worked out at every second point across and at midpoints by average.

    The error is at most the square of the step over four times the surface's radius: under a
    fifth of a millimetre for a chest.
    """

    shape: Shape
    halvings: int = 1

    @property
    def bounds(self) -> Bounds:
        """The shape's own box."""
        return self.shape.bounds

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """The shape's distance, interpolated along x and y."""
        return _halved(self.shape, x, y, z, self.halvings)


def _halved(shape: Shape, x: Field, y: Field, z: Field, times: int) -> Field:
    if times == 0:
        return np.broadcast_to(shape.distance(x, y, z), (z.size, y.size, x.size))
    fewer_x, fewer_y = _every_second(x, 2), _every_second(y, 1)
    coarse = _halved(shape, fewer_x, fewer_y, z, times - 1)
    if fewer_x is not x:
        coarse = _between(coarse, x.size, 2)
    return coarse if fewer_y is y else _between(coarse, y.size, 1)


def _every_second(axis: Field, number: int) -> Field:
    """Every second position, and one beyond the last, so that each midpoint has two neighbours.

    All of them where they are too few, or too far apart to be guessed between.
    """
    values = axis.ravel()
    if len(values) < 2 or values[1] - values[0] > COARSEST:
        return axis
    beyond = values[-1] + (values[-1] - values[-2])
    longer = np.append(values, [beyond, beyond]).astype(np.float32)[: values.size + 2]
    longer[-1] = beyond + (values[-1] - values[-2])
    chosen = longer[::2][: values.size // 2 + 1]
    return chosen.reshape([-1 if axis == number else 1 for axis in range(3)])


def _between(coarse: Field, count: int, number: int) -> Field:
    """`count` values along an array axis: those given, and the means of neighbours."""
    fine = np.empty(
        [count if axis == number else n for axis, n in enumerate(coarse.shape)], np.float32
    )
    front = (slice(None),) * number
    fine[(*front, slice(None, None, 2))] = coarse[(*front, slice((count + 1) // 2))]
    half = fine[(*front, slice(1, None, 2))]
    np.add(
        coarse[(*front, slice(count // 2))], coarse[(*front, slice(1, count // 2 + 1))], out=half
    )
    half *= np.float32(0.5)
    return fine
