"""Every exact index against sorting all the inner products."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Embeddings, Ids, Mask
from storage.faiss_runtime import load_faiss
from storage.flat_index import FlatIndex, write_flat
from storage.half_rows import HalfIndex
from storage.index import ExactIndex, VectorIndex
from storage.panorama_index import BATCH, PanoramaIndex, write_panorama
from storage.rotation import energy_rotation
from storage.shards import to_half
from tests.unit.storage.factories import random_rows

DIM = 16

Build = Callable[[Ids, Embeddings], VectorIndex]


@pytest.fixture(scope="module", params=["exact", "flat", "panorama", "halves"])
def build(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("index")
    builds: dict[str, Build] = {
        "exact": ExactIndex,
        "flat": lambda ids, rows: through_a_file(folder / "flat", ids, rows),
        "panorama": lambda ids, rows: through_panorama(folder / "panorama", [(ids, rows)]),
        "halves": lambda ids, rows: HalfIndex(ids, to_half(rows).__getitem__, norm_error=2e-3),
    }
    return builds[request.param]


def through_a_file(path: Path, ids: Ids, rows: Embeddings) -> FlatIndex:
    draft = path.with_name("draft")
    write_flat(draft, rows.shape[1], [(ids, rows)])
    draft.replace(path)  # an earlier index stays mapped
    return FlatIndex(path)


def through_panorama(path: Path, parts: Sequence[tuple[Ids, Embeddings]]) -> PanoramaIndex:
    draft = path.with_name("draft")
    rotation = energy_rotation(np.concatenate([rows for _, rows in parts]))
    write_panorama(draft, rotation, parts)
    draft.replace(path)
    return PanoramaIndex(path)


def sorted_by_score(
    ids: Ids, rows: Embeddings, query: np.ndarray, among: Mask
) -> list[tuple[float, int]]:
    """(score, id), best first; an oracle that is too simple to be wrong."""
    scores = [float(np.dot(row.astype(np.float64), query)) for row in rows]
    triples = zip(scores, ids, among, strict=True)
    kept = [(score, int(i)) for score, i, is_allowed in triples if is_allowed]
    return sorted(kept, key=lambda pair: (-pair[0], pair[1]))


@given(
    n=st.sampled_from([1, 5, 60, 200, 900]),
    k=st.sampled_from([1, 7, 60, 512, 513]),
    share=st.sampled_from([0.0, 0.02, 0.3, 0.9]),
    seed=st.integers(0, 2**32 - 1),
)
def test_an_index_finds_what_sorting_finds(
    build: Build, n: int, k: int, share: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    rows, queries = random_rows(n, DIM, seed), random_rows(3, DIM, seed + 1)
    ids = np.cumsum(random.integers(1, 5, size=n))
    among = random.random(n) < share

    index = build(ids, rows)
    found_ids, found_scores = index.search(queries, k, among)

    for query, row_ids, row_scores in zip(queries, found_ids, found_scores, strict=True):
        wanted = sorted_by_score(ids, rows, query, among)[:k]
        filled = len(wanted)
        near = {i: score for score, i in sorted_by_score(ids, rows, query, among)}
        own = [near[i] for i in row_ids[:filled].tolist()]  # each once, and one that may be
        np.testing.assert_allclose(row_scores[:filled], own, atol=index.error)
        assert len(set(row_ids[:filled].tolist())) == filled
        np.testing.assert_allclose(
            row_scores[:filled], [s for s, _ in wanted], atol=2 * index.error
        )
        assert (row_ids[filled:] == -1).all()
        assert np.isneginf(row_scores[filled:]).all()


def test_without_a_mask_all_rows_are_searched(build: Build) -> None:
    rows, ids = random_rows(50, DIM), np.arange(100, 150)
    index = build(ids, rows)

    unmasked = index.search(rows[:4], 10)

    np.testing.assert_array_equal(index.ids, ids)
    assert unmasked[0][:, 0].tolist() == [100, 101, 102, 103]
    np.testing.assert_array_equal(unmasked[0], index.search(rows[:4], 10, np.ones(50, bool))[0])


def test_more_than_there_are_is_padded(build: Build) -> None:
    ids, scores = build(np.array([7, 9]), random_rows(2, DIM)).search(random_rows(1, DIM), 4)

    assert sorted(ids[0, :2].tolist()) == [7, 9]
    assert ids[0, 2:].tolist() == [-1, -1]
    assert np.isneginf(scores[0, 2:]).all()


def test_equal_scores_are_ordered_by_id_by_the_oracle() -> None:
    rows = np.repeat(random_rows(2, DIM), [6, 6], axis=0)[[0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]]
    index = ExactIndex(np.arange(1, 13), rows)

    ids, _ = index.search(rows[:1], 4)

    assert ids.tolist() == [[1, 3, 5, 7]]


def test_an_index_file_keeps_rows_in_parts(tmp_path: Path) -> None:
    rows, ids = random_rows(9, DIM), np.arange(1, 10)

    written = write_flat(tmp_path / "index", DIM, [(ids[:4], rows[:4]), (ids[4:], rows[4:])])

    assert written == 9
    index = FlatIndex(tmp_path / "index")
    assert index.search(rows, 1)[0].ravel().tolist() == ids.tolist()


def test_many_queries_at_once_score_as_one_by_one(build: Build) -> None:
    rows = random_rows(3000, 512)
    index = build(np.arange(3000), rows)
    queries = random_rows(64, 512, seed=1)

    ids, scores = index.search(queries, 5)

    alone = [index.search(queries[i : i + 1], 5) for i in range(64)]
    np.testing.assert_array_equal(ids, np.concatenate([found for found, _ in alone]))
    np.testing.assert_allclose(scores, np.concatenate([found for _, found in alone]), atol=1e-6)


@pytest.mark.parametrize("cores", [1, 3])
@pytest.mark.parametrize("n", [1, BATCH, 5 * BATCH + 7])
def test_panorama_finds_the_same_in_any_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int, cores: int
) -> None:
    monkeypatch.setattr("storage.panorama_index.cores", lambda: cores)
    monkeypatch.setattr("storage.panorama_index.LEAST_BATCHES", 1)
    rows, ids = random_rows(n, DIM), np.arange(n) * 2 + 1
    cuts = [0, *range(300, n, 300), n]
    parts = [(ids[a:b], rows[a:b]) for a, b in pairwise(cuts)]

    index = through_panorama(tmp_path / "index", parts)
    among = np.random.default_rng(0).random(n) < 0.5
    wanted = ExactIndex(ids, rows).search(rows[:20], 7, among)
    found = index.search(rows[:20], 7, among)

    np.testing.assert_array_equal(found[0], wanted[0])
    np.testing.assert_allclose(found[1], wanted[1], atol=index.error)
    assert index.holds(np.arange(n), rows).all()
    assert not index.holds(np.arange(n), np.roll(rows, 1, axis=1)).any()


@pytest.mark.parametrize("dim", [1, 3, 8, 37, 130])
def test_panorama_takes_rows_of_any_length(tmp_path: Path, dim: int) -> None:
    rows, ids = random_rows(700, dim), np.arange(700)
    index = through_panorama(tmp_path / "index", [(ids, rows)])

    _, scores = index.search(rows[:9], 5)

    wanted = ExactIndex(ids, rows).search(rows[:9], 5)[1]
    np.testing.assert_allclose(scores, wanted, atol=index.error)


@pytest.mark.parametrize("cuts", [[0], [0, 7], [0, 1, 4, 7]])
def test_the_file_is_the_one_that_faiss_writes(tmp_path: Path, cuts: list[int]) -> None:
    n = cuts[-1]
    ids, rows = np.arange(n, dtype=np.int64) * 3 + 5, random_rows(n, DIM).reshape(n, DIM)
    faiss = load_faiss()
    oracle = faiss.IndexIDMap(faiss.IndexFlatIP(DIM))
    if n:
        oracle.add_with_ids(rows, ids)

    parts = [(ids[a:b], rows[a:b]) for a, b in pairwise(cuts)]
    assert write_flat(tmp_path / "index", DIM, parts) == n

    assert (tmp_path / "index").read_bytes() == faiss.serialize_index(oracle).tobytes()
