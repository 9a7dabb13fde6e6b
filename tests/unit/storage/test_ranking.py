import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from storage.index import ROUNDING
from storage.ranking import BLOCK, best_first, exact_scores, merge
from tests.unit.storage.factories import random_rows


def test_scores_are_cosines_summed_in_double_precision() -> None:
    rows, query = random_rows(5, 512), random_rows(1, 512, seed=1)[0]

    scores = exact_scores(query, rows)

    expected = [sum(float(a) * float(b) for a, b in zip(row, query, strict=True)) for row in rows]
    np.testing.assert_allclose(scores, expected, atol=1e-7)


def test_a_row_scores_the_same_wherever_it_stands() -> None:
    row, query = random_rows(1, 511), random_rows(1, 511, seed=1)[0]
    rows = np.concatenate([random_rows(BLOCK, 511, seed=2), row, row, random_rows(3, 511), row])

    scores = exact_scores(query, rows)

    assert set(scores[[BLOCK, BLOCK + 1, BLOCK + 5]]) == set(exact_scores(query, row))


def test_no_rows_have_no_scores() -> None:
    assert exact_scores(random_rows(1)[0], random_rows(0)).shape == (0,)


def test_single_precision_stays_within_the_rounding_allowed() -> None:
    rows, queries = random_rows(2000, 1024), random_rows(20, 1024, seed=1)

    exact = np.stack([exact_scores(query, rows) for query in queries])

    assert np.abs(queries @ rows.T - exact).max() < ROUNDING / 2


def test_the_best_come_first_and_equals_by_id() -> None:
    ids = np.array([[4, 2, 9, 1]])
    scores = np.array([[0.5, 0.7, 0.5, 0.1]], dtype=np.float32)

    best_ids, best_scores = best_first(ids, scores, 3)

    assert best_ids.tolist() == [[2, 4, 9]]
    np.testing.assert_allclose(best_scores, [[0.7, 0.5, 0.5]])


@given(
    scores=st.lists(st.integers(0, 5), min_size=2, max_size=30),
    cut=st.integers(1, 29),
    k=st.integers(1, 30),
)
def test_merging_parts_is_ordering_the_whole(scores: list[int], cut: int, k: int) -> None:
    values, ids = np.array([scores], dtype=np.float32), np.arange(len(scores))[None]
    parts = [(ids[:, :cut], values[:, :cut]), (ids[:, cut:], values[:, cut:])]

    merged = merge(parts, k)

    whole = best_first(ids, values, k)
    np.testing.assert_array_equal(merged[0], whole[0])
    np.testing.assert_array_equal(merged[1], whole[1])
