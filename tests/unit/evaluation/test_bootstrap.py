"""Intervals by drawing patients."""

import numpy as np
import pytest

from evaluation.bootstrap import (
    Draw,
    Resampling,
    interval,
    resampled_means,
    with_other_askers,
)

ONE_SET = np.ones((4, 1), bool)


def test_whole_patients_are_drawn_with_all_that_is_theirs():
    values = np.array([[0.0], [0.0], [0.0], [1.0]])
    patients = np.array([7, 7, 7, 9])

    drawn = resampled_means(with_other_askers(values, patients, Resampling(4000)), ONE_SET)

    # two draws out of {three zeros, a one}: both the first, both the second, or one of each
    found, times = np.unique(drawn.round(6), return_counts=True)
    assert found.tolist() == [0.0, 0.25, 1.0]
    assert times / 4000 == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


def test_a_draw_without_any_of_a_set_says_nothing_of_it():
    members = np.array([[True, False], [False, True]])

    draws = with_other_askers(np.ones((2, 1)), np.array([0, 1]), Resampling(200))
    drawn = resampled_means(draws, members)

    assert np.isnan(drawn[:, 0, 0]).mean() == pytest.approx(0.25, abs=0.1)
    assert not np.isnan(drawn).all(axis=1).any()
    low, high = interval(drawn)
    assert (low == 1).all()
    assert (high == 1).all()


def test_the_interval_is_the_one_of_the_normal_distribution_for_many_patients():
    rng = np.random.default_rng(0)
    values = rng.normal(0.5, 0.1, (400, 1))

    draws = with_other_askers(values, np.arange(400), Resampling(4000, 5))
    drawn = resampled_means(draws, np.ones((400, 1), bool))

    low, high = interval(drawn)
    half = 1.96 * values.std() / 20
    assert [low.item(), high.item()] == pytest.approx(
        [values.mean() - half, values.mean() + half], abs=0.001
    )


def test_the_same_seed_gives_the_same_draws():
    first, second, other = (
        [draw.tolist() for draw in Resampling(3, seed).draws(6)] for seed in (1, 1, 2)
    )

    assert first == second != other
    assert [sum(draw) for draw in first] == [6, 6, 6]


def test_what_no_draw_has_has_no_interval():
    low, high = interval(np.full((5, 1), np.nan))

    assert np.isnan([low, high]).all()


def test_what_is_not_known_in_a_draw_does_not_count_in_its_mean():
    values = np.array([[0.5, np.nan], [1.0, 0.25], [np.nan, np.nan]])

    drawn = resampled_means([Draw(values, np.array([3, 1, 1]))], np.ones((3, 1), bool))

    assert drawn[0, 0].tolist() == [2.5 / 4, 0.25]
