"""The figures of a ranking, against hand-made cases and the definitions written out."""

from itertools import permutations
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.chance import expected
from evaluation.ranking import METRICS, Metric, figures

GAINS = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=30).filter(any)


def slow_figures(gains: list[float], k: int) -> list[float]:
    """Each definition, rank by rank."""
    hits = [gain > 0 for gain in gains]
    best = sorted(gains, reverse=True)
    ranks = [rank for rank, hit in enumerate(hits, start=1) if hit]
    dcg, most = (
        sum(gain / log2(1 + rank) for rank, gain in enumerate(row[:k], start=1))
        for row in (gains, best)
    )
    return [
        sum(hits[:k]) / k,
        sum(hits[:k]) / sum(hits),
        sum(sum(hits[:rank]) / rank for rank in ranks) / len(ranks),
        dcg / most,
        1 / ranks[0],
    ]


def fast(gains: list[float], k: int) -> list[float]:
    array = np.array(gains)
    return figures(array > 0, array, k).tolist()


@given(GAINS, st.integers(1, 35))
def test_figures_agree_with_their_definitions(gains, k):
    assert fast(gains, k) == pytest.approx(slow_figures(gains, k))


def test_figures_of_a_hand_made_ranking():
    # relevant at ranks 2 and 4 of 5, half as much at 4; k = 3
    found = dict(zip(METRICS, fast([0, 1, 0, 0.5, 0], 3), strict=True))

    assert found[Metric.PRECISION] == pytest.approx(1 / 3)
    assert found[Metric.RECALL] == pytest.approx(1 / 2)
    assert found[Metric.AVERAGE_PRECISION] == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert found[Metric.NDCG] == pytest.approx((1 / log2(3)) / (1 + 0.5 / log2(3)))
    assert found[Metric.RECIPROCAL_RANK] == pytest.approx(1 / 2)


def test_nothing_is_known_of_a_ranking_without_a_right_answer():
    nothing = np.zeros(4)

    assert np.isnan(figures(nothing > 0, nothing, 2)).all()
    assert np.isnan(expected(nothing > 0, nothing, 2)).all()


@given(GAINS.filter(lambda gains: len(gains) <= 5), st.integers(1, 7))
def test_chance_is_the_mean_over_all_orders(gains, k):
    every = [slow_figures(list(order), k) for order in permutations(gains)]
    array = np.array(gains)

    assert expected(array > 0, array, k) == pytest.approx(np.mean(every, axis=0))


def test_chance_agrees_with_simulation():
    rng = np.random.default_rng(1)
    gains = np.concatenate([np.zeros(180), np.full(15, 0.5), np.ones(5)])

    drawn = [
        figures(order > 0, order, 10) for order in (rng.permutation(gains) for _ in range(8000))
    ]

    error = np.std(drawn, axis=0) / np.sqrt(len(drawn))
    assert (np.abs(np.mean(drawn, axis=0) - expected(gains > 0, gains, 10)) < 4 * error).all()
