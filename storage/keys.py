"""What rows can have in common: a number for each row, equal where the rows are of one thing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.types import Mask
from storage.arrays import followed_by


class Key(StrEnum):
    """A sort of thing that rows can be of."""

    PIXELS = "pixels"
    SERIES = "series"
    STUDY = "study"
    DESCRIPTION = "description"  # a row of the table of descriptions
    PATIENT = "patient"  # of a picture without an identifier: the study


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """A number of every row."""

    keys: NDArray[np.int64]
    _keys_of: dict[str, int] = field(default_factory=dict, repr=False)  # shared with what follows

    def followed_by(self, kept: Mask, told: Sequence[int | str]) -> "Keys":
        """The kept rows, then new rows of which a text, or at once the key, is told."""
        keys_of = self._keys_of or {}  # nothing is ever added to that of NO_KEYS
        new = [
            each if isinstance(each, int) else keys_of.setdefault(each, len(keys_of))
            for each in told
        ]
        return Keys(followed_by(self.keys, kept, new), keys_of)

    def key_of(self, text: str) -> int | None:
        """The key of rows of which this text was told, also if they come in a later snapshot."""
        return self._keys_of.get(text)


NO_KEYS = Keys(np.empty(0, dtype=np.int64))
