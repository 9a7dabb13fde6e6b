"""What is known of a snapshot's rows, each read from the catalog once and kept as an array."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, Protocol, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from core.errors import UnknownName
from core.types import Mask
from storage.arrays import followed_by
from storage.catalog import Catalog, Span
from storage.keys import Key, Keys
from storage.names import folded
from storage.numbers import NO_NUMBERS
from storage.per_row import KEYS, NUMBERS, TEXTS, Told

Codes = NDArray[np.int32]  # (rows,)


class Followed(Protocol):
    """Values of rows, from which those of the next snapshot's rows are made."""

    def followed_by(self, kept: Mask, told: Sequence[Any]) -> Self:
        """The kept rows, then new rows of which the catalog tells this."""


Values = TypeVar("Values", bound=Followed)


class Vocabulary:
    """Texts and their codes. It only grows, so that all snapshots of a collection share it."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._folded: list[str] = []
        self._codes_of_folded: dict[str, list[int]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._codes)

    def encoded(self, texts: Iterable[str]) -> list[int]:
        """The code of each text, a new one for a text that is new."""
        with self._lock:
            return [self._codes.setdefault(text, len(self._codes)) for text in texts]

    def texts(self) -> tuple[str, ...]:
        """All texts, in the order of their codes."""
        with self._lock:
            return tuple(self._codes)

    def code(self, text: str) -> int | None:
        """The code of a text; None when no row ever had it."""
        return self._codes.get(text)

    def folded(self, texts: Sequence[str]) -> Sequence[str]:
        """The first texts, as searches compare them; `texts` are these as they are."""
        with self._lock:
            self._fold(texts)
            return self._folded[: len(texts)]

    def alike(self, text: str, texts: Sequence[str]) -> Sequence[int]:
        """The codes of those of the first texts that searches take for this one."""
        with self._lock:
            self._fold(texts)
            codes = self._codes_of_folded.get(folded(text), ())
            return [code for code in codes if code < len(texts)]

    def _fold(self, texts: Sequence[str]) -> None:
        for code in range(len(self._folded), len(texts)):
            bare = folded(texts[code])
            self._folded.append(bare)
            self._codes_of_folded.setdefault(bare, []).append(code)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A tag of every row: the tag of row i is `values[codes[i]]`. A value may have no row."""

    values: tuple[str, ...]
    codes: Codes
    _vocabulary: Vocabulary = field(default_factory=Vocabulary, repr=False)

    def __post_init__(self) -> None:
        """Learn the values of a column that follows no other."""
        if len(self._vocabulary) < len(self.values):
            self._vocabulary.encoded(self.values)

    def code(self, text: str) -> int | None:
        """The code of a value; None when there is no such value."""
        code = self._vocabulary.code(text)
        return None if code is None or code >= len(self.values) else code

    def alike(self, text: str) -> Sequence[int]:
        """The codes of the values that differ from a text in case and accents at most."""
        return self._vocabulary.alike(text, self.values)

    def folded(self) -> Sequence[str]:
        """The values as searches compare them, without case and accents; folded once."""
        return self._vocabulary.folded(self.values)

    def followed_by(self, kept: Mask, told: Iterable[object]) -> "Column":
        """The kept rows, then new rows with these texts."""
        vocabulary = self._vocabulary if self.values else Vocabulary()  # that of EMPTY stays so
        codes = followed_by(self.codes, kept, vocabulary.encoded(map(_text, told)))
        values = self.values if len(vocabulary) == len(self.values) else vocabulary.texts()
        return Column(values, codes, vocabulary)


EMPTY = Column((), np.empty(0, dtype=np.int32))
NONE_KEPT: Mask = np.empty(0, dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Source(Generic[Values]):
    """Where values come from: a statement, and the values of no rows."""

    told: Told
    none: Values


_TEXTS = {name: Source(told, EMPTY) for name, told in TEXTS.items()}
_NUMBERS = {name: Source(told, NO_NUMBERS) for name, told in NUMBERS.items()}


class Columns:
    """What is known of the rows of one snapshot; threads can share it."""

    def __init__(
        self,
        catalog: Catalog,
        span: Span,
        rows: int,
        read: dict[Source[Any], Followed] | None = None,
        keyed: dict[Key, Source[Keys]] | None = None,
    ) -> None:
        """Begin with what is known already; `rows` is the number of the span's."""
        self._catalog = catalog
        self._span = span
        self._rows = rows
        self._read = read or {}
        self._keyed = keyed or {key: Source(told, Keys.none()) for key, told in KEYS.items()}
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
        return self.keyed(key).keys

    def keyed(self, key: Key) -> Keys:
        """The same, with the key of each text."""
        return self._values(self._keyed[key])

    def numbered(self, key: Key, told: Iterable[int | str]) -> NDArray[np.int64]:
        """The keys of some rows of which a text, or at once the key, is told: n -> (n,)."""
        return np.array(self._keyed[key].none.numbering.keys(told), dtype=np.int64)

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
        return Columns(self._catalog, span, int(kept.sum()) + rows, read, self._keyed)

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
