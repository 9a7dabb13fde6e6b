"""The line below which hits are not told from chance, against laws of known numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, norm

from search.noise import CHANCE_SHARE, Chance, chance_of, noise_floor


def cosines(seed, chance=2000, related=0, at=0.8):
    """Ascending: many around 0.1, and some that are related to the query."""
    random = np.random.default_rng(seed)
    scores = np.append(random.normal(0.1, 0.1, chance), random.normal(at, 0.02, related))
    return np.sort(scores).astype(np.float32)


def test_chance_is_fitted_to_the_lower_half():
    found = chance_of(np.array([-0.4, -0.3, 0.1, 0.9, 0.9], np.float32))

    assert found.centre == pytest.approx(0.1)
    assert found.spread == pytest.approx(np.sqrt((0.5**2 + 0.4**2 + 0) / 3))


def test_what_is_asked_for_hardly_moves_the_fit():
    alone, among = chance_of(cosines(0)), chance_of(cosines(0, related=100))

    assert among.centre == pytest.approx(alone.centre, abs=0.01)
    assert among.spread == pytest.approx(alone.spread, abs=0.01)


@given(seed=st.integers(0, 1000), related=st.integers(100, 400))
def test_the_line_lies_between_chance_and_what_is_asked_for(seed, related):
    background = cosines(seed, 2048 - related, related)

    floor = noise_floor(background, None, pictures=10**6)

    told = background >= floor
    assert told[-related:].all()
    assert told[:-related].sum() <= 2 * CHANCE_SHARE * told.sum()


@given(seed=st.integers(0, 1000), related=st.integers(0, 300), at=st.floats(0.2, 0.8))
def test_common_hits_are_told_as_benjamini_and_hochberg_do(seed, related, at):
    background = cosines(seed, 2048 - related, related, at)
    own = chance_of(background)
    chances = norm.sf((background.astype(np.float64) - own.centre) / own.spread)
    adjusted = false_discovery_control(chances)

    floor = noise_floor(background, None, pictures=10**15)  # no hit is above its Bonferroni line

    np.testing.assert_array_equal(background >= np.float32(floor), adjusted <= CHANCE_SHARE)


@pytest.mark.parametrize("pictures", [2000, 10**6])
def test_what_is_too_rare_for_the_sample_must_beat_the_best_of_all_pictures(pictures):
    own = Chance(0.0, 0.1)
    ranks = norm.ppf((np.arange(2001) + 0.5) / 2001) * own.spread  # chance and nothing else
    fitted = chance_of(ranks.astype(np.float32))

    floor = noise_floor(ranks.astype(np.float32), None, pictures)

    assert norm.sf((floor - fitted.centre) / fitted.spread) * pictures == pytest.approx(0.2)


def test_a_hit_must_beat_what_other_queries_reach():
    background = cosines(0, related=200, at=0.5)

    assert noise_floor(background, Chance(0.1, 0.1), 2200) < 0.5
    assert noise_floor(background, Chance(0.4, 0.1), 2200) == pytest.approx(0.6)


def alike(seed=0):
    """An archive of little else than what is asked for: most of it is near, the rest far away."""
    random = np.random.default_rng(seed)
    scores = np.append(random.normal(0.0, 0.05, 800), random.normal(0.8, 0.01, 1200))
    return np.sort(scores).astype(np.float32)


@given(seed=st.integers(0, 1000), related=st.integers(0, 400))
def test_a_law_holds_where_few_are_asked_for_and_not_where_most_are(seed, related):
    assert chance_of(cosines(seed, 2048 - related, related)).holds
    assert not chance_of(alike(seed)).holds


@pytest.mark.parametrize("background", [alike(), np.full(500, 0.3, np.float32)])
def test_where_pictures_are_all_alike_nothing_tells(background):
    assert noise_floor(background, None, 5000) is None
    assert noise_floor(background, Chance(0.0, 0.05), 5000) is None


def test_where_pictures_are_all_alike_other_queries_say_that_nothing_answers():
    assert noise_floor(alike(), Chance(0.7, 0.1), 5000) == pytest.approx(0.9)


def test_what_other_queries_reach_says_nothing_without_a_law():
    assert noise_floor(cosines(0), Chance(0.7, 0.1, holds=False), 5000) is None


def test_a_line_among_the_hits_needs_no_law_of_the_query():
    """Most of the archive is alike and not asked for: some stand out from it all the same."""
    random = np.random.default_rng(0)
    scores = np.append(random.uniform(0.0, 0.1, 1500), np.full(5, 0.9))
    background = np.sort(scores).astype(np.float32)
    assert not chance_of(background).holds
    assert 0.1 < noise_floor(background, None, 1505) < 0.9
