"""Arrays with a place for each row, which nobody changes."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = TypeVar("Array", bound=NDArray[Any])


def appended(kept: Array, new: Sequence[float | None]) -> Array:
    """The kept values and new ones, of the same type and read-only. None becomes NaN."""
    array: Array = np.append(kept, np.array(new, dtype=kept.dtype))  # type: ignore[assignment]
    array.flags.writeable = False
    return array
