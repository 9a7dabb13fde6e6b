"""The pictures that stand for a collection."""

import numpy as np
import pytest

from search.sampling import SAMPLE, Sampler, draw
from tests.unit.search.snapshots import FakeSnapshot


def rows(count):
    return np.random.default_rng(0).standard_normal((count, 3)).astype(np.float32)


def test_the_same_ids_give_the_same_sample():
    snapshot = FakeSnapshot(rows(5000))

    np.testing.assert_array_equal(draw(snapshot).rows, draw(snapshot).rows)


def test_a_sample_is_spread_over_all_ids():
    stored = np.arange(20_000, dtype=np.float32)

    drawn = np.sort(draw(FakeSnapshot(stored)).rows[:, 0])

    even = (np.arange(SAMPLE) + 0.5) / SAMPLE * 20_000
    assert np.abs(drawn - even).max() < 0.04 * 20_000  # Kolmogorov and Smirnov, p below 0.005


@pytest.mark.parametrize(("rows_now", "fits"), [(1000, True), (1100, True), (1101, False)])
def test_a_sample_serves_until_a_tenth_of_the_rows_is_new(rows_now, fits):
    drawn = draw(FakeSnapshot(rows(1000)))

    assert drawn.fits(np.arange(1, rows_now + 1)) is fits


def test_rows_that_went_count_as_those_that_came():
    drawn = draw(FakeSnapshot(rows(1000)))

    assert drawn.fits(np.arange(51, 1051))
    assert not drawn.fits(np.arange(52, 1052))


def test_the_first_of_a_sample_are_spread_like_all_of_it():
    stored = np.arange(20_000, dtype=np.float32)

    drawn = np.sort(draw(FakeSnapshot(stored)).rows[:256, 0])

    even = (np.arange(256) + 0.5) / 256 * 20_000
    assert np.abs(drawn - even).max() < 0.11 * 20_000  # Kolmogorov and Smirnov, p below 0.005


def test_answers_rest_on_the_same_sample_whatever_was_asked_before():
    grown = FakeSnapshot(rows(1050))
    grown.sequence = 2
    old, new = Sampler(), Sampler()
    old.sample(FakeSnapshot(rows(1000)))
    old.own(FakeSnapshot(rows(1000)))

    assert old.sample(grown).count == 1000
    np.testing.assert_array_equal(old.own(grown).rows, new.own(grown).rows)


def test_a_sample_is_drawn_anew_when_much_has_changed():
    sampler = Sampler()
    first = sampler.sample(FakeSnapshot(rows(1000)))

    little, much = FakeSnapshot(rows(1050)), FakeSnapshot(rows(1200))
    little.sequence, much.sequence = 2, 3

    assert sampler.sample(little) is first
    assert sampler.sample(much).count == 1200
