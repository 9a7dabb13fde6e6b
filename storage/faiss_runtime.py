"""FAISS, loaded with its matrix products set up for this processor; and what all kinds share."""

import os
import platform
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids, Mask, Scores
from storage.index import NO_ID

# FAISS compares it with queries x dim. Its own 128000 keeps batches of 1024-d queries below 125
# from BLAS, which is 20 times faster for them.
BLAS_THRESHOLD = 20_480

CPU_FLAGS = Path("/proc/cpuinfo")


@cache
def load_faiss() -> Any:
    """Import FAISS with its matrix products set up for this processor."""
    core = openblas_core(platform.machine(), _cpu_flags())
    if core is not None:
        os.environ.setdefault("OPENBLAS_CORETYPE", core)  # read once, when the library is loaded
    faiss = import_module("faiss")
    faiss.cvar.distance_compute_blas_threshold = BLAS_THRESHOLD
    return faiss


def faiss_version() -> str:
    """The version of the library that writes the files."""
    return str(load_faiss().__version__)


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


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0))


def one_thread() -> None:
    """Let a thread of a pool search by itself: it is one of those that do so side by side."""
    load_faiss().omp_set_num_threads(1)


def threads_for(queries: int) -> None:
    """Let this thread search so many queries on as many cores, and a single one by itself.

    Helpers that have nothing to do wait by spinning, in a team for each thread that searches.
    """
    load_faiss().omp_set_num_threads(max(1, min(queries, cores())))


def products(rows: Embeddings, query: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inner products of a query (dim,) with rows (n, dim), by this thread alone: (n,).

    NumPy would wake a thread on every core for them, which then wait for work by spinning.
    """
    faiss, (n, dim) = load_faiss(), rows.shape
    rows, query = np.ascontiguousarray(rows), np.ascontiguousarray(query)
    found = np.empty(n, dtype=np.float32)
    told = [faiss.swig_ptr(array) for array in (found, query, rows)]
    faiss.fvec_inner_products_ny(*told, dim, n)
    return found


def these(among: Mask) -> Any:
    """A selector of the rows that a mask names; a bit for each, looked up at once."""
    return load_faiss().IDSelectorBitmap(np.packbits(among, bitorder="little"))


def under_ids(ids: Ids, places: Ids, scores: Scores) -> tuple[Ids, Scores]:
    """What FAISS found at places, by their ids; NO_ID and -inf where it found nothing."""
    found = places >= 0
    return np.where(found, ids[places], NO_ID), np.where(found, scores, np.float32(-np.inf))


def _cpu_flags() -> frozenset[str]:
    if not CPU_FLAGS.is_file():
        return frozenset()
    lines = CPU_FLAGS.read_text(encoding="ascii", errors="replace").splitlines()
    found = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(found.partition(":")[2].split())
