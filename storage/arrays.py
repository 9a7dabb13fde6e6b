"""Arrays with a place for each row, which nobody changes."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.types import Ids, Mask

Array = TypeVar("Array", bound=NDArray[Any])


def followed_by(values: Array, kept: Mask, new: Sequence[float | None]) -> Array:
    """The kept values, then new ones, of the same type and read-only. None becomes NaN."""
    before = values if kept.all() else values[kept]
    array: Array = np.append(before, np.array(new, dtype=values.dtype))  # type: ignore[assignment]
    array.flags.writeable = False
    return array


def places_among(ids: Ids, wanted: Ids) -> tuple[NDArray[np.int64], Mask]:
    """Where ids are among others that ascend, and which of them are there: two arrays (n,)."""
    places = np.minimum(np.searchsorted(ids, wanted), max(len(ids) - 1, 0))
    is_there = ids[places] == wanted if len(ids) else np.zeros(len(wanted), np.bool_)
    return places, is_there
