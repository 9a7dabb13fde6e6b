"""The zero-shot labels of a snapshot's rows, each set read from the catalog once."""

from collections.abc import Iterator, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from core.errors import UnknownName
from core.types import Ids, Mask
from storage.arrays import places_among
from storage.catalog import Catalog
from storage.label_sets import KEPT, Block, KeptSet, blocks, kept_sets, last_block, no_set

Table = NDArray[np.float16]  # (rows, labels), NaN: the picture is not labelled


class Labels:
    """The labels of one snapshot; threads can share it."""

    def __init__(
        self,
        catalog: Catalog,
        ids: Ids,
        sets: Sequence[KeptSet] = (),
        until: int = 0,
        read: dict[int, Table] | None = None,
    ) -> None:
        """Begin with the tables that are known already, by the ids of their sets.

        `until` is the newest block that belongs to the snapshot.
        """
        self.sets = tuple(sets)
        self._catalog = catalog
        self._ids = ids
        self._until = until
        self._read = read or {}
        self._lock = Lock()

    def names(self) -> tuple[str, ...]:
        """All labels, as SET/LABEL."""
        return tuple(
            f"{kept.asked.name}/{label.name}" for kept in self.sets for label in kept.asked.labels
        )

    def get(self, name: str) -> NDArray[np.float32]:
        """The probability of a label for each row; NaN: not labelled. Raises UnknownName."""
        kept, place = self._find(name)
        return self._table(kept)[:, place].astype(np.float32)

    def table(self, set_name: str) -> NDArray[np.float32]:
        """All labels of a set: (rows, labels). Raises UnknownName."""
        kept = next((kept for kept in self.sets if kept.asked.name == set_name), None)
        if kept is None:
            raise no_set(set_name, [kept.asked.name for kept in self.sets])
        return self._table(kept).astype(np.float32)

    def followed_by(self, catalog: Catalog, kept: Mask, ids: Ids) -> "Labels":
        """Those of the next snapshot, whose `ids` are the kept rows and then new ones.

        `catalog` answers in the state of that snapshot.
        """
        with catalog.reading() as connection:
            sets, until = kept_sets(connection), last_block(connection)
            with self._lock:
                before = {each.id: self._read[each.id] for each in sets if each.id in self._read}
            read = {
                set_id: _filled(
                    _followed(table[kept], len(ids)),
                    ids,
                    blocks(connection, set_id, self._until, until),
                )
                for set_id, table in before.items()
            }
        return Labels(self._catalog, ids, sets, until, read)

    def _find(self, name: str) -> tuple[KeptSet, int]:
        """The set and the place in it of SET/LABEL, or of LABEL where one set alone has it."""
        found = [
            (kept, place)
            for kept in self.sets
            for place, label in enumerate(kept.asked.labels)
            if name.casefold() in _called(kept, label.name)
        ]
        if len(found) == 1:
            return found[0]
        if not found:
            known = ", ".join(self.names()) or "none yet; make some with `radseek label`"
            raise UnknownName(f"Pictures have no label {name!r}. Known: {known}.")
        names = ", ".join(kept.asked.name for kept, _ in found)
        raise UnknownName(f"Several sets have a label {name!r}: {names}. Write it as SET/LABEL.")

    def _table(self, kept: KeptSet) -> Table:
        with self._lock:
            if kept.id not in self._read:
                self._read[kept.id] = self._whole(kept)
            return self._read[kept.id]

    def _whole(self, kept: KeptSet) -> Table:
        empty = np.full((len(self._ids), len(kept.asked.labels)), np.nan, KEPT)
        with self._catalog.reading() as connection:
            if kept.id not in {each.id for each in kept_sets(connection)}:
                raise UnknownName(
                    f"The labels {kept.asked.name!r} were removed since; search again."
                )
            return _filled(empty, self._ids, blocks(connection, kept.id, 0, self._until))


def _called(kept: KeptSet, label: str) -> tuple[str, str]:
    return label.casefold(), f"{kept.asked.name}/{label}".casefold()


def _followed(table: Table, rows: int) -> Table:
    new = np.full((rows - len(table), table.shape[1]), np.nan, KEPT)
    return np.concatenate([table, new])


def _filled(table: Table, ids: Ids, found: Iterator[Block]) -> Table:
    """Write blocks into a table whose rows are of these ids; other ids of a block have no row."""
    for block in found:
        places, is_there = places_among(ids, block.ids)
        table[places[is_there]] = block.probabilities[is_there]
    table.flags.writeable = False
    return table
