"""The tags of a snapshot's rows, each read from the catalog once and kept as codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from core.errors import UnknownName
from core.types import Mask
from storage.catalog import TAG_NAMES, Catalog, Span

Codes = NDArray[np.int32]  # (rows,)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A tag of every row: the tag of row i is `values[codes[i]]`. A value may have no row."""

    values: tuple[str, ...]
    codes: Codes

    def followed_by(self, kept: Mask, texts: Sequence[str]) -> "Column":
        """The kept rows, then new rows with these texts."""
        places = {value: code for code, value in enumerate(self.values)}
        new = [places.setdefault(text, len(places)) for text in texts]
        codes = np.append(self.codes[kept], np.array(new, dtype=np.int32))
        codes.flags.writeable = False
        return Column(tuple(places), codes)


EMPTY = Column((), np.empty(0, dtype=np.int32))
NONE_KEPT: Mask = np.empty(0, dtype=np.bool_)


class Columns:
    """The columns of one snapshot; threads can share it."""

    def __init__(
        self, catalog: Catalog, span: Span, rows: int, read: dict[str, Column] | None = None
    ) -> None:
        """Begin with the columns that are known already; `rows` is the number of the span's."""
        self._catalog = catalog
        self._span = span
        self._rows = rows
        self._read = read or {}
        self._lock = Lock()

    def get(self, name: str) -> Column:
        """One of the Tags of every row, read-only. Raises UnknownName."""
        if name not in TAG_NAMES:
            raise UnknownName(f"Pictures have no tag {name!r}. Known: {', '.join(TAG_NAMES)}.")
        with self._lock:
            if name not in self._read:
                self._read[name] = self._whole(name)
            return self._read[name]

    def followed_by(self, catalog: Catalog, kept: Mask, new: Span, rows: int) -> "Columns":
        """The columns of the next snapshot: the kept rows, then the `rows` of the span `new`.

        `catalog` answers in the state of that snapshot.
        """
        with self._lock:
            before = dict(self._read)
        read = {
            name: column.followed_by(kept, catalog.column(name, new))
            for name, column in before.items()
        }
        span = Span(self._span.first_id, new.next_id, new.sequence)
        return Columns(self._catalog, span, int(kept.sum()) + rows, read)

    def _whole(self, name: str) -> Column:
        texts = self._catalog.column(name, self._span)
        if len(texts) < self._rows:  # a compaction has forgotten rows that ended since
            raise UnknownName("Pictures of this search were removed since; search again.")
        return EMPTY.followed_by(NONE_KEPT, texts)
