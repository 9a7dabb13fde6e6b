"""The approximate index: its short lists, and what is found through them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.types import Embeddings
from storage.half_rows import norm_error
from storage.ivf_index import Effort, Efforts, IvfIndex, _chosen, list_count, write_ivf
from storage.shards import to_half, to_unit
from tests.unit.storage.factories import random_rows, unit

DIM, ROWS = 64, 6_000
ALL = 10**6  # lists


def clustered(n: int, seed: int = 0) -> Embeddings:
    """Rows in 40 clouds."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((40, DIM))
    return unit(centres[cloud_of(n)] + 0.4 * random.standard_normal((n, DIM)))


def cloud_of(n: int) -> np.ndarray:
    """The cloud of each row."""
    return np.random.default_rng(7).integers(0, 40, n)


@pytest.fixture(scope="module")
def rows() -> Embeddings:
    return to_unit(to_half(clustered(ROWS)))


@pytest.fixture(scope="module")
def index(rows: Embeddings, tmp_path_factory: pytest.TempPathFactory) -> IvfIndex:
    path = tmp_path_factory.mktemp("ivf") / "index"
    ids = np.arange(ROWS) * 3 + 1
    parts = [(ids[:1000], rows[:1000]), (ids[1000:], rows[1000:])]
    assert write_ivf(path, rows[:5000], ROWS, parts) == ROWS
    return IvfIndex(path, Efforts(Effort(8, 100), Effort(8, 100)), norm_error(to_half(rows)))


@pytest.mark.parametrize(
    ("rows", "lists"), [(1, 1), (1_000, 25), (100_000, 1024), (1_000_000, 4096), (10**7, 16_384)]
)
def test_lists_grow_with_the_root_of_the_rows(rows: int, lists: int) -> None:
    assert list_count(rows) == lists


def test_the_ids_are_those_that_were_added(index: IvfIndex) -> None:
    np.testing.assert_array_equal(index.ids, np.arange(ROWS) * 3 + 1)


def test_every_row_is_on_its_own_short_list(index: IvfIndex, rows: Embeddings) -> None:
    places = index.candidates(rows[::50], Effort(4, 50))
    assert (places == np.arange(0, ROWS, 50)[:, None]).any(axis=1).all()


def test_a_short_list_names_no_row_twice(index: IvfIndex, rows: Embeddings) -> None:
    for row in index.candidates(rows[:20], Effort(ALL, 500)):
        assert len(set(row.tolist())) == 500
        assert row.min() >= 0


@given(share=st.sampled_from([0.0, 0.001, 0.05, 0.5, 0.95, 1.0]), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_only_rows_that_may_be_returned_are_listed(
    index: IvfIndex, rows: Embeddings, share: float, seed: int
) -> None:
    among = np.random.default_rng(seed).random(ROWS) < share
    places = index.candidates(rows[:3], Effort(8, 200), among)
    listed = places[places >= 0]
    assert among[listed].all()
    if among.any():
        assert (places >= 0).any(axis=1).all()


@pytest.mark.parametrize("row", [0, 1, 2, 3])
def test_a_filter_that_goes_with_the_lists_loses_nothing(
    index: IvfIndex, rows: Embeddings, row: int
) -> None:
    cloud = cloud_of(ROWS)
    far = np.argsort([(rows[cloud == each] @ rows[row]).mean() for each in range(40)])[:5]
    among = np.isin(cloud, far)  # the eight lists nearest to the query hold none of these

    places = index.candidates(rows[row : row + 1], Effort(8, 300), among)[0]

    near = np.where(among, rows @ rows[row], -2)
    assert len(set(places.tolist()) & set(np.argsort(-near)[:10].tolist())) >= 9


def test_another_row_is_not_taken_for_the_one_at_its_place(
    index: IvfIndex, rows: Embeddings
) -> None:
    places = np.arange(ROWS)
    assert index.holds(places, rows).all()
    assert index.holds(places, np.roll(rows, 1, axis=0)).mean() < 0.2


@pytest.mark.parametrize("harm", ["truncate", "foreign", "empty", "bad-list"])
def test_a_damaged_file_is_refused(index: IvfIndex, tmp_path: Path, harm: str) -> None:
    path = tmp_path / "index"
    rows = random_rows(400, DIM)
    write_ivf(path, rows, 400, [(np.arange(400), rows)])
    content = path.read_bytes()
    damaged = {
        "truncate": content[: len(content) // 2],
        "foreign": b"not an index of FAISS" * 100,
        "empty": b"",
        "bad-list": content.replace(np.int64(399).tobytes(), np.int64(10**9).tobytes()),
    }
    path.write_bytes(damaged[harm])
    with pytest.raises((OSError, RuntimeError, ValueError)):
        IvfIndex(path, Efforts(Effort(1, 1), Effort(1, 1)), 0)


def test_a_graph_over_the_lists_finds_what_all_of_them_find(
    index: IvfIndex, rows: Embeddings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.ivf_index.GRAPH_FROM", 8)
    write_ivf(tmp_path / "index", rows[:5000], ROWS, [(index.ids, rows)])
    graph = IvfIndex(tmp_path / "index", index.efforts, index.norm_error)
    effort, queries = Effort(30, 200), rows[::60]

    found = graph.candidates(queries, effort)
    wanted = index.candidates(queries, effort)

    shared = [len(set(a) & set(b)) for a, b in zip(found.tolist(), wanted.tolist(), strict=True)]
    assert np.mean(shared) >= 0.95 * 200
    among = np.arange(ROWS) % 3 == 0
    np.testing.assert_array_equal(
        np.diff(np.sort(graph.candidates(queries, effort, among))) > 0, True
    )
    assert graph.holds(np.arange(ROWS), rows).mean() > 0.99


def test_the_nearest_lists_with_rows_that_match_are_taken_until_they_are_enough() -> None:
    counts = np.array([0, 5, 0, 7, 2])
    scores = np.array([0.9, 0.1, 0.8, 0.7, 0.2], dtype=np.float32)

    assert _chosen(counts, scores, 7.0).numbers.tolist() == [3]
    assert _chosen(counts, scores, 7.5).numbers.tolist() == [3, 4]
    assert _chosen(counts, scores, 9.5).numbers.tolist() == [3, 4, 1]
    assert _chosen(counts, scores, 1e9).numbers.tolist() == [3, 4, 1]
    np.testing.assert_array_equal(_chosen(counts, scores, 8.0).scores, scores[[3, 4]])
