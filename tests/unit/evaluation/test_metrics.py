"""Average precision and precision at k, against hand-made cases and a slow second opinion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics import average_precision, precision_at

RELEVANCE = st.lists(st.booleans(), min_size=1, max_size=40)


def slow_average_precision(relevant: list[bool]) -> float:
    """The definition, rank by rank."""
    ranks = [rank for rank in range(1, len(relevant) + 1) if relevant[rank - 1]]
    return sum(sum(relevant[:rank]) / rank for rank in ranks) / len(ranks)


@pytest.mark.parametrize(
    ("relevant", "expected"),
    [
        ([1, 1, 0, 0], 1.0),
        ([0, 0, 0, 1], 0.25),
        ([1, 0, 1, 0], (1 / 1 + 2 / 3) / 2),
        ([0, 1, 1, 0, 1], (1 / 2 + 2 / 3 + 3 / 5) / 3),
    ],
)
def test_average_precision_of_hand_made_rankings(relevant: list[int], expected: float) -> None:
    assert average_precision(np.array(relevant, bool)) == pytest.approx(expected)


def test_average_precision_is_unknown_when_nothing_is_relevant() -> None:
    assert np.isnan(average_precision(np.zeros(5, bool)))


@given(RELEVANCE.filter(any))
def test_average_precision_agrees_with_its_definition(relevant: list[bool]) -> None:
    assert average_precision(np.array(relevant)) == pytest.approx(slow_average_precision(relevant))


@given(RELEVANCE.filter(any))
def test_no_order_beats_the_one_with_all_relevant_first(relevant: list[bool]) -> None:
    best = average_precision(np.array(sorted(relevant, reverse=True)))

    assert best == 1.0
    assert average_precision(np.array(relevant)) <= best


def test_precision_divides_by_k_or_by_what_there_is() -> None:
    relevant = np.array([[1, 0, 1, 1], [1, 0, 0, 1], [0, 0, 0, 0]], bool)

    precision = precision_at(3, relevant, np.array([9, 1, 0]))

    np.testing.assert_allclose(precision, [2 / 3, 1.0, np.nan])
