"""Turning rows and queries alike, which leaves their inner products as they are."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings
from storage.faiss_runtime import products

FEW: Final = 4  # rows that are turned one by one
SEED: Final = 20_261_121

Rotation = NDArray[np.float32]  # (dim, dim), orthonormal rows


def energy_rotation(sample: Embeddings) -> Rotation:
    """The axes along which rows (n, dim) reach furthest from the origin, furthest first.

    Of X'X and not of the covariance: centring would change the inner products.
    """
    wide = sample.astype(np.float64)
    _, axes = np.linalg.eigh(wide.T @ wide)
    return np.ascontiguousarray(axes[:, ::-1].T, dtype=np.float32)


def random_rotation(dim: int) -> Rotation:
    """Axes in all directions, the same ones each time; they spread what a row has over all bits.

    Source: Gao and Long, RaBitQ, SIGMOD 2024.
    """
    normal = np.random.default_rng(SEED).standard_normal((dim, dim))
    return np.linalg.qr(normal)[0].astype(np.float32)


def rotated(rows: Embeddings, rotation: Rotation) -> Embeddings:
    """Rows (n, dim) by the axes of the rotation."""
    if len(rows) <= FEW:
        return np.stack([products(rotation, row) for row in rows]) if len(rows) else rows
    return np.ascontiguousarray(rows @ rotation.T)
