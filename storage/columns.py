"""The tags of a snapshot's rows as arrays, each read from the catalog once."""

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from core.errors import UnknownName
from core.types import Mask
from storage.catalog import TAG_NAMES, Catalog, Span

Column = NDArray[np.object_]  # (rows,) of str


class Columns:
    """The columns of one snapshot; threads can share it."""

    def __init__(self, catalog: Catalog, span: Span, read: dict[str, Column] | None = None) -> None:
        """Begin with the columns that are known already."""
        self._catalog = catalog
        self._span = span
        self._read = read or {}
        self._lock = Lock()

    def get(self, name: str) -> Column:
        """The texts of one of the Tags, read-only. Raises UnknownName."""
        if name not in TAG_NAMES:
            raise UnknownName(f"Pictures have no tag {name!r}. Known: {', '.join(TAG_NAMES)}.")
        with self._lock:
            if name not in self._read:
                self._read[name] = _frozen(self._catalog.column(name, self._span))
            return self._read[name]

    def followed_by(self, kept: Mask, new: Span) -> "Columns":
        """The columns of the next snapshot: the kept rows, then those of the span `new`."""
        with self._lock:
            read = dict(self._read)
        for name, column in read.items():
            read[name] = _frozen(np.append(column[kept], self._catalog.column(name, new)))
        return Columns(self._catalog, Span(self._span.first_id, new.next_id, new.sequence), read)


def _frozen(column: Column) -> Column:
    column.flags.writeable = False
    return column
