"""Paint parts of a body, one over the other, into a block of voxels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from samples import cloud
from samples.grid import Field, Grid, Window
from samples.shapes import Bounds, Bundle, Shape
from samples.texture import Grain
from samples.tissues import Tissue

CHUNK = 150_000  # voxels painted at once: what stays in a core's cache

Volume = NDArray[np.float32]  # (channels, z, y, x)


@dataclass(frozen=True, slots=True)
class Look:
    """What a tissue is worth in one channel, and the deviation of its grain."""

    value: float
    grain: float = 0.0


Palette = dict[Tissue, Look]


@dataclass(frozen=True, eq=False)  # known by identity: no two are the same piece
class Part:
    """A piece of tissue. Later ones (by `order`, then as listed) cover earlier ones."""

    tissue: Tissue
    shape: Shape | Bundle
    order: int
    grain: Grain | None = None
    rough: tuple[Grain, float] | None = None  # the surface wanders by so many mm
    sheet: tuple[Grain, float, float] | None = None  # only where |grain| * mm is below so many mm
    core: tuple[Tissue, float] | None = None  # what lies deeper than so many mm
    fine: bool = False  # projected as points by radiographs, not painted
    name: str = ""  # the finding that it belongs to
    weight: float = 1.0  # 0.5 lets half of what is below through

    @cached_property
    def bounds(self) -> Bounds:
        """A box around it, with room for its rough surface."""
        low, high = self.shape.bounds
        room = 3 * self.rough[1] if self.rough else 0.0
        return (low[0] - room, low[1] - room, low[2] - room), (
            high[0] + room, high[1] + room, high[2] + room,
        )  # fmt: skip


def paint(parts: Iterable[Part], grid: Grid, palettes: Sequence[Palette]) -> Volume:
    """The parts on a grid, one channel for each palette. (channels, z, y, x)"""
    volume = np.empty((len(palettes), *grid.shape), np.float32)
    for channel, palette in enumerate(palettes):
        volume[channel] = palette[Tissue.AIR].value
    for part in in_order(parts):
        cover(volume, part, grid, palettes)
    return volume


def in_order(parts: Iterable[Part]) -> list[Part]:
    """The parts, lowest first."""
    return sorted(parts, key=lambda part: part.order)


def cover(volume: Volume, part: Part, grid: Grid, palettes: Sequence[Palette]) -> None:
    """Paint one part over what is there."""
    grainy = any(palette[part.tissue].grain for palette in palettes)
    for window, distance in distances(part, grid):
        if distance.min() > grid.reach / 2:
            continue
        grain = part.grain.at(grid, window) if part.grain and grainy else None
        for tissue, amount in _layers(part, distance, grid):
            for channel, palette in enumerate(palettes):
                _blend(volume[(channel, *window)], amount, palette[tissue], grain)


def _layers(part: Part, distance: Field, grid: Grid) -> Iterator[tuple[Tissue, Field | None]]:
    """The part's tissues with their amounts; None where a block is full of one."""
    full = -distance.max() - grid.reach / 2 if part.weight == 1 else 0.0  # to this depth
    if part.core and full > part.core[1]:
        yield part.core[0], None
        return
    edge = edges(distance, grid)
    for tissue, depth in [(part.tissue, 0.0), *([part.core] if part.core else [])]:
        if full > depth:
            yield tissue, None
        else:
            yield tissue, _weighted(inside(distance, depth, edge), part.weight)


def _weighted(amount: Field, weight: float) -> Field:
    return amount if weight == 1 else amount * np.float32(weight)


def _blend(block: Field, amount: Field | None, look: Look, grain: Field | None) -> None:
    value: Field | float = look.value
    if grain is not None and look.grain:
        value = look.value + look.grain * grain
    if amount is None:
        block[...] = value
        return
    change = value - block
    change *= amount
    block += change


def edges(distance: Field, grid: Grid) -> Field | np.float32:
    """The width in mm over which an edge is soft: wider where it lies across the beam."""
    if grid.beam is None or distance.shape[grid.beam] < 2:
        return np.float32(grid.softness)
    width = np.empty(distance.shape, np.float32)
    first, second, later, sooner = (
        (slice(None),) * grid.beam + (part,) for part in (0, 1, slice(1, None), slice(-1))
    )
    np.subtract(distance[later], distance[sooner], out=width[later])
    width[first] = width[second]
    np.abs(width, out=width)
    np.minimum(width, np.float32(grid.reach - grid.softness), out=width)  # next to FAR as well
    width += np.float32(grid.softness)
    return width


def inside(distance: Field, depth: float, edge: Field | np.float32) -> Field:
    """1 deeper than `depth` mm, 0 outside, in between over `edge` mm."""
    amount = (distance + np.float32(depth) if depth else distance) / edge
    np.subtract(np.float32(0.5), amount, out=amount)
    return amount.clip(0, 1, out=amount)


def distances(part: Part, grid: Grid) -> Iterator[tuple[Window, Field]]:
    """Blocks of the grid that the part may touch, with the signed distance to its surface."""
    if isinstance(part.shape, Bundle):
        yield from _of_bundle(part.shape, grid)
        return
    for window in chunks(grid.window(*part.bounds)):
        x, y, z = grid.coordinates(window)
        distance = part.shape.distance(x, y, z)
        if part.rough is not None:
            distance = distance + part.rough[1] * part.rough[0].at(grid, window)
        if part.sheet is not None:
            fold, scale, half = part.sheet
            distance = np.maximum(distance, scale * np.abs(fold.at(grid, window)) - half)
        yield window, distance


def _of_bundle(bundle: Bundle, grid: Grid) -> Iterator[tuple[Window, Field]]:
    """Where thin rods are: the filled share of each voxel, as the distance that gives it."""
    window = grid.window(*bundle.bounds)
    if any(part.stop == part.start for part in window):
        return
    local = grid.cut(window)
    here = bundle.near(*local.corners)
    if len(here.radii):
        points, amounts = cloud.of_bundle(here, grid.x.step)
        share = cloud.deposit(points, amounts, local) / np.float32(grid.voxel)
        yield window, (0.5 - np.minimum(share, 1)) * np.float32(grid.softness)


def chunks(window: Window) -> Iterator[Window]:
    """A block cut along z into pieces that a cache holds; nothing for an empty block."""
    z, y, x = window
    plane = (y.stop - y.start) * (x.stop - x.start)
    if plane == 0:
        return
    step = max(1, CHUNK // plane)
    for first in range(z.start, z.stop, step):
        yield slice(first, min(first + step, z.stop)), y, x


def extent(parts: Iterable[Part], grid: Grid) -> NDArray[np.bool_]:
    """The voxels of which the parts cover a hundredth or more. (z, y, x)"""
    found = np.zeros(grid.shape, bool)
    for part in parts:
        for window, distance in distances(part, grid):
            found[window] |= inside(distance, 0, edges(distance, grid)) > 0.01
    return found
