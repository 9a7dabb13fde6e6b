"""Rows made of plain lists, as much of a snapshot as filters look at."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import UnknownName
from core.types import Mask
from storage.columns import EMPTY, NONE_KEPT, Column


class FilteredRows:
    """Each tag, number and label is a list with a value for each row; None is not stated."""

    def __init__(
        self,
        tags: dict[str, Sequence[str | None]] | None = None,
        numbers: dict[str, Sequence[float | None]] | None = None,
        labels: dict[str, Sequence[float | None]] | None = None,
        cohorts: dict[str, Sequence[bool]] | None = None,
    ) -> None:
        self.tags, self.told, self.labels = tags or {}, numbers or {}, labels or {}
        self.cohorts = cohorts or {}

    def column(self, name: str) -> Column:
        return EMPTY.followed_by(NONE_KEPT, self.tags[name])

    def numbers(self, name: str) -> NDArray[np.float64]:
        return np.array(self.told[name], dtype=np.float64)

    def label(self, name: str) -> NDArray[np.float32]:
        if name not in self.labels:
            raise UnknownName(f"There is no label {name!r}.")
        return np.array(self.labels[name], dtype=np.float32)

    def cohort(self, name: str) -> Mask:
        if name not in self.cohorts:
            raise UnknownName(f"There is no cohort {name!r}.")
        return np.array(self.cohorts[name], dtype=np.bool_)
