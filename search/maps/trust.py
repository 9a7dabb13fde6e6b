"""How far a map can be trusted: whether what lies side by side in it is alike."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings
from search.maps.neighbours import BLOCK, others
from storage.embedding_map import Points, Trust

NEAREST: Final = 10
JUDGED: Final = 1_000  # pictures whose surroundings are looked at


def trust(rows: Embeddings, points: Points) -> Trust:
    """Compare rows (n, dim), n at least 3, with their points (n, 2): the surroundings of some.

    Trustworthiness is that of Venna and Kaski, Neural Networks 14 (2001), over the pictures that
    are judged: 1 where the nearest on the map are the nearest, about 0.5 by chance.
    """
    n = len(rows)
    k = min(NEAREST, (n - 1) // 2)
    judged = np.linspace(0, n - 1, min(n, JUDGED)).astype(np.int64)
    blocks = np.split(judged, range(BLOCK, len(judged), BLOCK))
    ranks = np.concatenate([_ranks(rows, points, block, k) for block in blocks])
    too_far = np.maximum(ranks - k, 0).sum(axis=1)
    return Trust(
        nearest=k,
        kept=float((ranks <= k).mean()),
        by_chance=k / (n - 1),
        trustworthiness=float(1 - 2 * too_far.mean() / (k * (2 * n - 3 * k - 1))),
    )


def _ranks(rows: Embeddings, points: Points, own: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """How near the k nearest on the map are by cosine, from 1: (a, k)."""
    cosines = others(rows, own)
    away = ((points[own, None] - points) ** 2).sum(axis=2)
    away[np.arange(len(own)), own] = np.inf
    nearest = np.argpartition(away, k - 1, axis=1)[:, :k]
    scores = np.take_along_axis(cosines, nearest, axis=1)
    ranks = [(cosines > scores[:, [place]]).sum(axis=1) + 1 for place in range(k)]
    return np.stack(ranks, axis=1)
