"""The kinds of index files, opened by what their manifest says."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core.types import Embeddings, Ids, Mask
from storage.flat_index import FlatIndex
from storage.index_kinds import IndexKind
from storage.ivf_index import Efforts, IvfIndex
from storage.manifest import Manifest
from storage.panorama_index import ANY_NORM_ERROR, PanoramaIndex

TOLERANCE: Final = 1e-5  # of a float32 that was made twice from the same halves

StoredIndex = FlatIndex | PanoramaIndex | IvfIndex


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index file that is mapped, with what is known of it."""

    index: StoredIndex
    manifest: Manifest


def open_stored(folder: Path, manifest: Manifest) -> OpenIndex:
    """Map the index of a manifest.

    Raises OSError, RuntimeError or ValueError when the file is not one, or of other rows than the
    manifest says.
    """
    index = _mapped(folder / manifest.file_name, manifest)
    if len(index.ids) != manifest.rows or (np.diff(index.ids) <= 0).any():
        raise ValueError("the index has other rows than its manifest says")
    return OpenIndex(index, manifest)


def _mapped(path: Path, manifest: Manifest) -> StoredIndex:
    match IndexKind(manifest.kind):
        case IndexKind.AUTO:
            raise ValueError("the manifest names no kind")
        case IndexKind.FLAT:
            return FlatIndex(path)
        case IndexKind.PANORAMA:
            return PanoramaIndex(path, manifest.parameters.get("norm_error", ANY_NORM_ERROR))
        case IndexKind.IVF_RABITQ:
            told = manifest.parameters
            return IvfIndex(path, Efforts.told(told), told["norm_error"])


def found_by_themselves(index: StoredIndex, ids: Ids, rows: Embeddings) -> Mask:
    """Which rows (n, dim) of an index are found by themselves, or by their equals: (n,)."""
    if isinstance(index, IvfIndex):
        return _on_short_lists(index, ids, rows)
    _, scores = index.search(rows, 1)
    own = np.einsum("ij,ij->i", rows, rows)
    near: Mask = np.abs(scores[:, 0] - own) <= TOLERANCE
    return near


def _on_short_lists(index: IvfIndex, ids: Ids, rows: Embeddings) -> Mask:
    """The same by short lists, which so many equals may fill that a row is not on its own."""
    short, _ = index.search(rows, index.efforts.any.short)
    listed: Mask = (short == ids[:, None]).any(axis=1)
    return listed | index.holds(np.searchsorted(index.ids, ids), rows)
