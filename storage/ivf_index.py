"""The approximate index: lists of like rows, one bit a value, from which short lists are taken.

Only the short lists matter: what they hold is scored anew from the shards (probing.py). Sources:
Gao and Long, RaBitQ, SIGMOD 2024; FAISS's IndexIVFRaBitQFastScan.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids, Mask, Scores
from storage.faiss_runtime import load_faiss, products, these, threads_for, under_ids
from storage.rotation import Rotation, random_rotation, rotated
from storage.tail import read_tail, write_tail

ROWS_PER_CENTROID: Final = 40  # to train with; FAISS warns below 39
TRAIN_ROUNDS: Final = 8
GRAPH_FROM: Final = 4_096  # lists, from which a graph finds the nearest ones in half the time
GRAPH_LINKS: Final = 32
GRAPH_WIDTH: Final = 2  # nodes that are looked at, times the lists that are wanted
DEEPER: Final = 8  # times the rows of the short list of each step
WIDER: Final = 2  # times the lists
MORE_AMONG: Final = 4  # what may be returned can lie far from the query, and is spread there
MOSTLY: Final = 0.8  # share of the rows from which a mask is no filter worth counting

Places = NDArray[np.int64]  # of rows in the order of ids; -1: none


Found = tuple[Scores, Places]


@dataclass(frozen=True, slots=True)
class Lists:
    """Some lists of the index, nearest first."""

    numbers: NDArray[np.int64]
    scores: Scores  # of their centroids


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to look."""

    lists: int
    short: int  # rows of the short list

    def deeper(self, steps: int) -> "Effort":
        """The effort for more places, so many steps on."""
        return Effort(self.lists * WIDER**steps, self.short * DEEPER**steps)


@dataclass(frozen=True, slots=True)
class Efforts:
    """How hard to look for the first places."""

    any: Effort
    images: Effort  # for queries like images, which lie near the rows that they look for

    @classmethod
    def told(cls, parameters: Mapping[str, float]) -> "Efforts":
        """Those that a manifest keeps. Raises KeyError when it lacks them."""
        lists, short, of_images, short_images = (
            int(parameters[name]) for name in ("probed", "short", "probed_images", "short_images")
        )
        return cls(Effort(lists, short), Effort(of_images, short_images))


class IvfIndex:
    """Short lists of rows that are probably the nearest. Immutable."""

    error = float("inf")  # its scores are estimates

    def __init__(self, path: Path, efforts: Efforts, norm_error: float) -> None:
        """Map the index at `path`. Raises OSError, RuntimeError or ValueError if it is not one."""
        self.efforts = efforts
        self.norm_error = norm_error  # how far the length of a stored row may be from 1
        faiss = load_faiss()
        self._ivf = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._ids, self._rotation = read_tail(path, 2)
        self._centroids = _centroids(self._ivf)
        self._list_of = _lists(self._ivf, len(self._ids))

    @property
    def ids(self) -> Ids:
        """The ids of the rows, ascending."""
        return self._ids

    @property
    def lists(self) -> int:
        """The number of lists."""
        return int(self._ivf.nlist)

    def search(self, queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        """The k rows that seem nearest to each query, with estimated scores."""
        effort = Effort(self.efforts.any.lists, max(k, self.efforts.any.short))
        scores, places = self._found(queries, effort, among)
        return under_ids(self._ids, places[:, :k], scores[:, :k])

    def holds(self, places: Places, rows: Embeddings) -> Mask:
        """Which rows (n, dim) would be put where those at these places in the order of ids are."""
        lists = self._ivf.quantizer.search(rotated(rows, self._rotation), 1)[1][:, 0]
        same: Mask = lists == self._list_of[places]
        return same

    def candidates(self, queries: Embeddings, effort: Effort, among: Mask | None = None) -> Places:
        """A short list of each query, (n, effort.short), best first as far as its bits tell."""
        return self._found(queries, effort, among)[1]

    def _found(self, queries: Embeddings, effort: Effort, among: Mask | None) -> Found:
        threads_for(len(queries))
        turned = rotated(queries, self._rotation)
        if among is None:
            return self._search(turned, effort, None)
        if among.mean() >= MOSTLY:
            return self._search(turned, effort, these(among))
        return self._among(turned, effort, among)

    def _search(self, turned: Embeddings, effort: Effort, only: Any) -> Found:
        faiss, lists = load_faiss(), min(effort.lists, self.lists)
        how = faiss.IVFRaBitQSearchParameters(nprobe=lists, sel=only)
        if self.lists >= GRAPH_FROM:
            how.quantizer_params = faiss.SearchParametersHNSW(efSearch=GRAPH_WIDTH * lists)
        found: Found = self._ivf.search(turned, effort.short, params=how)
        return found

    def _among(self, turned: Embeddings, effort: Effort, among: Mask) -> Found:
        """Look at some times as many rows that may be returned as a search of all looks at.

        Lists without one are passed over, so that a filter that goes with the lists is a search
        of a smaller index, and one that goes across them looks at more lists.
        """
        counts = np.bincount(self._list_of[among], minlength=self.lists)
        wanted = MORE_AMONG * effort.lists * len(self._ids) / self.lists
        only = these(among)
        shape = len(turned), effort.short
        scores, places = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.int64)
        for row, query in enumerate(turned):
            lists = _chosen(counts, products(self._centroids, query), wanted)
            self._in_lists(query, lists, only, (scores[row], places[row]))
        return scores, places

    def _in_lists(
        self, query: NDArray[np.float32], lists: Lists, only: Any, into: tuple[Scores, Places]
    ) -> None:
        """Search these lists alone, which FAISS's own Python face does not do with a selector."""
        faiss = load_faiss()
        told = [faiss.swig_ptr(array) for array in (lists.numbers, lists.scores, *into)]
        how = faiss.IVFRaBitQSearchParameters(nprobe=len(lists.numbers), sel=only)
        short = len(into[0])
        self._ivf.search_preassigned_c(1, faiss.swig_ptr(query), short, *told, False, how, None)


def list_count(rows: int) -> int:
    """How many lists so many rows are spread over: a power of two near 4 times the root."""
    near = 2 ** round(np.log2(4 * np.sqrt(rows)))
    return int(max(1, min(near, rows // ROWS_PER_CENTROID)))


def sample_size(rows: int) -> int:
    """How many rows the lists are learned from."""
    return min(rows, ROWS_PER_CENTROID * list_count(rows))


class IvfDraft:
    """An index that is being made."""

    def __init__(self, sample: Embeddings, rows: int) -> None:
        """Learn the lists from a sample (n, dim) of so many rows."""
        faiss, dim, lists = load_faiss(), sample.shape[1], list_count(rows)
        self._rotation: Rotation = random_rotation(dim)
        turned = rotated(sample, self._rotation)
        centroids = _trained(turned, lists)
        self._quantizer = _quantizer(centroids)
        self._ivf = faiss.IndexIVFRaBitQFastScan(
            self._quantizer, dim, lists, faiss.METRIC_INNER_PRODUCT
        )
        self._ivf.train(turned)
        self._ids = [np.empty(0, dtype=np.int64)]

    def add(self, ids: Ids, rows: Embeddings) -> None:
        """Put rows behind the others; ids ascend."""
        self._ivf.add(rotated(rows, self._rotation))
        self._ids.append(ids)

    def write(self, path: Path) -> int:
        """Write the index; returns the number of its rows."""
        load_faiss().write_index(self._ivf, str(path))
        ids = np.concatenate(self._ids)
        with path.open("ab") as file:
            write_tail(file, [ids, self._rotation])
        return len(ids)


def write_ivf(
    path: Path, sample: Embeddings, rows: int, parts: Iterable[tuple[Ids, Embeddings]]
) -> int:
    """Write an index of the rows of all parts, about `rows`; returns their number."""
    draft = IvfDraft(sample, rows)
    for ids, part in parts:
        draft.add(ids, part)
    return draft.write(path)


def _trained(rows: Embeddings, lists: int) -> Embeddings:
    faiss = load_faiss()
    means = faiss.Kmeans(
        rows.shape[1], lists, niter=TRAIN_ROUNDS, spherical=True, min_points_per_centroid=1
    )
    means.train(rows)
    centroids: Embeddings = means.centroids
    return centroids


def _quantizer(centroids: Embeddings) -> Any:
    faiss, (lists, dim) = load_faiss(), centroids.shape
    if lists >= GRAPH_FROM:
        index = faiss.IndexHNSWFlat(dim, GRAPH_LINKS, faiss.METRIC_INNER_PRODUCT)
    else:
        index = faiss.IndexFlatIP(dim)
    index.add(centroids)
    return index


def _centroids(ivf: Any) -> Embeddings:
    faiss = load_faiss()
    quantizer = faiss.downcast_index(ivf.quantizer)
    flat = faiss.downcast_index(quantizer.storage) if hasattr(quantizer, "hnsw") else quantizer
    centroids: Embeddings = flat.reconstruct_n(0, ivf.nlist)
    return centroids


def _lists(ivf: Any, rows: int) -> NDArray[np.int32]:
    """The list of each row. Raises ValueError unless each row is in one."""
    faiss, inverted = load_faiss(), ivf.invlists
    list_of = np.full(rows, -1, dtype=np.int32)
    total = 0
    for number in range(ivf.nlist):
        size = inverted.list_size(number)
        if size:
            places = faiss.rev_swig_ptr(inverted.get_ids(number), size)
            if places.min() < 0 or places.max() >= rows:
                raise ValueError("a list names rows that are not there")
            list_of[places] = number
            total += size
    if total != rows or (list_of < 0).any():
        raise ValueError("the lists do not hold each row once")
    return list_of


def _chosen(counts: NDArray[np.int64], scores: Scores, wanted: float) -> Lists:
    """The nearest lists with rows that may be returned, until they have so many of them."""
    usable = np.flatnonzero(counts)
    nearest = usable[np.argsort(-scores[usable], kind="stable")]
    enough = int(np.searchsorted(np.cumsum(counts[nearest]), wanted)) + 1
    numbers = np.ascontiguousarray(nearest[:enough])
    return Lists(numbers, np.ascontiguousarray(scores[numbers]))
