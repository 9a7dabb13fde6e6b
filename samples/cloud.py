"""Thin rods as clouds of points, each standing for a little volume."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from samples.grid import Axis, Field, Grid, vector
from samples.shapes import Bundle, Plate, Tube

Points = NDArray[np.float32]  # (n, 3): x, y, z in mm
Amounts = NDArray[np.float32]  # (n,): the volume in mm3 that each point stands for

GOLDEN = np.pi * (3 - np.sqrt(5))


def of_bundle(bundle: Bundle, step: float) -> tuple[Points, Amounts]:
    """Points about `step` mm apart within every rod."""
    sides = np.maximum(np.ceil(2 * bundle.radii / step), 1).astype(int)
    clouds = [
        _rods(bundle, np.flatnonzero(sides == side), int(side), step) for side in np.unique(sides)
    ]
    return np.vstack([c[0] for c in clouds]), np.concatenate([c[1] for c in clouds])


def _rods(
    bundle: Bundle, which: NDArray[np.intp], side: int, step: float
) -> tuple[Points, Amounts]:
    """The points of rods of about the same width: a spiral of side**2 across at each station."""
    start, run = bundle.starts[which], bundle.ends[which] - bundle.starts[which]
    length = np.linalg.norm(run, axis=1)
    count = np.maximum(np.ceil(length / step), 1).astype(int)
    rod = np.repeat(np.arange(len(which)), count)
    station = np.arange(len(rod)) - np.repeat(np.cumsum(count) - count, count)
    middle = start[rod] + run[rod] * ((station + 0.5) / count[rod])[:, None]
    across = _across(run / np.maximum(length, 1e-6)[:, None], side)[rod]
    radii = bundle.radii[which][rod]
    points = middle[:, None, :] + across * radii[:, None, None]
    amount = np.pi * radii**2 * (length / count)[rod] / across.shape[1]
    return points.reshape(-1, 3).astype(np.float32), np.repeat(amount, across.shape[1])


def _across(along: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """A sunflower of side**2 points in the unit disc across each direction (n, side**2, 3)."""
    index = np.arange(side * side) + 0.5
    radius = np.sqrt(index / (side * side)) if side > 1 else np.zeros(1)
    first, second = frames(along)
    u, v = radius * np.cos(GOLDEN * index), radius * np.sin(GOLDEN * index)
    across: NDArray[np.float32] = (
        first[:, None, :] * u[None, :, None] + second[:, None, :] * v[None, :, None]
    )
    return across.astype(np.float32)


def frames(along: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two unit vectors (n, 3) across each direction."""
    helper = np.where(np.abs(along[:, 2:]) < 0.9, vector((0, 0, 1)), vector((1, 0, 0)))
    first = np.cross(along, helper)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-6)
    return first.astype(np.float32), np.cross(along, first).astype(np.float32)


def of_tubes(
    tubes: Sequence[Tube], depths: Sequence[tuple[float, float]], step: float
) -> tuple[Points, Amounts]:
    """Points of a Fibonacci lattice in the shell of each tube between two depths, in mm."""
    rows = [_stations(tube, *depth, step) for tube, depth in zip(tubes, depths, strict=True)]
    middle, along, outer, inner, run, flat = (
        np.concatenate(column) for column in zip(*rows, strict=True)
    )
    lengths = [len(row[0]) for row in rows]
    around = 2 * np.pi * outer * flat.max(axis=1)
    count = np.maximum(np.rint(around * run / step**2), 1).astype(int)
    station = np.repeat(np.arange(len(count)), count)
    first_point = np.cumsum(count) - count
    first_station = np.repeat(np.cumsum(lengths) - lengths, lengths)  # of the same tube
    index = np.arange(len(station)) - first_point[first_station][station]  # each tube on its own
    within = (np.arange(len(station)) - first_point[station] + 0.5) / count[station] - 0.5
    share = _fraction(index * 0.7548777)
    square = outer**2 - inner**2
    radius = np.sqrt(inner[station] ** 2 + share * square[station])
    first, second = frames(along)
    angle = _fraction(index * (GOLDEN / (2 * np.pi))) * np.float32(2 * np.pi)
    offset = first[station] * (radius * np.cos(angle))[:, None]
    offset += second[station] * (radius * np.sin(angle))[:, None]
    points = middle[station] + along[station] * (within * run[station])[:, None]
    squeezed = flat.prod(axis=1) * np.linalg.norm(along / flat, axis=1)
    area = np.pi * square * squeezed
    points += offset * flat[station]
    return points.astype(np.float32), (area * run / count)[station].astype(np.float32)


def _fraction(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """What exceeds a whole number; several times faster than a remainder."""
    return (values - np.floor(values)).astype(np.float32)


def _stations(solid: Tube, top: float, bottom: float, step: float) -> tuple[Points, ...]:
    """Middles, directions, both radii, lengths and flatness of thin slices along a tube."""
    pieces = np.diff(solid.points, axis=0)
    lengths = np.linalg.norm(pieces, axis=1)
    way = np.concatenate([[0], np.cumsum(lengths)])
    count = max(2, int(np.ceil(way[-1] / step)))
    at = (np.arange(count) + 0.5) * (way[-1] / count)
    columns = [np.interp(at, way, solid.points[:, axis]) for axis in range(3)]
    middle = np.column_stack(columns).astype(np.float32)
    along = np.gradient(middle, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    radii = np.interp(at, way, solid.radii).astype(np.float32)
    return (
        middle,
        along.astype(np.float32),
        np.maximum(radii - np.float32(top), np.float32(0.05)),
        np.maximum(radii - np.float32(bottom), np.float32(0)),
        np.full(count, way[-1] / count, np.float32),
        np.tile(vector(solid.flat), (count, 1)),
    )


def of_plate(plate: Plate, step: float) -> tuple[Points, Amounts]:
    """Points all over a triangle."""
    a, b, c = np.array(plate.corners)
    area = float(np.linalg.norm(np.cross(b - a, c - a))) / 2
    count = max(16, int(np.ceil(2 * area / step**2)))
    u = (np.arange(count) + 0.5) / count
    v = (np.arange(count) * 0.618034) % 1
    root = np.sqrt(u)[:, None]
    points = a * (1 - root) + b * (root * (1 - v[:, None])) + c * (root * v[:, None])
    amount = np.full(count, area * plate.thickness / count, np.float32)
    return points.astype(np.float32), amount


def deposit(points: Points, amounts: Amounts, grid: Grid, beam: int | None = None) -> Field:
    """The volume in mm3 that falls into each voxel, shared among the nearest. (z, y, x)

    Along the array axis `beam`, which has one position, all of it falls there: a projection.
    """
    first = np.zeros(len(points), np.intp)
    shares = [(0, amounts)]  # how far after the first voxel, and how much
    for number, axis in enumerate((grid.z, grid.y, grid.x)):
        if number != beam:
            place, above = _between_voxels(points[:, 2 - number], axis)
            wide = axis.count + 2 * MARGIN
            first = first * wide + place
            shares = [
                (after * wide + step, share * part)
                for after, share in shares
                for step, part in ((0, 1 - above), (1, above))
            ]
    return _summed(
        first, shares, [1 if n == beam else c + 2 * MARGIN for n, c in enumerate(grid.shape)], beam
    )


MARGIN = 2  # voxels around a grid for what falls beside it


def _between_voxels(values: Field, axis: Axis) -> tuple[NDArray[np.intp], Field]:
    """The position below each value, counted from the margin, and the share of the one above."""
    at = (values - np.float32(axis.start)) * np.float32(1 / axis.step)
    below = np.floor(at)
    return below.clip(-MARGIN, axis.count).astype(np.intp) + MARGIN, at - below


def _summed(
    first: NDArray[np.intp], shares: list[tuple[int, Amounts]], shape: list[int], beam: int | None
) -> Field:
    """All shares added up, without the margin."""
    size = int(np.prod(shape))
    total = np.zeros(size)
    for after, share in shares:
        total[after:] += np.bincount(first, share, minlength=size)[: size - after]
    kept = tuple(slice(None) if number == beam else slice(MARGIN, -MARGIN) for number in range(3))
    return total.reshape(shape)[kept].astype(np.float32)
