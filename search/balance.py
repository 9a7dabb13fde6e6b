"""Words and pictures on one scale: how far their cosines vary over a collection."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings
from search.sampling import Sampler
from storage.faiss_runtime import products
from storage.snapshot import Snapshot

LEAST: Final = 1e-6  # a spread below this is that of a collection of equal pictures

Row = NDArray[np.float64]  # (dim,)
Rows = NDArray[np.float64]  # (n, dim)


def balanced(
    kinds: Sequence[tuple[Rows, NDArray[np.float64]]], snapshot: Snapshot, sampler: Sampler
) -> Row:
    """The sum of unit rows by weight, in which each kind counts by its weights: (dim,).

    Every kind has its rows (n, dim) and weights (n,). With several of them, what a kind adds up to
    is divided by the spread of its cosines over the collection: those of pictures vary more than
    those of texts, and would decide alone.
    """
    sums = [weights @ rows for rows, weights in kinds]
    if len(sums) == 1:
        return sums[0]
    sample = sampler.own(snapshot).rows
    spreads = [_spread(rows, sample) for rows, _ in kinds]
    if min(spreads) < LEAST:
        spreads = [1.0] * len(sums)
    total: Row = np.sum([row / spread for row, spread in zip(sums, spreads, strict=True)], axis=0)
    return total


def _spread(rows: Rows, sample: Embeddings) -> float:
    """The standard deviation of the cosines of a row with the sample, as the rows have it."""
    cosines = np.stack([products(sample, row) for row in rows.astype(np.float32)])
    variances = np.var(cosines.astype(np.float64), axis=1)
    return float(np.sqrt(variances.mean()))
