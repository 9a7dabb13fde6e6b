"""Both indexes against sorting all the inner products."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Embeddings, Ids, Mask
from storage.faiss_index import FaissIndex, load_faiss, write_faiss_index
from storage.index import ExactIndex, VectorIndex
from tests.unit.storage.factories import random_rows

DIM = 16

Build = Callable[[Ids, Embeddings], VectorIndex]


@pytest.fixture(scope="module", params=["exact", "faiss"])
def build(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    if request.param == "exact":
        return ExactIndex
    folder = tmp_path_factory.mktemp("index")
    return lambda ids, rows: through_a_file(folder / "index.faiss", ids, rows)


def through_a_file(path: Path, ids: Ids, rows: Embeddings) -> FaissIndex:
    draft = path.with_name("draft")
    write_faiss_index(draft, rows.shape[1], [(ids, rows)])
    draft.replace(path)  # an earlier index stays mapped
    return FaissIndex(path)


def sorted_by_score(
    ids: Ids, rows: Embeddings, query: np.ndarray, among: Mask
) -> list[tuple[float, int]]:
    """(score, id), best first; an oracle that is too simple to be wrong."""
    scores = [float(np.dot(row.astype(np.float64), query)) for row in rows]
    triples = zip(scores, ids, among, strict=True)
    kept = [(score, int(i)) for score, i, is_allowed in triples if is_allowed]
    return sorted(kept, key=lambda pair: (-pair[0], pair[1]))


@given(
    n=st.integers(1, 200),
    k=st.integers(1, 60),
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

    found_ids, found_scores = build(ids, rows).search(queries, k, among)

    for query, row_ids, row_scores in zip(queries, found_ids, found_scores, strict=True):
        wanted = sorted_by_score(ids, rows, query, among)[:k]
        filled = len(wanted)
        assert row_ids[:filled].tolist() == [i for _, i in wanted]
        np.testing.assert_allclose(row_scores[:filled], [s for s, _ in wanted], atol=1e-5)
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

    written = write_faiss_index(tmp_path / "index", DIM, [(ids[:4], rows[:4]), (ids[4:], rows[4:])])

    assert written == 9
    index = FaissIndex(tmp_path / "index")
    assert index.search(rows, 1)[0].ravel().tolist() == ids.tolist()


def test_many_queries_at_once_score_as_one_by_one(build: Build) -> None:
    rows = random_rows(3000, 512)
    index = build(np.arange(3000), rows)
    queries = random_rows(64, 512, seed=1)

    ids, scores = index.search(queries, 5)

    alone = [index.search(queries[i : i + 1], 5) for i in range(64)]
    np.testing.assert_array_equal(ids, np.concatenate([found for found, _ in alone]))
    np.testing.assert_allclose(scores, np.concatenate([found for _, found in alone]), atol=1e-6)


@pytest.mark.parametrize("cuts", [[0], [0, 7], [0, 1, 4, 7]])
def test_the_file_is_the_one_that_faiss_writes(tmp_path: Path, cuts: list[int]) -> None:
    n = cuts[-1]
    ids, rows = np.arange(n, dtype=np.int64) * 3 + 5, random_rows(n, DIM).reshape(n, DIM)
    faiss = load_faiss()
    oracle = faiss.IndexIDMap(faiss.IndexFlatIP(DIM))
    if n:
        oracle.add_with_ids(rows, ids)

    parts = [(ids[a:b], rows[a:b]) for a, b in pairwise(cuts)]
    assert write_faiss_index(tmp_path / "index", DIM, parts) == n

    assert (tmp_path / "index").read_bytes() == faiss.serialize_index(oracle).tobytes()
