"""Embeddings that lie like those of an archive: clusters, few directions in each, long series.

A cluster is an examination (chest frontal, head CT, ...): its rows spread along ten directions of
their own, which is the local dimension that image embeddings have. A series is 30 rows on a short
line, near-duplicates of each other. All clusters share a mean, as the rows of one encoder do. What
is drawn at random falls off along the axes: the variance of the nth is 1/n, less steep than that of
the encoders that were looked at (of radseek-mini 16 axes hold 99.9 %).
Queries are made of the rows: *image-like* ones are another slice of a series that is there,
*text-like* ones the mean of four rows from anywhere with as much noise as they are long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids
from storage.index_build import Places
from storage.shards import (
    ROWS_PER_SHARD,
    Shard,
    ShardMaps,
    shard_path,
    to_half,
    to_unit,
)
from storage.stored import StoredRows

BLOCK = 16_384
SERIES = 32  # rows of a series; it divides a block
LOCAL_DIMENSION = 10
ROWS_PER_CLUSTER = 2_000
SPREAD, STEP, NOISE = 0.55, 0.15, 0.1  # lengths, beside a centre of length 1


@dataclass(frozen=True, slots=True)
class Archive:
    """Rows in shards, as a collection has them, without a catalog."""

    folder: Path
    places: Places
    clusters: NDArray[np.int32]  # of each row

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process maps the shards itself; they are not copied to it."""
        return open_archive, (self.folder, self.places.maps.dim, self.clusters)

    def blocks(self) -> Iterator[StoredRows]:
        """The stored rows, block by block."""
        for start in range(0, len(self.places.ids), BLOCK):
            ids = self.places.ids[start : start + BLOCK]
            yield StoredRows(ids, self.places.halves(ids))

    def unit(self, ids: Ids) -> Embeddings:
        """Rows of unit length."""
        return to_unit(self.places.halves(ids))


def make_archive(folder: Path, rows: int, dim: int, seed: int = 1) -> Archive:
    """Write so many rows into shards; memory does not grow with them."""
    random = np.random.default_rng(seed)
    centres, axes = _shape(max(8, rows // ROWS_PER_CLUSTER), dim, random)
    clusters = []
    for start in range(0, rows, BLOCK):
        own, block = _block(min(BLOCK, rows - start), centres, axes, random)
        with shard_path(folder, start // ROWS_PER_SHARD).open("ab") as file:
            file.write(to_half(block).tobytes())
        clusters.append(own)
    return open_archive(folder, dim, np.concatenate(clusters))


def open_archive(folder: Path, dim: int, clusters: NDArray[np.int32]) -> Archive:
    """Map the shards that `make_archive` has written."""
    return Archive(folder, _places(folder, len(clusters), dim), clusters)


def image_like(archive: Archive, count: int, seed: int = 2) -> Embeddings:
    """Other slices of series that are there."""
    random = np.random.default_rng(seed)
    rows = archive.unit(np.sort(random.integers(1, len(archive.clusters) + 1, count)))
    return _unit(rows + _noise(rows.shape, 2 * NOISE, random))


def text_like(archive: Archive, count: int, seed: int = 3) -> Embeddings:
    """Means of four rows from anywhere, with noise."""
    random = np.random.default_rng(seed)
    ids = random.integers(1, len(archive.clusters) + 1, 4 * count)
    means = archive.unit(ids).reshape(count, 4, -1).mean(axis=1)
    off = _unit(random.standard_normal(means.shape, dtype=np.float32))  # in all directions
    return _unit(_unit(means) + off)


def _shape(
    clusters: int, dim: int, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Centres (c, dim), and the directions in which a cluster spreads, which some share."""
    shared, own = (_unit(_falling((n, dim), random)) for n in (1, clusters))
    return _unit(shared + own), _unit(_falling((64, LOCAL_DIMENSION, dim), random))


def _block(
    rows: int,
    centres: NDArray[np.float32],
    axes: NDArray[np.float32],
    random: np.random.Generator,
) -> tuple[NDArray[np.int32], Embeddings]:
    series = -(-rows // SERIES)
    own = random.integers(0, len(centres), series)
    along = random.standard_normal((series, LOCAL_DIMENSION), dtype=np.float32)
    along *= SPREAD / np.sqrt(LOCAL_DIMENSION)
    turned = axes[own % len(axes)]
    middles = centres[own] + np.einsum("sl,sld->sd", along, turned)
    steps = np.linspace(-STEP, STEP, SERIES, dtype=np.float32)
    lines = middles[:, None] + steps[None, :, None] * turned[:, :1]
    flat = lines.reshape(-1, centres.shape[1])[:rows]
    found = _unit(flat + _noise(flat.shape, NOISE, random))
    return np.repeat(own, SERIES)[:rows].astype(np.int32), found


def _places(folder: Path, rows: int, dim: int) -> Places:
    shards = [
        Shard(number, min(ROWS_PER_SHARD, rows - number * ROWS_PER_SHARD))
        for number in range(-(-rows // ROWS_PER_SHARD))
    ]
    at = np.arange(rows)
    maps = ShardMaps(folder, dim, shards)
    return Places(at + 1, at // ROWS_PER_SHARD, at % ROWS_PER_SHARD, maps)


def _noise(
    shape: tuple[int, ...], length: float, random: np.random.Generator
) -> NDArray[np.float32]:
    falling = _falling(shape, random)
    size = np.sqrt((1 / np.arange(1, shape[-1] + 1)).sum())
    noise: NDArray[np.float32] = falling * np.float32(length / size)
    return noise


def _falling(shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float32]:
    """Normal numbers whose variance is 1/n at the nth place of a row."""
    scale = 1 / np.sqrt(np.arange(1, shape[-1] + 1))
    drawn: NDArray[np.float32] = random.standard_normal(shape, dtype=np.float32)
    drawn *= scale.astype(np.float32)
    return drawn


def _unit(rows: NDArray[np.float32]) -> Embeddings:
    unit: Embeddings = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return unit
