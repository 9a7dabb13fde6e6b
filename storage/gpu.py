"""A flat index on the GPU, where FAISS was built for one.

Unproven: written without a GPU at hand, and tested with a stand-in.
"""

import logging
from threading import Lock
from typing import Any, Final

from core.types import Embeddings, Ids, Scores
from storage.faiss_runtime import load_faiss

log = logging.getLogger(__name__)

MOST_HITS: Final = 2_048  # that FAISS looks for on a GPU
DEVICE: Final = 0


class GpuFlat:
    """A copy of a flat index in the memory of the first GPU; one search at a time."""

    def __init__(self, flat: Any) -> None:
        """Copy it. Raises RuntimeError when it does not fit."""
        faiss = load_faiss()
        self._resources = faiss.StandardGpuResources()  # used as long as the index is
        self._index = faiss.index_cpu_to_gpu(self._resources, DEVICE, flat)
        self._lock = Lock()

    def search(self, queries: Embeddings, k: int) -> tuple[Scores, Ids]:
        """Scores and places of the k nearest rows of each query, as FAISS gives them."""
        with self._lock:
            found: tuple[Scores, Ids] = self._index.search(queries, k)
        return found


def on_gpu(flat: Any) -> GpuFlat | None:
    """Copy a flat index to the GPU; None where there is none, or (logged) too small a one."""
    faiss = load_faiss()
    if not hasattr(faiss, "StandardGpuResources") or not faiss.get_num_gpus():
        return None
    try:
        return GpuFlat(flat)
    except RuntimeError:
        log.warning("index does not fit on the GPU, searching it on the CPU rows=%d", flat.ntotal)
        return None
