"""What a hit stands for: a picture, or the series, study or patient that it is the best of."""

import numpy as np
from numpy.typing import NDArray

from core.types import Mask, Unit
from storage.keys import Key
from storage.snapshot import Snapshot

Keys = NDArray[np.int64]  # equal where two rows are of one thing
Positions = NDArray[np.int64]  # in the order of candidates, or of rows, from 0


def key_of(unit: Unit) -> Key:
    """By what the pictures of a unit are told from others; of a picture by its pixels."""
    return Key.PIXELS if unit is Unit.PICTURE else Key(unit.value)


def first_of_each(keys: Keys) -> Positions:
    """Where each key comes first, ascending: (n,) -> (m,)."""
    _, first = np.unique(keys, return_index=True)
    first.sort()
    return first


def rows_with(snapshot: Snapshot, key: Key, wanted: Keys, among: Mask | None) -> Positions:
    """The rows that may be returned and have one of the wanted keys, ascending."""
    rows = snapshot.rows_with(key, wanted)
    return rows if among is None else rows[among[rows]]


def sizes(snapshot: Snapshot, key: Key, wanted: Keys, among: Mask | None) -> NDArray[np.int64]:
    """How many of the rows that may be returned have each wanted key: (n,)."""
    found = snapshot.keys(key)[rows_with(snapshot, key, wanted, among)]
    found.sort()
    counts: NDArray[np.int64] = np.searchsorted(found, wanted, side="right") - np.searchsorted(
        found, wanted
    )
    return counts
