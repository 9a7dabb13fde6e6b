"""Which pictures of a collection are on its map."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Ids
from search.sampling import scattered
from storage.snapshot import Snapshot

FEWEST: Final = 200  # pictures of a modality, where it has so many and there is room


def chosen(snapshot: Snapshot, most: int) -> Ids:
    """The ids of the pictures on a map of at most so many, ascending; all where there are few.

    All are drawn alike, but for a modality of which that would bring fewer than `FEWEST`: it has so
    many, or all that it has. The dice know nothing but ids: a later map has mostly the same ones.
    """
    ids = snapshot.ids
    if len(ids) <= most:
        return ids
    dice = scattered(ids)
    codes = snapshot.column("modality").codes
    fewest = min(FEWEST, most // len(np.unique(codes)))
    is_left = _ranks_within(codes, dice) >= fewest
    drawn: Ids = np.sort(ids[np.lexsort((dice, is_left))[:most]])
    return drawn


def _ranks_within(codes: NDArray[np.int32], dice: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The place of each row among those of its code, from 0, in the order of the dice: (rows,)."""
    order = np.lexsort((dice, codes))
    in_order = codes[order]
    is_first = np.append(True, in_order[1:] != in_order[:-1])
    places = np.arange(len(codes))
    ranks = np.empty(len(codes), np.int64)
    ranks[order] = places - np.maximum.accumulate(np.where(is_first, places, 0))
    return ranks
