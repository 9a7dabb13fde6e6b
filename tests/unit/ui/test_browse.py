import numpy as np

from search.where.tree import one_of
from storage.columns import EMPTY, NONE_KEPT
from ui.search_page.browse import newest


class FourPictures:
    """As much of a snapshot as browsing needs."""

    ids = np.array([1, 2, 5, 9])

    def column(self, name):
        return EMPTY.followed_by(NONE_KEPT, ["CT", "MR", "CT", "MR"])

    def describe(self, ids):
        return ids


def test_the_newest_come_first():
    assert newest(FourPictures(), 3, []) == ([9, 5, 2], 4)


def test_later_pages_go_on_where_the_first_ends():
    assert newest(FourPictures(), 3, [], offset=3) == ([1], 4)


def test_filters_hold_for_what_was_not_asked_for_too():
    assert newest(FourPictures(), 3, [one_of("modality", "CT")]) == ([5, 1], 2)
