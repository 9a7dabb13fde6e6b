import numpy as np
import pytest

from core.errors import UnknownName
from search.where.tree import Member, one_of
from storage.columns import EMPTY, NONE_KEPT
from storage.label_sets import KeptSet, Label, LabelSet
from ui.search_page.counts import (
    MOST,
    Counts,
    count_boards,
    count_facet,
    count_labels,
    shared_counts,
)


class FourPictures:
    """As much of a snapshot as counting needs."""

    ids = np.array([1, 2, 5, 9])

    def column(self, name):
        values = {"modality": ["CT", "MR", "CT", "CT"], "patient_sex": ["F", "F", "M", ""]}
        return EMPTY.followed_by(NONE_KEPT, values[name])

    def cohort(self, name):
        if name != "mine":
            raise UnknownName(name)
        return np.array([True, True, False, False])

    def label_sets(self):
        return (KeptSet(1, LabelSet("chest", (Label("mass"), Label("none"))), None),)

    def label_table(self, name):
        return np.array([[0.9, 0.1], [0.5, 0.5], [np.nan, np.nan], [0.2, 0.8]], np.float32)


@pytest.fixture(autouse=True)
def fresh():
    shared_counts.clear()


def test_what_filters_a_facet_itself_does_not_count_for_it():
    women, ct = one_of("sex", "F"), one_of("modality", "CT")
    assert count_facet(FourPictures(), "modality", [women, ct]) == [("CT", 1), ("MR", 1)]
    assert count_facet(FourPictures(), "sex", [women, ct]) == [("", 1), ("F", 1), ("M", 1)]


def test_a_label_counts_where_it_is_sure():
    assert count_labels(FourPictures(), []) == [("chest/mass", 2), ("chest/none", 2)]
    only_ct = count_labels(FourPictures(), [one_of("modality", "CT")])
    assert only_ct == [("chest/mass", 1), ("chest/none", 1)]


def test_boards_count_their_pictures_under_the_other_filters():
    where = [one_of("modality", "CT"), Member("mine")]
    assert count_boards(FourPictures(), ["mine"], where) == [("mine", 1)]


def test_what_was_counted_of_a_snapshot_is_not_counted_again():
    counts, snapshot, counted = Counts(), FourPictures(), []

    def count():
        counted.append(1)
        return [("CT", len(counted))]

    for _ in range(2):
        assert counts.of(snapshot, "modality", [], count) == [("CT", 1)]
    assert counts.of(snapshot, "sex", [], count) == [("CT", 2)]
    assert counts.of(FourPictures(), "modality", [], count) == [("CT", 3)]


def test_what_depends_on_a_board_is_counted_each_time():
    counts, snapshot, answers = Counts(), FourPictures(), iter([[("CT", 1)], [("CT", 2)]])
    for expected in (1, 2):
        found = counts.of(snapshot, "modality", [Member("mine")], lambda: next(answers))
        assert found == [("CT", expected)]


def test_the_counts_that_are_kept_are_bounded():
    counts, snapshot = Counts(), FourPictures()
    for n in range(MOST + 1):
        counts.of(snapshot, str(n), [], list)
    assert counts.of(snapshot, "0", [], lambda: [("again", 1)]) == [("again", 1)]
    assert counts.of(snapshot, str(MOST), [], lambda: [("again", 1)]) == []
