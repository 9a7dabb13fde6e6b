"""Words and pictures have an equal say, however far the cosines of each vary."""

import numpy as np
import pytest

from search.balance import balanced
from search.sampling import Sampler
from tests.unit.search.snapshots import FakeSnapshot


def cone(count, spread, seed):
    """Unit rows about one axis, as the rows of one kind lie."""
    rows = np.random.default_rng(seed).normal(size=(count, 16)) * spread
    rows[:, 0] += 1
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


PICTURES = np.pad(cone(500, 0.3, seed=1), ((0, 0), (0, 1)))
# A text lies mostly where no picture does, and so its cosines with them vary little.
TEXT = np.zeros((1, 17), np.float32)
TEXT[0, 3], TEXT[0, 16] = 0.28, 0.96
SNAPSHOT = FakeSnapshot(PICTURES)


def test_one_kind_is_the_plain_sum():
    rows, weights = PICTURES[:3], np.array([1.0, 2.0, -0.5])
    assert balanced([(rows, weights)], SNAPSHOT, Sampler()) == pytest.approx(weights @ rows)


def test_neither_kind_decides_alone():
    text, image = TEXT, PICTURES[:1]
    both = PICTURES @ balanced([(text, np.ones(1)), (image, np.ones(1))], SNAPSHOT, Sampler())
    parts = [PICTURES @ text[0], PICTURES @ image[0]]
    shares = [np.cov(part, both)[0, 1] / part.std() for part in parts]
    assert shares[0] == pytest.approx(shares[1], rel=1e-2)
    plain = PICTURES @ (text[0] + image[0])
    unfair = [np.cov(part, plain)[0, 1] / part.std() for part in parts]
    assert unfair[1] > 2 * unfair[0]


def test_equal_pictures_tell_nothing_of_spread_so_the_sum_is_plain():
    snapshot = FakeSnapshot(np.repeat(PICTURES[:1], 5, axis=0))
    kinds = [(TEXT, np.ones(1)), (PICTURES[1:2], np.ones(1))]
    assert balanced(kinds, snapshot, Sampler()) == pytest.approx(TEXT[0] + PICTURES[1])
