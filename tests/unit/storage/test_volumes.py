"""Means of series are those of their rows, however many batches they came in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import volumes
from storage.volumes import Volumes
from tests.unit.storage.factories import random_rows

ROWS = random_rows(40, dim=6, seed=1)


class Gather:
    """The rows of pictures 1 to 40; remembers which were asked for."""

    def __init__(self):
        self.read = []

    def __call__(self, ids):
        self.read += ids.tolist()
        return ROWS[ids - 1]


def keys_of(ids):
    """Picture 40 is of no series; the others are of thirteen."""
    return np.where(ids == 40, -ids, ids % 13)


def assert_means(found, ids):
    keys = keys_of(ids)
    expected = {
        key: ROWS[ids[keys == key] - 1].astype(np.float64).mean(axis=0)
        for key in sorted(set(keys.tolist()))
        if (keys == key).sum() > 1
    }
    assert found.keys.tolist() == list(expected)
    for row, mean in zip(found.rows, expected.values(), strict=True):
        assert row.astype(np.float64) == pytest.approx(mean / np.linalg.norm(mean), abs=2e-3)


def some_ids():
    return st.sets(st.integers(1, 40)).map(lambda ids: np.array(sorted(ids), np.int64))


@given(states=st.lists(some_ids(), min_size=1, max_size=4), asked=st.sets(st.integers(0, 3)))
def test_means_are_those_of_the_rows_whatever_was_there_before(states, asked):
    table = Volumes(np.empty(0, np.int64))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(volumes, "BLOCK", 3)
        for at, ids in enumerate(states):
            table = table.followed_by(ids)
            if at in asked:
                assert_means(table.get(keys_of(ids), Gather()), ids)


def test_rows_of_series_that_have_not_changed_are_not_read_again():
    before = np.arange(1, 31)
    first = Volumes(before)
    first.get(keys_of(before), Gather())
    after = np.setdiff1d(np.arange(1, 32), [9])  # 31 has come to series 5, 9 has left series 9
    gather = Gather()
    first.followed_by(after).followed_by(after).get(keys_of(after), gather)
    assert sorted(gather.read) == [5, 18, 31]  # of series 9 one picture is left: no mean
