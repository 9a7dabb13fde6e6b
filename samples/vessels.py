"""Grow the branching vessels of an organ from its root to points all over it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from samples.grid import Point, vector
from samples.shapes import Bundle

Points = NDArray[np.float32]  # (n, 3)
THINNEST = 0.8  # mm
MURRAY = 2.5  # a parent's radius to this power is the sum of its children's (Murray 1926)
DETOUR = 0.55  # how much a longer way to the root counts against a nearer branch


def grow(
    root: Point,
    inside: Callable[[Points], NDArray[np.bool_]],
    box: tuple[Point, Point],
    leaves: int,
    rng: np.random.Generator,
) -> Bundle:
    """A tree from the root to about `leaves` points of the organ, thinner at every fork."""
    ends = rng.uniform(box[0], box[1], (leaves * 6, 3)).astype(np.float32)
    ends = ends[inside(ends)][:leaves]
    order = np.argsort(np.linalg.norm(ends - vector(root), axis=1))
    nodes = np.vstack([vector(root), ends[order]]).astype(np.float32)
    parents = _parents(nodes)
    return _bundle(nodes, parents, rng)


def _parents(nodes: Points) -> NDArray[np.intp]:
    """For each node but the root, the earlier node that it grows from."""
    way = np.zeros(len(nodes), np.float32)
    parents = np.zeros(len(nodes), np.intp)
    for index in range(1, len(nodes)):
        gaps = np.linalg.norm(nodes[:index] - nodes[index], axis=1)
        parents[index] = np.argmin(gaps + DETOUR * way[:index])
        way[index] = way[parents[index]] + gaps[parents[index]]
    return parents


def _bundle(nodes: Points, parents: NDArray[np.intp], rng: np.random.Generator) -> Bundle:
    """Every branch as two rods with a bend between them."""
    flow = np.full(len(nodes), THINNEST**MURRAY)
    for index in range(len(nodes) - 1, 0, -1):
        flow[parents[index]] += flow[index]
    radii = (flow[1:] ** (1 / MURRAY)).astype(np.float32)
    starts, ends = nodes[parents[1:]], nodes[1:]
    length = np.linalg.norm(ends - starts, axis=1, keepdims=True)
    bends = (starts + ends) / 2 + 0.08 * length * rng.standard_normal(starts.shape)
    return Bundle(
        np.vstack([starts, bends]).astype(np.float32),
        np.vstack([bends, ends]).astype(np.float32),
        np.tile(radii, 2),
    )
