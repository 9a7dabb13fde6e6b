"""An approximate index as one that scores exactly: its short lists, scored from the stored rows."""

from collections.abc import Callable

import numpy as np

from core.types import Embeddings, Ids, Mask, Scores
from storage.faiss_runtime import threads_for
from storage.half_rows import best_of
from storage.index import NO_ID, ROUNDING
from storage.ivf_index import Effort, IvfIndex
from storage.shards import HalfRows

Rows = Callable[[Ids], HalfRows]  # ids of living rows -> their stored rows


class Probe:
    """The rows of the short lists that one effort gives, however many of them are asked for."""

    def __init__(self, index: IvfIndex, effort: Effort, rows: Rows) -> None:
        self._index = index
        self._effort = effort
        self._rows = rows
        self.error = index.norm_error + ROUNDING

    @property
    def ids(self) -> Ids:
        """The ids of the rows, ascending."""
        return self._index.ids

    def search(self, queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        """The k best of the short list of each query, as VectorIndex says; ties in any order."""
        ids = np.full((len(queries), k), NO_ID, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        lists = self._index.candidates(queries, self._effort, among)
        threads_for(1)
        for row, short in enumerate(lists):
            there = np.sort(self.ids[short[short >= 0]])
            filled = min(k, len(there))
            if filled:
                best, best_scores = best_of(queries[row : row + 1], self._rows(there), filled)
                ids[row, :filled], scores[row, :filled] = there[best[0]], best_scores[0]
        return ids, scores
