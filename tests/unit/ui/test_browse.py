import numpy as np

from search.filters import Condition
from storage.columns import Column
from ui.parts.browse import newest


class FourPictures:
    """As much of a snapshot as browsing needs."""

    ids = np.array([1, 2, 5, 9])

    def column(self, name):
        return Column(("CT", "MR"), np.array([0, 1, 0, 1], dtype=np.int32))

    def describe(self, ids):
        return ids


def test_the_newest_come_first():
    assert newest(FourPictures(), 3, []) == ([9, 5, 2], 4)


def test_filters_hold_for_what_was_not_asked_for_too():
    assert newest(FourPictures(), 3, [Condition("modality", ("CT",))]) == ([5, 1], 2)
