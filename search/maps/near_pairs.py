"""Pictures of different patients that are nearly alike: what may be one picture under two names."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Mask
from search.maps.neighbours import BLOCK, Cosines
from storage.embedding_map import NearPairs
from storage.verify_findings import CheckProgress, Show

LEAST: Final = 0.98  # cosine of a pair
MOST: Final = 500  # pairs that are kept
WAITING: Final = 100_000  # pairs that are looked through at once

Keys = NDArray[np.int64]  # (n,)
Pairs = NDArray[np.int64]  # (m, 2), places of rows


def near_pairs(
    rows: Embeddings, ids: Keys, patients: Keys, series: Keys, pixels: Keys, show: Show
) -> NearPairs:
    """The nearest pairs of pictures that no patient, series or pixels are common to.

    Of two series the nearest pair stands for all of theirs. All are compared with all.
    """
    found = 0
    kept, cosines = np.empty((0, 2), np.int64), np.empty(0, np.float32)
    bar = LEAST
    for start in range(0, len(rows), BLOCK):
        own = np.arange(start, min(start + BLOCK, len(rows)))
        alike = rows[own] @ rows[start:].T
        near = np.argwhere(_is_later(alike) & (alike >= LEAST))
        for keys in (patients, series, pixels):
            near = near[keys[near[:, 0] + start] != keys[near[:, 1] + start]]
        found += len(near)
        new = near[alike[tuple(near.T)] >= bar]
        for some in np.array_split(new, len(new) // WAITING + 1):
            kept = np.concatenate([kept, some + start])
            cosines = np.concatenate([cosines, alike[tuple(some.T)]])
            kept, cosines = _nearest(kept, cosines, series)
        bar = float(cosines[-1]) if len(cosines) == MOST else LEAST
        show(CheckProgress("near pairs", int(own[-1]) + 1, len(rows)))
    return NearPairs(ids[kept], cosines, found, LEAST)


def _is_later(alike: Cosines) -> Mask:
    """Which places stand behind those of the block (b, n), which begins with the block's own."""
    return np.arange(alike.shape[1]) > np.arange(len(alike))[:, None]


def _nearest(pairs: Pairs, cosines: Cosines, series: Keys) -> tuple[Pairs, Cosines]:
    """The nearest pair of each two series, of these the nearest, best first."""
    order = np.lexsort((pairs[:, 1], pairs[:, 0], -cosines))
    both = np.sort(series[pairs[order]], axis=1)
    _, firsts = np.unique(both, axis=0, return_index=True)
    best = order[np.sort(firsts)[:MOST]]
    return pairs[best], cosines[best]
