"""What a hit stands for: a picture, or the series, study or patient that it is the best of."""

import numpy as np
from numpy.typing import NDArray

from core.types import Mask, Unit
from storage.keys import Key

Keys = NDArray[np.int64]  # equal where two rows are of one thing
Positions = NDArray[np.int64]  # in the order of candidates, from 0, ascending


def key_of(unit: Unit) -> Key:
    """By what the pictures of a unit are told from others; of a picture by its pixels."""
    return Key.PIXELS if unit is Unit.PICTURE else Key(unit.value)


def first_of_each(keys: Keys) -> Positions:
    """Where each key comes first: (n,) -> (m,)."""
    _, first = np.unique(keys, return_index=True)
    first.sort()
    return first


def sizes(keys: Keys, among: Mask | None, wanted: Keys) -> NDArray[np.int64]:
    """How many of the rows (rows,) that may be returned have each wanted key: (n,)."""
    rows = keys if among is None else keys[among]
    found, counts = np.unique(rows[np.isin(rows, wanted)], return_counts=True)
    places = np.searchsorted(found, wanted)
    return counts[places] if len(counts) else np.zeros(len(wanted), np.int64)
