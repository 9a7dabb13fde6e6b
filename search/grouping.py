"""What a hit stands for: a picture, or the series, study or patient that it is the best of."""

import numpy as np
from numpy.typing import NDArray

from core.types import Ids, Mask, Unit
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


def rows_with(keys: Keys, wanted: Keys, among: Mask | None) -> Positions:
    """The rows (rows,) that may be returned and have one of the wanted keys, ascending."""
    found = np.isin(keys, wanted)
    return np.flatnonzero(found if among is None else found & among)


def sizes(keys: Keys, among: Mask | None, wanted: Keys) -> NDArray[np.int64]:
    """How many of the rows (rows,) that may be returned have each wanted key: (n,)."""
    return _counts(keys[rows_with(keys, wanted, among)], wanted)


def same_pixels(snapshot: Snapshot, among: Mask | None, wanted: Keys) -> NDArray[np.int64]:
    """As `sizes`, for keys of pixels, without looking at rows that have no copy."""
    keys, ids, others = snapshot.keys(Key.PIXELS), snapshot.ids, snapshot.copied
    others = others[np.isin(keys[others], wanted)]
    firsts = _places(ids, wanted)
    firsts = firsts[keys[firsts] == ids[firsts]]
    if among is not None:
        others, firsts = others[among[others]], firsts[among[firsts]]
    return _counts(keys[others], wanted) + _counts(keys[firsts], wanted)


def _places(ids: Ids, wanted: Ids) -> Positions:
    """Where those of the wanted ids are that exist, each once."""
    different = np.unique(wanted)
    places = np.searchsorted(ids, different)
    there = places < len(ids)
    there[there] = ids[places[there]] == different[there]
    return places[there]


def _counts(found: Keys, wanted: Keys) -> NDArray[np.int64]:
    """How often each wanted key is among those found: (n,)."""
    present, counts = np.unique(found, return_counts=True)
    places = np.searchsorted(present, wanted)
    known = places < len(present)
    known[known] = present[places[known]] == wanted[known]
    totals = np.zeros(len(wanted), np.int64)
    totals[known] = counts[places[known]]
    return totals
