"""What a nearest-neighbour index does, and the exact one in NumPy that all others are held to."""

from typing import Protocol

import numpy as np

from core.types import Embeddings, Ids, Mask, Scores

# Two ways to sum the same inner product of unit rows in float32 differ by less than this.
ROUNDING = 4e-6

NO_ID = -1  # fills the places for which there is no row; its score is -inf


class VectorIndex(Protocol):
    """Embeddings that can be searched by inner product. Immutable, so that threads can share it."""

    @property
    def ids(self) -> Ids:
        """The ids of the rows, ascending."""

    @property
    def error(self) -> float:
        """How far a score may be from the cosine of the stored row, in either direction."""

    def search(self, queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        """Find the k nearest rows of each query: (n, dim) -> (n, k) ids and scores, best first.

        `among` says for each row whether it may be returned. Where fewer than k may, the places
        left over hold NO_ID and -inf.
        """


class ExactIndex:
    """All inner products, by NumPy. Equal scores are ordered by id."""

    error = ROUNDING

    def __init__(self, ids: Ids, rows: Embeddings) -> None:
        """Hold rows (n, dim) under their ids (n,), which ascend."""
        self._ids = ids
        self.rows = rows

    @property
    def ids(self) -> Ids:
        """The ids of the rows, ascending."""
        return self._ids

    def search(self, queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        """Find the k nearest rows of each query, as VectorIndex says."""
        kept = slice(None) if among is None else among
        ids, rows = self._ids[kept], self.rows[kept]
        found_ids = np.full((len(queries), k), NO_ID, dtype=np.int64)
        found_scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        for place, scores in enumerate(queries @ rows.T):
            best = _best(scores, k)
            found_ids[place, : len(best)] = ids[best]
            found_scores[place, : len(best)] = scores[best]
        return found_ids, found_scores


def _best(scores: Scores, k: int) -> Ids:
    """Places of the k highest scores, best first; equal ones in the order of their places."""
    if k >= len(scores):
        return np.argsort(-scores, kind="stable")
    least = np.partition(scores, len(scores) - k)[len(scores) - k]
    candidates = np.flatnonzero(scores >= least)
    return candidates[np.argsort(-scores[candidates], kind="stable")[:k]]
