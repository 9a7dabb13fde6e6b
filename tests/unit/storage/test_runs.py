"""The rows of a key are found without a look at all rows, and are those that have it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from storage.runs import Copies, Runs

KEYS = st.lists(st.integers(-3, 12), max_size=14)
WANTED = st.lists(st.integers(-3, 15), max_size=6)


@given(rows=KEYS, wanted=WANTED)
def test_runs_give_the_rows_that_have_a_key(rows: list[int], wanted: list[int]) -> None:
    found = Runs.of(np.array(rows, np.int64)).rows_with(np.array(wanted, np.int64))

    assert found.tolist() == [place for place, key in enumerate(rows) if key in wanted]


@given(rows=KEYS, ids=st.sets(st.integers(1, 20), min_size=14), wanted=WANTED)
def test_copies_give_the_rows_that_have_a_key(
    rows: list[int], ids: set[int], wanted: list[int]
) -> None:
    some = np.sort(np.array(list(ids), np.int64))[: len(rows)]

    found = Copies.of(some, np.array(rows, np.int64)).rows_with(np.array(wanted, np.int64))

    assert found.tolist() == [place for place, key in enumerate(rows) if key in wanted]
