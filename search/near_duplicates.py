"""Pictures that nearly are another one: adjacent slices, or a film that was exported twice.

Only those of one patient: other patients' pictures can be as near, and must not be lost.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings
from search.grouping import Keys, Positions

BLOCK: Final = 256  # rows compared with all that stand before them at once
ROUNDING: Final = 1e-6  # the cosine of a stored row with itself may fall short of 1 by this much

NONE: Final = -1


def leaders(rows: Embeddings, whose: Keys, least: float) -> Positions:
    """For each row, in order, the first standing row of its patient that it is near to.

    (n, dim), (n,) -> (n,). Near is a cosine of at least `least`. A row without such a one before it
    stands itself, and is its own leader; no two standing rows of a patient are that near. Rows
    that come after change nothing for those before.
    """
    found = np.full(len(rows), NONE, np.int64)
    standing = np.empty(0, np.int64)
    for start in range(0, len(rows), BLOCK):
        block = np.arange(start, min(start + BLOCK, len(rows)))
        led = _first_or_none(_near(rows, whose, block, standing, least), standing)
        _lead_within(led, _near(rows, whose, block, block, least), start)
        found[block] = led
        standing = np.append(standing, block[led == block])
    return found


def _near(
    rows: Embeddings, whose: Keys, some: Positions, others: Positions, least: float
) -> NDArray[np.bool_]:
    """Which of some rows are near to which others: (s, o)."""
    cosines = rows[some].astype(np.float64) @ rows[others].astype(np.float64).T
    near: NDArray[np.bool_] = (cosines >= least - ROUNDING) & (whose[some, None] == whose[others])
    return near


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
