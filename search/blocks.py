"""Hits that get another order among themselves, block by block, so that pages do not change it."""

from collections.abc import Callable
from typing import Final

import numpy as np

from search.standing import Standing

BLOCK: Final = 200  # hits

Reorder = Callable[[Standing], Standing]


def block_end(rank: int) -> int:
    """The last rank of the block that a rank, from 1, lies in."""
    return -(-rank // BLOCK) * BLOCK


def in_blocks(standing: Standing, offset: int, reorder: Reorder) -> Standing:
    """All hits, those of each block in a new order; blocks that end before `offset` stay."""
    start = offset // BLOCK * BLOCK
    blocks = [slice(at, at + BLOCK) for at in range(start, len(standing.ids), BLOCK)]
    return _joined(
        [
            standing.taken(slice(start)),
            *(reorder(standing.taken(block)) for block in blocks),
        ]
    )


def _joined(parts: list[Standing]) -> Standing:
    return Standing(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.near for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.like for part in parts]),
    )
