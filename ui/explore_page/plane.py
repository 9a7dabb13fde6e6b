"""The map as the page shows it now: without the pictures that have left the collection."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import Ids, Mask
from storage.embedding_map import EmbeddingMap, MapNote, Points
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from ui.explore_page.address import Area


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Pictures that live, with their points."""

    ids: Ids  # (n,)
    points: Points  # (n, 2)
    rows: NDArray[np.int64]  # (n,), their places in the snapshot
    note: MapNote
    gone: int  # pictures of the map that have left the collection
    version: str  # another one for other points


def current_plane(reader: CollectionReader, snapshot: Snapshot) -> Plane | None:
    """The map of a collection; None when none was made. CollectionCorrupt, CardMismatch."""
    made = reader.map_file.read(snapshot.sequence)
    return None if made is None else plane_of(made, snapshot)


def plane_of(made: EmbeddingMap, snapshot: Snapshot) -> Plane:
    """What lives of a map."""
    lives = np.isin(made.ids, snapshot.ids, assume_unique=True)
    ids, points = made.ids[lives], made.points[lives]
    version = hashlib.sha256(ids.tobytes() + points.tobytes()).hexdigest()[:16]
    gone = int(np.count_nonzero(~lives))
    return Plane(ids, points, snapshot.places(ids), made.note, gone, version)


def inside(points: Points, area: Area) -> Mask:
    """Which points lie in a polygon, (n,): a ray to the right crosses its sides an odd time."""
    x, y = points[:, 0].astype(np.float64), points[:, 1].astype(np.float64)
    is_inside = np.zeros(len(points), np.bool_)
    for (x0, y0), (x1, y1) in zip(area, (*area[1:], area[0]), strict=True):
        if y0 != y1:
            is_crossed = ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
            is_inside ^= is_crossed
    return is_inside


def from_the_middle(ids: Ids, points: Points) -> Ids:
    """The same pictures, those first that lie in the middle of them."""
    if not len(ids):
        return ids
    away = ((points - np.median(points, axis=0)) ** 2).sum(axis=1)
    ordered: Ids = ids[np.argsort(away, kind="stable")]
    return ordered
