"""Nobody is in two parts, and mean precision is what a ranking by hand gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.held_out import mean_precision, parts_of


@given(st.lists(st.integers(0, 30), min_size=1), st.integers(0, 5))
def test_each_picture_is_in_one_part_and_each_patient_too(patients, seed):
    keys = np.array(patients)

    parts = parts_of(keys, seed)

    every = [parts.fitted, parts.chosen_by, parts.measured]
    assert sorted(np.concatenate(every).tolist()) == list(range(len(keys)))
    assert sum(len(set(keys[part])) for part in every) == len(set(patients))


def test_three_fifths_are_fitted_on_whatever_the_keys_are():
    keys = np.repeat(np.arange(100), 2)
    parts = parts_of(keys, 1)

    assert [len(p) for p in (parts.fitted, parts.chosen_by, parts.measured)] == [120, 40, 40]
    renamed = parts_of(1000 - keys, 1)
    assert np.array_equal(parts.measured, renamed.measured)


def test_mean_precision_is_that_of_the_rankings():
    rows = np.array([[1, 0], [0.8, 0.6], [0.6, 0.8], [0, 1]], np.float32)
    has = np.array([[1, 0], [0, 1], [1, 0], [0, 0]], bool)
    patients = np.arange(4)
    texts, labels = np.array([[0, 1]], np.float32), np.array([0])

    found = mean_precision(rows, has, patients, texts, labels)

    # Picture 0 has its like at rank 2, so has picture 2; picture 1 has none. The text has its
    # pictures, of the label 0, at ranks 2 and 4.
    assert found == pytest.approx((np.mean([1 / 2, 1 / 3]) + np.mean([1 / 2, 2 / 4])) / 2)
