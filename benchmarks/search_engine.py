"""The kinds of index side by side, on one core: recall, latency, size, and filters.

    python -m benchmarks.search_engine [--rows 1000000] [--dim 1024] [--only flat,panorama,...]

Clustered embeddings (benchmarks/clustered.py) in shards, as a collection has them. Every kind
answers the same queries for ten rows, image-like and text-like; recall is against the flat index.
radseek's own are timed with all that makes an answer of theirs: the short list, its scores from the
shards, the exact order. hnswlib and usearch are measured where they can be imported, at the least
effort that reaches the wanted recall of images, with a single thread like all others. Then filters,
random ones and ones that go with the clusters, against exact search. Milliseconds are processor
time, the median of the queries. Needs about 6.5 KB of disk a row.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.clustered import Archive, image_like, make_archive, text_like
from core.types import Embeddings, Ids, Mask
from storage.faiss_runtime import cores, load_faiss
from storage.flat_index import FlatIndex
from storage.index import VectorIndex
from storage.index_build import Built, build
from storage.index_kinds import IndexKind
from storage.ivf_index import Efforts, IvfIndex
from storage.nearest import nearest
from storage.panorama_index import PanoramaIndex
from storage.segments import Segment
from storage.tiers import Tiers, tiers_of

K = 10
WANTED = 0.99  # recall of images that the others are tuned to
EFFORTS = (16, 32, 64, 128, 256, 512)
SHARES = (0.0001, 0.01, 0.1, 0.5)
GRAPH_LINKS, GRAPH_BUILD = 16, 200
ROUNDING = 4e-6

Search = Callable[[Embeddings], Ids]  # (n, dim) -> (n, K) ids


@dataclass(frozen=True, slots=True)
class Queries:
    """Queries with the scores of their exact answers."""

    images: Embeddings
    texts: Embeddings
    least_images: NDArray[np.float32]  # the score of the tenth
    least_texts: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bench:
    """What all kinds are measured with."""

    archive: Archive
    folder: Path
    queries: Queries
    calibrated: dict[str, float] = field(default_factory=dict)  # of the approximate index

    def row(self, name: str, seconds: float, size: float, search: Search) -> list[str]:
        """Measure one way to search: a row of the table."""
        images, texts = self.queries.images, self.queries.texts
        return [
            name,
            f"{seconds:,.0f}",
            f"{size:,.0f}",
            f"{median_ms(search, images):.3f}",
            f"{median_ms(search, texts):.3f}",
            f"{self.recall(search(images), images, self.queries.least_images):.4f}",
            f"{self.recall(search(texts), texts, self.queries.least_texts):.4f}",
        ]

    def recall(self, found: Ids, queries: Embeddings, least: NDArray[np.float32]) -> float:
        """The share of the ten nearest that were found; equal ones count for each other."""
        near = [
            (self.archive.unit(ids[ids > 0]) @ query >= tenth - ROUNDING).sum()
            for ids, query, tenth in zip(found, queries, least, strict=True)
        ]
        return float(np.minimum(near, K).mean() / K)


def main() -> None:
    """Make rows, build each kind, print the tables."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        archive = make_archive(folder, options.rows, options.dim)
        flat = folder / "flat"
        flat_s, _ = timed(lambda: build(flat, IndexKind.FLAT, archive.places, archive.blocks()))
        with one_core():
            queries = asked(archive, FlatIndex(flat), options.queries)
        bench = Bench(archive, folder, queries)
        print(f"{options.rows:,} rows of {options.dim}, {options.queries} queries of each kind\n")
        print("| index | build, CPU s | bytes a row | image ms | text ms | recall@10 | of texts |")
        print("|---|---|---|---|---|---|---|", flush=True)
        for way in options.only.split(","):
            for row in WAYS[way](bench, flat_s):
                print("| " + " | ".join(row) + " |", flush=True)
        filters(bench)


def asked(archive: Archive, flat: FlatIndex, count: int) -> Queries:
    """Queries of both kinds, answered by the flat index."""
    images, texts = image_like(archive, count), text_like(archive, count)
    least = [flat.search(queries, K)[1][:, -1] for queries in (images, texts)]
    return Queries(images, texts, *least)


def by_flat(bench: Bench, seconds: float) -> Iterator[list[str]]:
    """FAISS's flat index, the measure of all."""
    path = bench.folder / "flat"
    index = FlatIndex(path)
    with one_core():
        yield bench.row("flat", seconds, size_of(bench, path), lambda q: index.search(q, K)[0])


def by_panorama(bench: Bench, _: float) -> Iterator[list[str]]:
    """Panorama as it is searched by radseek."""
    path, archive = bench.folder / "panorama", bench.archive
    seconds, _built = built_as(bench, path, IndexKind.PANORAMA)
    with one_core():
        index = PanoramaIndex(path)
        yield bench.row("panorama", seconds, size_of(bench, path), raw(index))
        search = through(archive, tiers_over(archive, index))
        yield bench.row("panorama, in order", seconds, size_of(bench, path), search)


def by_ivf(bench: Bench, _: float) -> Iterator[list[str]]:
    """Short lists as they are searched by radseek."""
    path, archive = bench.folder / "ivf", bench.archive
    seconds, made = built_as(bench, path, IndexKind.IVF_RABITQ)
    told = made.parameters
    bench.calibrated.update(told)
    efforts, size = Efforts.told(told), size_of(bench, path)
    with one_core():
        tiers = tiers_over(archive, IvfIndex(path, efforts, told["norm_error"]))
        for who, effort in (("pictures", efforts.images), ("texts", efforts.any)):
            name = f"ivf-rabitq as {who} ask, {effort.lists} of {told['lists']:.0f} lists"
            search = through(archive, tiers, like_images=who == "pictures")
            yield bench.row(f"{name}, short {effort.short}", seconds, size, search)
    print(f"| it was calibrated to {made.recall:.3f}, {made.recall_texts:.3f} | | | | | | |")


def by_hnswlib(bench: Bench, _: float) -> Iterator[list[str]]:
    """hnswlib in single precision."""
    if find_spec("hnswlib") is None:
        return
    places, path = bench.archive.places, bench.folder / "hnswlib"
    index = import_module("hnswlib").Index(space="ip", dim=places.maps.dim)
    index.init_index(len(places.ids), ef_construction=GRAPH_BUILD, M=GRAPH_LINKS)
    seconds, _built = timed(lambda: [index.add_items(r, i) for i, r in unit_blocks(bench)])
    index.save_index(str(path))
    size = size_of(bench, path)
    path.unlink()
    index.set_num_threads(1)

    def search(effort: int, queries: Embeddings) -> Ids:
        index.set_ef(effort)
        return np.asarray(index.knn_query(queries, K)[0], dtype=np.int64)

    with one_core():
        yield from tuned(bench, "hnswlib", seconds, size, search)


def by_usearch(bench: Bench, _: float) -> Iterator[list[str]]:
    """usearch in half precision."""
    if find_spec("usearch") is None:
        return
    places = bench.archive.places
    index = import_module("usearch.index").Index(
        ndim=places.maps.dim,
        metric="ip",
        dtype="f16",
        connectivity=GRAPH_LINKS,
        expansion_add=GRAPH_BUILD,
    )
    seconds, _built = timed(lambda: [index.add(i, r) for i, r in unit_blocks(bench)])
    size = index.memory_usage / len(places.ids)

    def search(effort: int, queries: Embeddings) -> Ids:
        index.expansion_search = effort
        keys = index.search(queries, K, threads=1).keys
        return np.asarray(keys, dtype=np.int64).reshape(len(queries), K)

    with one_core():
        yield from tuned(bench, "usearch", seconds, size, search)


WAYS: dict[str, Callable[[Bench, float], Iterator[list[str]]]] = {
    "flat": by_flat,
    "panorama": by_panorama,
    "ivf-rabitq": by_ivf,
    "hnswlib": by_hnswlib,
    "usearch": by_usearch,
}


def tuned(
    bench: Bench, name: str, seconds: float, size: float, search: Callable[[int, Embeddings], Ids]
) -> Iterator[list[str]]:
    """The row of the least effort that finds enough, else of the largest."""
    queries = bench.queries
    for effort in EFFORTS:
        at = partial(search, effort)
        found = bench.recall(at(queries.images), queries.images, queries.least_images)
        if found >= WANTED or effort == EFFORTS[-1]:
            yield bench.row(f"{name}, ef {effort}", seconds, size, at)
            return


def filters(bench: Bench) -> None:
    """Print what filters cost and find with the kinds that were built."""
    print("\n| index | filter | share | ms | recall@10 | hits as many as there are |")
    print("|---|---|---|---|---|---|", flush=True)
    with one_core():
        for name, tiers in built(bench):
            for goes_with_clusters in (False, True):
                for share in SHARES:
                    told = filtered(bench, tiers, share, goes_with_clusters)
                    kind = "with the clusters" if goes_with_clusters else "random"
                    print(f"| {name} | {kind} | {share:.2%} | {told} |", flush=True)


def filtered(bench: Bench, tiers: Tiers, share: float, goes_with_clusters: bool) -> str:
    """Search under a filter: ms, recall, and how often min(k, C) hits came."""
    archive, count = bench.archive, 20
    queries = np.concatenate([bench.queries.images[:count], bench.queries.texts[:count]])
    among = mask_of(archive, share, goes_with_clusters)
    matching = int(among.sum())
    filled = min(K, matching)
    wanted = exactly(archive, queries, among, filled)
    search = through(archive, tiers, among)
    found = search(queries)
    full = sum(len(np.unique(row[row > 0])) == filled for row in found)
    shared = sum(len(np.intersect1d(row, best)) for row, best in zip(found, wanted, strict=True))
    recall = shared / max(1, wanted.size)
    return f"{median_ms(search, queries):.2f} | {recall:.4f} | {full} of {len(queries)}"


def mask_of(archive: Archive, share: float, goes_with_clusters: bool) -> Mask:
    """Rows that pass a filter: each by itself, or whole clusters."""
    random = np.random.default_rng(4)
    rows = len(archive.clusters)
    if not goes_with_clusters:
        among: Mask = random.random(rows) < share
        return among
    order = random.permutation(archive.clusters.max() + 1)
    place = np.argsort(order)[archive.clusters]
    last = np.sort(place)[max(0, round(share * rows) - 1)]
    mask: Mask = (place < last) | ((place == last) & (random.random(rows) < 0.5))
    return mask


def exactly(archive: Archive, queries: Embeddings, among: Mask, k: int) -> Ids:
    """The k best rows that pass, by plain products in double precision."""
    best = np.empty((len(queries), 0), dtype=np.int64)
    scores = np.empty((len(queries), 0))
    for block in archive.blocks():
        ids = block.ids[among[block.ids - 1]]
        more = queries.astype(np.float64) @ archive.unit(ids).astype(np.float64).T
        best = np.concatenate([best, np.broadcast_to(ids, more.shape)], axis=1)
        scores = np.concatenate([scores, more], axis=1)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(best, order, axis=1)
        scores = np.take_along_axis(scores, order, axis=1)
    return best


def built(bench: Bench) -> Iterator[tuple[str, Tiers]]:
    """The kinds of radseek's that there are files of."""
    panorama, ivf = bench.folder / "panorama", bench.folder / "ivf"
    if panorama.is_file():
        yield "panorama", tiers_over(bench.archive, PanoramaIndex(panorama))
    if ivf.is_file():
        told = bench.calibrated
        index = IvfIndex(ivf, Efforts.told(told), told["norm_error"])
        yield "ivf-rabitq", tiers_over(bench.archive, index)


def tiers_over(archive: Archive, index: VectorIndex) -> Tiers:
    """How a snapshot searches an index that covers it all."""
    ids = archive.places.ids
    return tiers_of([Segment(index, None, len(ids))], ids, archive.places.halves)


def through(
    archive: Archive, tiers: Tiers, among: Mask | None = None, like_images: bool = False
) -> Search:
    """Search as a snapshot does."""
    matching = len(archive.places.ids) if among is None else int(among.sum())

    def search(queries: Embeddings) -> Ids:
        k = min(K, matching)
        return nearest(tiers.through(matching, like_images), queries, k, among, archive.unit)[0]

    return search


def raw(index: VectorIndex) -> Search:
    """Search an index by itself."""
    return lambda queries: index.search(queries, K)[0]


def built_as(bench: Bench, path: Path, kind: IndexKind) -> tuple[float, Built]:
    """Build an index: the processor's seconds, and what was built."""
    archive = bench.archive
    return timed(lambda: build(path, kind, archive.places, archive.blocks()))


def unit_blocks(bench: Bench) -> Iterator[tuple[Ids, Embeddings]]:
    """All rows, block by block."""
    for block in bench.archive.blocks():
        yield block.ids, bench.archive.unit(block.ids)


def size_of(bench: Bench, path: Path) -> float:
    """The bytes of a file for each row."""
    return path.stat().st_size / len(bench.archive.places.ids)


def median_ms(search: Search, queries: Embeddings) -> float:
    """The median of the processor's time for one query, after a few that are not counted."""
    search(queries[:3])
    taken = []
    for start in range(len(queries)):
        began = time.process_time()
        search(queries[start : start + 1])
        taken.append(time.process_time() - began)
    return 1000 * float(np.median(taken))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The processor's seconds for a piece of work, and what it gave."""
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


@contextmanager
def one_core() -> Iterator[None]:
    """Let this process use one core, and FAISS one thread."""
    before, threads = os.sched_getaffinity(0), cores()
    os.sched_setaffinity(0, {min(before)})
    load_faiss().omp_set_num_threads(1)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
        load_faiss().omp_set_num_threads(threads)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--only", default=",".join(WAYS))
    parser.add_argument("--folder", type=Path, default=None, help="Where the files go.")
    return parser.parse_args()


if __name__ == "__main__":
    main()
