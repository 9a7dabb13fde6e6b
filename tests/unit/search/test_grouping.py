"""Keys are counted the same way, whatever they look like."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.grouping import first_of_each, sizes
from storage.keys import Key
from tests.unit.search.snapshots import FakeSnapshot


@given(
    rows=st.lists(st.tuples(st.integers(-3, 12), st.booleans()), min_size=1, max_size=12),
    wanted=st.lists(st.integers(-3, 15), max_size=6),
    filtered=st.booleans(),
)
def test_rows_that_may_be_returned_are_counted_by_key(rows, wanted, filtered):
    keys = np.array([key for key, _ in rows], np.int64)
    among = np.array([passes for _, passes in rows]) if filtered else None
    snapshot = FakeSnapshot([[1.0]] * len(rows), series=keys)
    expected = [
        sum(key == one and (passes or not filtered) for key, passes in rows) for one in wanted
    ]
    asked = np.array(wanted, np.int64)
    assert sizes(snapshot, Key.SERIES, asked, among).tolist() == expected


def test_the_first_of_each_key_stands_in_order():
    assert first_of_each(np.array([7, 2, 7, 9, 2])).tolist() == [0, 1, 3]
