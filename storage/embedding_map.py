"""A collection on a plane: what a map is, and how far it can be trusted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.types import Ids

Points = NDArray[np.float32]  # (n, 2), within -1 and 1
Pairs = NDArray[np.int64]  # (m, 2)


class MapMethod(StrEnum):
    """How a map is laid out."""

    TSNE = "tsne"
    PCA = "pca"


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a map can be trusted."""

    nearest: int  # how many pictures around one are looked at
    kept: float  # share of the nearest by cosine that are the nearest on the map, too
    by_chance: float  # the same of pictures strewn at random
    trustworthiness: float  # 0..1, after Venna and Kaski: 1 where no stranger lies near


@dataclass(frozen=True, slots=True, eq=False)
class NearPairs:
    """The nearest pairs of pictures of different patients, best first."""

    pairs: Pairs  # ids
    cosines: NDArray[np.float32]  # (m,)
    found: int  # pairs on the map that are at least so near
    least: float  # their cosine


@dataclass(frozen=True, slots=True)
class MapNote:
    """How a map was made."""

    method: MapMethod
    sequence: int  # the state of the collection that it shows
    pictures: int  # of the collection then
    made_at: datetime  # aware, UTC
    trust: Trust


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingMap:
    """Pictures on a plane: what is alike lies together, as far as a plane can have it so."""

    ids: Ids  # (n,), ascending; some may have left the collection since
    points: Points
    near: NearPairs
    note: MapNote
