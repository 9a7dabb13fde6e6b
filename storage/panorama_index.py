"""The Panorama index: exact like the flat one, but a row is read only as far as it can matter.

Rows are turned so that what tells them apart comes first, and cut into levels. After each level
the length of what is left bounds what it can still add; most rows fall out after the first ones.
Source: Panorama, arXiv 2510.00566; FAISS's IndexFlatIPPanorama.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from struct import pack
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids, Mask, Scores
from storage.faiss_runtime import cores, load_faiss, one_thread, these, threads_for, under_ids
from storage.flat_index import SAME, flat_header
from storage.index import ROUNDING, ExactIndex
from storage.ranking import merge
from storage.rotation import Rotation, rotated
from storage.tail import read_tail, write_tail

LEVELS: Final = 32
BATCH: Final = 512  # rows that lie together, level by level
LEAST_WIDTH: Final = 4  # values of a level
# Rows are of unit length within 1e-3 when they are committed, and half floats round them by 2**-11
# of it at most.
ANY_NORM_ERROR: Final = 2e-3
EVERY_ROW_BLOCK: Final = 16_384
LEAST_BATCHES: Final = 64  # of a part that a thread of its own is worth

Bytes = NDArray[np.uint8]


class PanoramaIndex:
    """IndexFlatIPPanorama over a mapped file, in as many parts as there are cores. Immutable."""

    error = ROUNDING

    def __init__(self, path: Path, norm_error: float = ANY_NORM_ERROR) -> None:
        """Map the index at `path`. Raises OSError, RuntimeError or ValueError if it is not one."""
        self.norm_error = norm_error  # how far the length of a stored row may be from 1
        faiss = load_faiss()
        self._mapped = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._ids, sums, self._rotation = read_tail(path, 3)
        _check(self._mapped, self._ids, sums, self._rotation)
        self._cuts = _cuts(len(self._ids), cores())
        self._parts = [
            _part(self._mapped, sums, *cut, rows=self._cuts[-1])
            for cut in zip(self._cuts, self._cuts[1:], strict=False)
        ]
        self._threads = ThreadPoolExecutor(len(self._parts), "panorama", one_thread)

    @property
    def ids(self) -> Ids:
        """The ids of the rows, ascending."""
        return self._ids

    def search(self, queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        """Find the k nearest rows of each query, as VectorIndex says; ties in any order."""
        turned = rotated(queries, self._rotation)

        def found(number: int) -> tuple[Ids, Scores]:
            start, stop = self._cuts[number : number + 2]
            mask = None if among is None else among[start:stop]
            ids = self._ids[start:stop]
            return _search(self._parts[number], ids, turned, k, mask)

        numbers = range(len(self._parts))
        if len(numbers) == 1:
            threads_for(len(queries))
            return found(0)
        return merge(list(self._threads.map(found, numbers)), k)

    def holds(self, places: Ids, rows: Embeddings) -> Mask:
        """Which rows (n, dim) are those at these places in the order of `ids`: (n,)."""
        same = np.zeros(len(places), dtype=bool)
        for start, stop, part in zip(self._cuts, self._cuts[1:], self._parts, strict=False):
            here = (places >= start) & (places < stop)
            held = rotated(part.reconstruct_batch(places[here] - start), self._rotation.T)
            same[here] = (np.abs(held - rows[here]) <= SAME).all(axis=1)
        return same


def write_panorama(path: Path, rotation: Rotation, parts: Iterable[tuple[Ids, Embeddings]]) -> int:
    """Write an index of the rows of all parts, whose ids ascend; returns their number.

    The rows pass through to the file; in memory stay 33 floats of each. What FAISS sees is a flat
    index of whole batches, which it maps, and which no one searches as it is.
    """
    dim, padded = len(rotation), 0
    ids = [np.empty(0, dtype=np.int64)]
    sums = [np.empty(0, dtype=np.float32)]
    with path.open("wb") as file:
        file.write(_head(dim, 0))
        for part, rows in _whole_batches(parts, dim):
            codes, lengths = _encoded(rotated(rows, rotation))
            file.write(codes.tobytes())
            padded += codes.nbytes // (4 * dim)
            ids.append(part)
            sums.append(lengths)
        write_tail(file, [np.concatenate(ids), np.concatenate(sums), rotation])
        file.seek(0)
        file.write(_head(dim, padded))
    return sum(map(len, ids))


def _head(dim: int, rows: int) -> bytes:
    return flat_header(b"IxFI", dim, rows) + pack("<Q", dim * rows)


def _whole_batches(
    parts: Iterable[tuple[Ids, Embeddings]], dim: int
) -> Iterator[tuple[Ids, Embeddings]]:
    """The same rows in parts of whole batches, all but the last one."""
    ids, rows = np.empty(0, dtype=np.int64), np.empty((0, dim), dtype=np.float32)
    for more_ids, more_rows in parts:
        ids, rows = np.concatenate([ids, more_ids]), np.concatenate([rows, more_rows])
        whole = len(ids) // BATCH * BATCH
        if whole:
            yield ids[:whole], rows[:whole]
        ids, rows = ids[whole:], rows[whole:]
    if len(ids):
        yield ids, rows


def _encoded(rows: Embeddings) -> tuple[Bytes, NDArray[np.float32]]:
    """Rows as FAISS lays them out, filled up to whole batches, and the lengths of their rests."""
    faiss = load_faiss()
    index = _empty(rows.shape[1])
    index.add(rows)
    codes: Bytes = faiss.rev_swig_ptr(index.codes.data(), index.codes.size()).copy()
    return codes, faiss.vector_to_array(index.cum_sums)


def _empty(dim: int) -> Any:
    return load_faiss().IndexFlatIPPanorama(dim, _levels(dim), BATCH)


def _levels(dim: int) -> int:
    """As many levels as there are whole ones of equal width, but for the last."""
    width = -(-dim // max(1, min(LEVELS, dim // LEAST_WIDTH)))
    return -(-dim // width)


def _check(mapped: Any, ids: Ids, sums: NDArray[np.float32], rotation: Rotation) -> None:
    """Raise ValueError unless the parts of a file belong together."""
    padded = -(-len(ids) // BATCH) * BATCH
    lengths = padded * (_levels(mapped.d) + 1)
    if (mapped.ntotal, len(sums), rotation.shape) != (padded, lengths, (mapped.d, mapped.d)):
        raise ValueError("the parts of the file do not belong together")


def _cuts(rows: int, most: int) -> list[int]:
    """Where parts of whole batches begin, and where the last one ends."""
    batches = -(-rows // BATCH)
    parts = max(1, min(most, batches // LEAST_BATCHES))
    starts = [BATCH * (batches * part // parts) for part in range(parts)]
    return [*starts, rows]


def _part(mapped: Any, sums: NDArray[np.float32], start: int, stop: int, rows: int) -> Any:
    """An index over some batches of the mapped one, without a copy of their rows."""
    faiss = load_faiss()
    end = stop if stop < rows else mapped.ntotal  # the last batch is full in the file
    codes = faiss.rev_swig_ptr(mapped.codes.data(), mapped.codes.size())
    size, levels = 4 * mapped.d, _levels(mapped.d)
    view = codes[start * size : end * size]
    index = _empty(mapped.d)
    index.codes = faiss.MaybeOwnedVectorUInt8.create_view(
        faiss.swig_ptr(view), view.size, mapped.codes.owner
    )
    faiss.copy_array_to_vector(sums[start * (levels + 1) : end * (levels + 1)], index.cum_sums)
    index.ntotal = stop - start
    return index


def _search(
    part: Any, ids: Ids, turned: Embeddings, k: int, among: Mask | None
) -> tuple[Ids, Scores]:
    if k > BATCH:  # FAISS looks for no more than a batch holds
        return _every_row(part, ids, turned, k, among)
    only = None
    if among is not None:
        only = load_faiss().SearchParameters(sel=these(among))
    scores, places = part.search(turned, k, params=only)
    return under_ids(ids, places, scores)


def _every_row(
    part: Any, ids: Ids, turned: Embeddings, k: int, among: Mask | None
) -> tuple[Ids, Scores]:
    """All inner products, some rows after the other."""
    kept = np.arange(part.ntotal) if among is None else np.flatnonzero(among)
    found = [ExactIndex(ids[:0], turned[:0]).search(turned, k)]
    for start in range(0, len(kept), EVERY_ROW_BLOCK):
        places = kept[start : start + EVERY_ROW_BLOCK]
        block = ExactIndex(ids[places], part.reconstruct_batch(places))
        found = [merge([*found, block.search(turned, min(k, len(places)))], k)]
    return found[0]
