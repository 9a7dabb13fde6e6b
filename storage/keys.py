"""What rows can have in common: a number for each row, equal where the rows are of one thing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

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


class Numbering:
    """A number for each text. It only grows, so that all snapshots of a collection share it."""

    def __init__(self) -> None:
        self._keys: dict[str, int] = {}
        self._lock = Lock()

    def keys(self, told: Iterable[int | str]) -> list[int]:
        """The key of each row of which a text, or at once the key, is told."""
        known = self._keys
        with self._lock:
            return [
                each if isinstance(each, int) else known.setdefault(each, len(known))
                for each in told
            ]

    def key_of(self, text: str) -> int | None:
        """The key of a text; None when no row ever had it."""
        return self._keys.get(text)


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """A number of every row."""

    keys: NDArray[np.int64]
    numbering: Numbering

    @classmethod
    def none(cls) -> "Keys":
        """The keys of no rows, for those of a collection to follow."""
        return cls(np.empty(0, dtype=np.int64), Numbering())

    def followed_by(self, kept: Mask, told: Sequence[int | str]) -> "Keys":
        """The kept rows, then new rows of which a text, or at once the key, is told."""
        return Keys(followed_by(self.keys, kept, self.numbering.keys(told)), self.numbering)

    def key_of(self, text: str) -> int | None:
        """The key of rows of which this text was told, also if they come in a later snapshot."""
        return self.numbering.key_of(text)
