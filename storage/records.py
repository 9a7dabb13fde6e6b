"""The records that a snapshot has told of lately: pages are asked for again and again."""

from collections.abc import Sequence
from itertools import islice
from threading import Lock
from typing import Final

from storage.catalog import Catalog, Described

MOST: Final = 2048  # records that are kept, about 4 KB each


class Records:
    """Records by the ids of pictures; threads can share it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[int, Described] = {}  # the last one that was asked for comes last
        self._lock = Lock()

    def of(self, ids: Sequence[int]) -> dict[int, Described]:
        """The records of those ids that the catalog has, or has had when they were last read."""
        with self._lock:
            found = {one: self._known.pop(one) for one in dict.fromkeys(ids) if one in self._known}
            self._keep(found)
        rest = [one for one in ids if one not in found]
        if rest:
            read = self._catalog.describe(rest)
            with self._lock:
                self._keep(read)
            found |= read
        return found

    def _keep(self, records: dict[int, Described]) -> None:
        self._known |= records
        too_many = len(self._known) - MOST
        for oldest in list(islice(self._known, max(too_many, 0))):
            del self._known[oldest]
