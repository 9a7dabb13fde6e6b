"""The nearest rows of each row."""

import numpy as np

from search.maps.neighbours import BLOCK, nearest_of_each
from tests.unit.storage.factories import random_rows


def test_they_are_those_of_a_sort_of_all_cosines():
    rows = random_rows(BLOCK + 40)
    shown = []

    places, cosines = nearest_of_each(rows, 7, shown.append)

    all_cosines = rows.astype(np.float64) @ rows.T.astype(np.float64)
    np.fill_diagonal(all_cosines, -2)
    np.testing.assert_array_equal(places, np.argsort(-all_cosines, axis=1)[:, :7])
    np.testing.assert_allclose(cosines, np.take_along_axis(all_cosines, places, 1), atol=1e-6)
    assert shown == [BLOCK, BLOCK + 40]
