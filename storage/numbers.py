"""A number of every row, such as an age or a day."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import Mask
from storage.arrays import followed_by


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A number of every row; NaN: not stated."""

    numbers: NDArray[np.float64]

    def followed_by(self, kept: Mask, told: Sequence[float | None]) -> "Numbers":
        """The kept rows, then new rows with these numbers."""
        return Numbers(followed_by(self.numbers, kept, told))


NO_NUMBERS = Numbers(np.empty(0))
