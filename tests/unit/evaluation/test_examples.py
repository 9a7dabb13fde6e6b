"""Which pictures stand for a figure, against the definitions written out one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evaluation.examples import MOST, seen_by_images, seen_by_text

K = 5


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_pictures_that_words_found_are_told_by_their_ranks(answers):
    ids = np.arange(len(answers)) * 3 + 100
    seen = seen_by_text("a", "an a", ids, np.array(answers), K)

    ranked = list(zip(ids.tolist(), range(1, len(answers) + 1), answers, strict=True))
    first, behind = ranked[:K], ranked[K:]
    assert list(seen.hits) == [(picture, rank) for picture, rank, right in first if right]
    assert list(seen.wrong) == [(picture, rank) for picture, rank, right in first if not right]
    missed = [(picture, rank) for picture, rank, right in reversed(behind) if right]
    assert list(seen.misses) == missed[:MOST]


def test_pictures_that_asked_are_told_by_what_they_found():
    precision = np.array([0.5, 1.0, 0.1, 0.9, 0.5])
    first = np.array([2, 1, 9, 1, 1])
    seen = seen_by_images("a", np.array([11, 12, 13, 14, 15]), precision, first, K)
    assert seen.hits == ((12, 1), (14, 1), (11, 2))
    assert (seen.wrong, seen.misses) == ((), ((13, 9), (15, 1)))


def test_of_many_that_asked_those_who_found_least_are_misses_unless_nothing_was_wrong():
    precision = np.array([1.0] * (2 * MOST + 2) + [0.7, 0.6])
    first = np.ones(len(precision), np.int64)
    seen = seen_by_images("a", np.arange(len(precision)), precision, first, K)
    assert [picture for picture, _rank in seen.hits] == list(range(MOST))
    assert [picture for picture, _rank in seen.misses] == [2 * MOST + 3, 2 * MOST + 2]


def test_who_found_nothing_right_among_the_first_is_no_hit():
    seen = seen_by_images("a", np.array([7]), np.array([0.1]), np.array([K + 1]), K)
    assert (seen.hits, seen.misses) == ((), ((7, K + 1),))
