"""Where hits come from: all rows that may be returned, in one order that does not change."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.types import Embeddings, Ids, Mask, Scores
from storage.snapshot import Snapshot


class Candidates(Protocol):
    """Rows in order, best first, equal scores by id."""

    @property
    def count(self) -> int:
        """The rows that could be returned at all."""

    def first(self, n: int) -> tuple[Ids, Scores]:
        """The n best rows, all of them where there are fewer; the first j of n are first(j)."""


@dataclass(frozen=True, slots=True, eq=False)
class ByEmbedding:
    """The rows of a snapshot by their cosine with a query (1, dim)."""

    snapshot: Snapshot
    row: Embeddings
    among: Mask | None  # the rows that may be returned; None: all
    like_images: bool = False  # whether the query is a picture, and lies among them

    @property
    def count(self) -> int:
        """The rows that could be returned at all."""
        if self.among is None:
            return len(self.snapshot.ids)
        return int(np.count_nonzero(self.among))

    def first(self, n: int) -> tuple[Ids, Scores]:
        """The n best rows, all of them where there are fewer; the first j of n are first(j)."""
        ids, scores = self.snapshot.search(self.row, max(n, 1), self.among, self.like_images)
        found = min(n, self.count)
        return ids[0, :found], scores[0, :found]
