"""The FAISS index: exact inner products over a file of float32 rows, mapped into memory.

The file holds what the shards hold, widened and normalised, so that opening it costs nothing and
the processes of one machine share its pages.
"""

import os
import platform
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from struct import pack
from typing import Any

import numpy as np

from core.types import Embeddings, Ids, Mask, Scores
from storage.index import NO_ID

# FAISS compares it with queries x dim. Its own 128000 keeps batches of 1024-d queries below 125
# from BLAS, which is 20 times faster for them.
BLAS_THRESHOLD = 20_480

CPU_FLAGS = Path("/proc/cpuinfo")


class FaissIndex:
    """IndexFlatIP under an id map. Immutable."""

    def __init__(self, path: Path) -> None:
        """Map the index at `path`. Raises OSError or RuntimeError when it is not one."""
        faiss = load_faiss()
        mapped = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._mapped = mapped  # owns what `_flat` points to
        self._flat = faiss.downcast_index(mapped.index)
        self._ids: Ids = faiss.vector_to_array(mapped.id_map)

    @property
    def ids(self) -> Ids:
        """The ids of the rows, ascending."""
        return self._ids

    def search(self, queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        """Find the k nearest rows of each query, as VectorIndex says; ties in any order."""
        scores, places = self._flat.search(queries, k, params=_only(among))
        ids = np.where(places < 0, NO_ID, self._ids[places])
        return ids, np.where(places < 0, np.float32(-np.inf), scores)

    def rows(self, places: Ids) -> Embeddings:
        """The rows at these places in the order of `ids`: (n,) -> (n, dim)."""
        rows: Embeddings = self._flat.reconstruct_batch(places)
        return rows


def write_faiss_index(path: Path, dim: int, parts: Iterable[tuple[Ids, Embeddings]]) -> int:
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


def _head(dim: int, rows: int) -> bytes:
    """What stands before the rows: the headers of both indexes, and how many floats follow."""
    unused, is_trained, inner_product = 1 << 20, True, 0
    told = dim, rows, unused, unused, is_trained, inner_product
    headers = [pack("<4siqqq?i", kind, *told) for kind in (b"IxMp", b"IxFI")]
    return b"".join(headers) + pack("<Q", dim * rows)


def faiss_version() -> str:
    """The version of the library that writes the files."""
    return str(load_faiss().__version__)


@cache
def load_faiss() -> Any:
    """Import FAISS with its matrix products set up for this processor."""
    core = openblas_core(platform.machine(), _cpu_flags())
    if core is not None:
        os.environ.setdefault("OPENBLAS_CORETYPE", core)  # read once, when the library is loaded
    faiss = import_module("faiss")
    faiss.cvar.distance_compute_blas_threshold = BLAS_THRESHOLD
    return faiss


def openblas_core(machine: str, flags: frozenset[str]) -> str | None:
    """Name the OpenBLAS kernels for a processor; None leaves the choice to OpenBLAS.

    The OpenBLAS inside FAISS takes SSE3 kernels on processors newer than itself, at a seventh of
    the speed.
    """
    if machine not in {"x86_64", "AMD64"}:
        return None
    if {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= flags:
        return "SkylakeX"
    return "Haswell" if {"avx2", "fma"} <= flags else None


def _cpu_flags() -> frozenset[str]:
    if not CPU_FLAGS.is_file():
        return frozenset()
    lines = CPU_FLAGS.read_text(encoding="ascii", errors="replace").splitlines()
    found = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(found.partition(":")[2].split())


def _only(among: Mask | None) -> Any:
    if among is None:
        return None
    faiss = load_faiss()
    # An array rather than a bitmap: FAISS then visits these rows alone, and is never slower.
    return faiss.SearchParameters(sel=faiss.IDSelectorArray(np.flatnonzero(among)))
