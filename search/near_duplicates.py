"""Pictures that nearly are another one: adjacent slices, or a film that was exported twice."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings
from search.grouping import Positions

BLOCK: Final = 256  # rows compared with all that stand before them at once
ROUNDING: Final = 1e-6  # the cosine of a stored row with itself may fall short of 1 by this much

NONE: Final = -1


def leaders(rows: Embeddings, least: float) -> Positions:
    """For each row, in order, the first standing row with a cosine of at least `least`.

    (n, dim) -> (n,). A row without such a one before it stands itself, and is its own leader; no
    two standing rows are that near. Rows that come after change nothing for those before.
    """
    found = np.full(len(rows), NONE, np.int64)
    standing = np.empty(0, np.int64)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK].astype(np.float64)
        near = block @ rows[standing].astype(np.float64).T >= least - ROUNDING
        led = _first_or_none(near, standing)
        _lead_within(led, block @ block.T >= least - ROUNDING, start)
        found[start : start + BLOCK] = led
        standing = np.append(standing, start + np.flatnonzero(led == start + np.arange(len(led))))
    return found


def _first_or_none(near: NDArray[np.bool_], standing: Positions) -> Positions:
    """The first standing row that each row of a block (b, s) is near to."""
    if not len(standing):
        return np.full(len(near), NONE, np.int64)
    return np.where(near.any(axis=1), standing[near.argmax(axis=1)], NONE)


def _lead_within(led: Positions, near: NDArray[np.bool_], start: int) -> None:
    """Let the rows of a block (b, b) that nobody leads yet stand, and lead those after them."""
    for place in range(len(led)):
        if led[place] == NONE:
            followers = near[place] & (led == NONE)
            followers[place] = True  # though rounding may say otherwise
            led[followers] = start + place
