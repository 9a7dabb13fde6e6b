"""What the page shows before anything is asked."""

from collections.abc import Sequence

from core.types import Record
from search.filters import row_mask
from search.where.tree import Where
from storage.snapshot import Snapshot


def newest(
    snapshot: Snapshot, k: int, where: Sequence[Where], offset: int = 0
) -> tuple[list[Record], int]:
    """The last indexed pictures that pass the filters, newest first, and how many pass.

    `offset` are left out before the k that come back.
    """
    mask = row_mask(snapshot, where)
    ids = snapshot.ids if mask is None else snapshot.ids[mask]
    return snapshot.describe(ids[::-1][offset : offset + k].tolist()), len(ids)
