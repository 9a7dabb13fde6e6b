"""What the page shows before anything is asked."""

from collections.abc import Sequence

from core.types import Record
from search.filters import row_mask
from search.where.tree import Where
from storage.snapshot import Snapshot


def newest(snapshot: Snapshot, k: int, where: Sequence[Where]) -> tuple[list[Record], int]:
    """The last k indexed pictures that pass the filters, newest first, and how many pass."""
    mask = row_mask(snapshot, where)
    ids = snapshot.ids if mask is None else snapshot.ids[mask]
    return snapshot.describe(ids[::-1][:k].tolist()), len(ids)
