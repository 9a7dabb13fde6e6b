"""The flat index: exact inner products over a file of float32 rows, mapped into memory.

The file holds what the shards hold, widened and normalised, so that opening it costs nothing and
the processes of one machine share its pages.
"""

from collections.abc import Iterable
from pathlib import Path
from struct import pack
from typing import Any, Final

import numpy as np

from core.types import Embeddings, Ids, Mask, Scores
from storage.faiss_runtime import load_faiss, threads_for, under_ids
from storage.gpu import MOST_HITS, on_gpu
from storage.index import ROUNDING

SAME: Final = 1e-5  # between floats that were made twice from the same halves


class FlatIndex:
    """IndexFlatIP under an id map. Immutable."""

    error = ROUNDING

    def __init__(self, path: Path) -> None:
        """Map the index at `path`. Raises OSError or RuntimeError when it is not one."""
        faiss = load_faiss()
        mapped = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._mapped = mapped  # owns what `_flat` points to
        self._flat = faiss.downcast_index(mapped.index)
        self._ids: Ids = faiss.vector_to_array(mapped.id_map)
        self._gpu = on_gpu(self._flat)

    @property
    def ids(self) -> Ids:
        """The ids of the rows, ascending."""
        return self._ids

    def search(self, queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        """Find the k nearest rows of each query, as VectorIndex says; ties in any order."""
        if self._gpu is not None and among is None and k <= MOST_HITS:
            scores, places = self._gpu.search(queries, k)
        else:
            threads_for(len(queries))
            scores, places = self._flat.search(queries, k, params=_only(among))
        return under_ids(self._ids, places, scores)

    def holds(self, places: Ids, rows: Embeddings) -> Mask:
        """Which rows (n, dim) are those at these places in the order of `ids`: (n,)."""
        same: Mask = (np.abs(self._flat.reconstruct_batch(places) - rows) <= SAME).all(axis=1)
        return same


def write_flat(path: Path, dim: int, parts: Iterable[tuple[Ids, Embeddings]]) -> int:
    """Write an index of the rows of all parts, whose ids ascend; returns their number.

    The rows pass through to the file, where FAISS itself would hold them all in memory first. It
    writes the same bytes. Source: faiss/impl/index_write.cpp, IndexIDMap and IndexFlatIP.
    """
    ids = [np.empty(0, dtype=np.int64)]
    with path.open("wb") as file:
        file.write(_head(dim, 0))
        for part, rows in parts:
            file.write(rows.astype("<f4", copy=False).tobytes())
            ids.append(part)
        id_map = np.concatenate(ids)
        file.write(pack("<Q", len(id_map)) + id_map.astype("<i8").tobytes())
        file.seek(0)
        file.write(_head(dim, len(id_map)))
    return len(id_map)


def flat_header(kind: bytes, dim: int, rows: int) -> bytes:
    """The header of one index of FAISS that is searched by inner product."""
    unused, is_trained, inner_product = 1 << 20, True, 0
    return pack("<4siqqq?i", kind, dim, rows, unused, unused, is_trained, inner_product)


def _head(dim: int, rows: int) -> bytes:
    """What stands before the rows: the headers of both indexes, and how many floats follow."""
    headers = (flat_header(kind, dim, rows) for kind in (b"IxMp", b"IxFI"))
    return b"".join(headers) + pack("<Q", dim * rows)


def _only(among: Mask | None) -> Any:
    if among is None:
        return None
    faiss = load_faiss()
    # An array rather than a bitmap: FAISS then visits these rows alone, and is never slower.
    return faiss.SearchParameters(sel=faiss.IDSelectorArray(np.flatnonzero(among)))
