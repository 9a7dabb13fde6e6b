"""An index file made from the stored rows, which pass by once; memory does not grow with them."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

import numpy as np

from core.types import Embeddings, Ids
from storage.calibration import Truth, calibrate
from storage.flat_index import write_flat
from storage.index_kinds import IndexKind
from storage.ivf_index import Effort, Efforts, IvfIndex, sample_size, write_ivf
from storage.panorama_index import write_panorama
from storage.rotation import energy_rotation
from storage.shards import HalfRows, ShardMaps, to_unit
from storage.stored import StoredRows

log = logging.getLogger(__name__)

ROTATION_SAMPLE: Final = 20_000
SAY_EVERY: Final = 10.0  # seconds
SEED: Final = 20_261_121


@dataclass(frozen=True, slots=True)
class Places:
    """Where the rows that live are stored."""

    ids: Ids  # ascending
    shard: Ids
    slot: Ids
    maps: ShardMaps

    def halves(self, ids: Ids) -> HalfRows:
        """The stored rows of some of the ids."""
        return self._at(np.searchsorted(self.ids, ids))

    def sample(self, most: int) -> Embeddings:
        """So many rows at most, from everywhere, of unit length; the same ones each time."""
        rows = len(self.ids)
        if most >= rows:
            return to_unit(self._at(np.arange(rows)))
        random = np.random.default_rng(SEED)
        return to_unit(self._at(np.sort(random.choice(rows, most, replace=False))))

    def _at(self, places: Ids) -> HalfRows:
        return self.maps.gather(self.shard[places], self.slot[places])


@dataclass(frozen=True, slots=True)
class Built:
    """What was written."""

    rows: int
    parameters: dict[str, float] = field(default_factory=dict)
    recall: float = 1.0  # at 10, of image-like queries
    recall_texts: float = 1.0


def build(path: Path, kind: IndexKind, places: Places, blocks: Iterable[StoredRows]) -> Built:
    """Write an index of the blocks, which are the rows of `places`.

    Raises CollectionCorrupt as the blocks do.
    """
    passing = Passing(blocks, len(places.ids))
    match kind:
        case IndexKind.PANORAMA:
            rotation = energy_rotation(places.sample(ROTATION_SAMPLE))
            written = write_panorama(path, rotation, passing.units())
            return Built(written, {"norm_error": passing.norm_error})
        case IndexKind.IVF_RABITQ:
            return _build_ivf(path, places, passing)
        case IndexKind.FLAT:
            return Built(write_flat(path, places.maps.dim, passing.units()))
        case IndexKind.AUTO:
            raise ValueError("an index is of one kind")


class Passing:
    """The rows of an index as they pass by: widened, measured, and told of in the log."""

    def __init__(self, blocks: Iterable[StoredRows], rows: int) -> None:
        self._blocks = blocks
        self._rows = rows
        self.norm_error = 0.0  # of all that have passed: how far a stored row is from length 1

    def units(self, truth: Truth | None = None) -> Iterator[tuple[Ids, Embeddings]]:
        """Ids and rows of unit length, block by block; the truth sees them, too."""
        done, said = 0, monotonic()
        for block in self._blocks:
            rows = self._unit(block.rows)
            if truth is not None:
                truth.take(rows)
            yield block.ids, rows
            done += len(rows)
            if monotonic() - said >= SAY_EVERY:
                said = monotonic()
                log.info("index is being made rows=%d of=%d", done, self._rows)

    def _unit(self, halves: HalfRows) -> Embeddings:
        rows = halves.astype(np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
        self.norm_error = max(self.norm_error, float(np.abs(lengths - 1).max(initial=0)))
        rows /= lengths[:, None]
        return rows


def _build_ivf(path: Path, places: Places, passing: Passing) -> Built:
    rows = len(places.ids)
    log.info("index is being trained rows=%d sample=%d", rows, sample_size(rows))
    sample = places.sample(sample_size(rows))
    truth = Truth(sample)
    written = write_ivf(path, sample, rows, passing.units(truth))
    index = IvfIndex(path, Efforts(Effort(1, 1), Effort(1, 1)), passing.norm_error)
    found = calibrate(index, truth, lambda ids: to_unit(places.halves(ids)))
    told = {
        "lists": float(index.lists),
        "probed": float(found.any.effort.lists),
        "short": float(found.any.effort.short),
        "probed_images": float(found.images.effort.lists),
        "short_images": float(found.images.effort.short),
        "norm_error": passing.norm_error,
    }
    return Built(written, told, found.images.recall_images, found.any.recall_texts)
