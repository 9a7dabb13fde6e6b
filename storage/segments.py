"""The parts of a snapshot that are searched one by one: an index of most rows, and what came since.

New rows become a small exact segment. Segments of like size are joined as they come, so that n rows
in any number of batches make O(log n) segments and each row is copied O(log n) times (the
logarithmic method: Bentley and Saxe, J. Algorithms 1, 1980).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.types import Embeddings, Ids, Mask, Scores
from storage.index import ExactIndex, VectorIndex
from storage.ranking import merge


@dataclass(frozen=True, slots=True)
class Segment:
    """The rows of a snapshot that one index covers."""

    index: VectorIndex
    living: Mask | None  # over the rows of the index; None: all of them
    rows: int  # that live

    def search(self, queries: Embeddings, k: int, among: Mask | None) -> tuple[Ids, Scores]:
        """Search the living rows; `among` has one place for each of them."""
        return self.index.search(queries, min(k, self.rows), self._mask(among))

    def _mask(self, among: Mask | None) -> Mask | None:
        if self.living is None or among is None:
            return among if self.living is None else self.living
        mask = self.living.copy()
        mask[self.living] = among
        return mask


def segment_of(index: VectorIndex, living: Ids) -> Segment:
    """Cover those rows of an index that are among the living ids."""
    mask = np.isin(index.ids, living, assume_unique=True)
    rows = int(mask.sum())
    return Segment(index, None if rows == len(mask) else mask, rows)


def append(segments: Sequence[Segment], ids: Ids, rows: Embeddings) -> list[Segment]:
    """Put new rows, whose ids come after all others, behind the segments."""
    before = list(segments)
    while len(ids) and before and (last := _joinable(before[-1], len(ids))):
        ids, rows = np.concatenate([last.ids, ids]), np.concatenate([last.rows, rows])
        before.pop()
    return [*before, Segment(ExactIndex(ids, rows), None, len(ids))] if len(ids) else before


def search_segments(
    segments: Sequence[Segment], queries: Embeddings, k: int, among: Mask | None
) -> tuple[Ids, Scores]:
    """The k best of all segments; `among` has one place for each living row, in their order."""
    found, start = [], 0
    for segment in segments:
        stop = start + segment.rows
        if stop > start:
            found.append(segment.search(queries, k, None if among is None else among[start:stop]))
        start = stop
    return found[0] if len(found) == 1 else merge(found, k)


def _joinable(segment: Segment, rows: int) -> ExactIndex | None:
    """What lives of an exact segment that is less than twice as long as the rows to come."""
    index = segment.index
    if not isinstance(index, ExactIndex) or segment.rows >= 2 * rows:
        return None
    if segment.living is None:
        return index
    return ExactIndex(index.ids[segment.living], index.rows[segment.living])
