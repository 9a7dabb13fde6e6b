"""What is known of a snapshot's rows, each read from the catalog once and kept as an array."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, Protocol, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from core.errors import UnknownName
from core.types import Mask
from storage.arrays import appended
from storage.catalog import Catalog, Span
from storage.keys import NO_KEYS, Key
from storage.numbers import NO_NUMBERS
from storage.per_row import KEYS, NUMBERS, TEXTS, Told

Codes = NDArray[np.int32]  # (rows,)


class Followed(Protocol):
    """Values of rows, from which those of the next snapshot's rows are made."""

    def followed_by(self, kept: Mask, told: Sequence[Any]) -> Self:
        """The kept rows, then new rows of which the catalog tells this."""


Values = TypeVar("Values", bound=Followed)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A tag of every row: the tag of row i is `values[codes[i]]`. A value may have no row."""

    values: tuple[str, ...]
    codes: Codes
    # The codes of the values, and of those that came later: shared with the columns that follow.
    _codes_of: dict[str, int] = field(default_factory=dict, repr=False)

    def followed_by(self, kept: Mask, told: Sequence[object]) -> "Column":
        """The kept rows, then new rows with these texts."""
        codes_of = self._codes_of or {}  # nothing is ever added to that of EMPTY
        new = [codes_of.setdefault(_text(each), len(codes_of)) for each in told]
        values = self.values if len(codes_of) == len(self.values) else tuple(codes_of)
        return Column(values, appended(self.codes[kept], new), codes_of)


EMPTY = Column((), np.empty(0, dtype=np.int32))
NONE_KEPT: Mask = np.empty(0, dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Source(Generic[Values]):
    """Where values come from: a statement, and the values of no rows."""

    told: Told
    none: Values


_TEXTS = {name: Source(told, EMPTY) for name, told in TEXTS.items()}
_NUMBERS = {name: Source(told, NO_NUMBERS) for name, told in NUMBERS.items()}
_KEYS = {key: Source(told, NO_KEYS) for key, told in KEYS.items()}


class Columns:
    """What is known of the rows of one snapshot; threads can share it."""

    def __init__(
        self,
        catalog: Catalog,
        span: Span,
        rows: int,
        read: dict[Source[Any], Followed] | None = None,
    ) -> None:
        """Begin with what is known already; `rows` is the number of the span's."""
        self._catalog = catalog
        self._span = span
        self._rows = rows
        self._read = read or {}
        self._lock = Lock()

    def get(self, name: str) -> Column:
        """One of the Tags of every row, read-only. Raises UnknownName."""
        if name not in _TEXTS:
            raise UnknownName(f"Pictures have no tag {name!r}. Known: {', '.join(_TEXTS)}.")
        return self._values(_TEXTS[name])

    def numbers(self, name: str) -> NDArray[np.float64]:
        """One of NUMBERS of every row, read-only; NaN: not stated. Raises UnknownName."""
        if name not in _NUMBERS:
            raise UnknownName(f"Pictures have no number {name!r}. Known: {', '.join(_NUMBERS)}.")
        return self._values(_NUMBERS[name]).numbers

    def keys(self, key: Key) -> NDArray[np.int64]:
        """A number for each row, equal where the rows are of one thing; read-only."""
        return self._values(_KEYS[key]).keys

    def followed_by(self, catalog: Catalog, kept: Mask, new: Span, rows: int) -> "Columns":
        """What is known of the next snapshot: of the kept rows, then the `rows` of the span `new`.

        `catalog` answers in the state of that snapshot.
        """
        with self._lock:
            before = dict(self._read)
        read = {
            source: values.followed_by(kept, catalog.per_row(source.told, new))
            for source, values in before.items()
        }
        span = Span(self._span.first_id, new.next_id, new.sequence)
        return Columns(self._catalog, span, int(kept.sum()) + rows, read)

    def _values(self, source: Source[Values]) -> Values:
        with self._lock:
            if source not in self._read:
                self._read[source] = self._whole(source)
            return cast("Values", self._read[source])

    def _whole(self, source: Source[Values]) -> Values:
        told = self._catalog.per_row(source.told, self._span)
        if len(told) < self._rows:  # a compaction has forgotten rows that ended since
            raise UnknownName("Pictures of this search were removed since; search again.")
        return source.none.followed_by(NONE_KEPT, told)


def _text(value: object) -> str:
    return "" if value is None else str(value)
