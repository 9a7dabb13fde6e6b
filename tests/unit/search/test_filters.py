import numpy as np
import pytest

from core.errors import InvalidFilter
from search.filters import Condition, facets, parse_where, row_mask
from storage.columns import EMPTY, NONE_KEPT


class FakeSnapshot:
    def __init__(self, **columns):
        self._columns = columns
        self.ids = np.arange(len(columns["modality"]))

    def column(self, name):
        return EMPTY.followed_by(NONE_KEPT, self._columns[name])


@pytest.fixture
def snapshot():
    return FakeSnapshot(
        modality=["CT", "MR", "CT", "", "US"], body_part=["HEAD", "HEAD", "CHEST", "", "BREAST"]
    )


def test_a_condition_names_a_column_and_its_values():
    assert parse_where("modality=CT") == Condition("modality", ("CT",))
    assert parse_where(" Modality = CT, MR ") == Condition("modality", ("CT", "MR"))


@pytest.mark.parametrize("text", ["", "CT", "modality", "patient_name=x", "=CT"])
def test_a_filter_that_cannot_be_read_says_how_to_write_one(text):
    with pytest.raises(InvalidFilter, match=r"modality"):
        parse_where(text)


def test_no_condition_is_no_mask(snapshot):
    assert row_mask(snapshot, []) is None


def test_values_of_one_condition_are_alternatives_and_case_does_not_matter(snapshot):
    mask = row_mask(snapshot, [parse_where("modality=ct,us")])
    assert mask.tolist() == [True, False, True, False, True]


def test_conditions_combine(snapshot):
    mask = row_mask(snapshot, [parse_where("modality=CT"), parse_where("body_part=chest")])
    assert mask.tolist() == [False, False, True, False, False]


def test_an_empty_value_finds_what_is_not_stated(snapshot):
    assert row_mask(snapshot, [parse_where("modality=")]).tolist() == [
        False,
        False,
        False,
        True,
        False,
    ]


def test_facets_count_and_order_by_frequency_then_name(snapshot):
    assert facets(snapshot, "modality") == [("CT", 2), ("", 1), ("MR", 1), ("US", 1)]


def test_spellings_that_differ_in_capitals_are_one_facet_under_the_usual_one():
    parts = ["BRAIN", "Brain", "CHEST", "BRAIN", "brain", "CHEST", "CHEST"]
    snapshot = FakeSnapshot(modality=["MR"] * 7, body_part=parts)
    assert facets(snapshot, "body_part") == [("BRAIN", 4), ("CHEST", 3)]
    mask = row_mask(snapshot, [parse_where("body_part=BRAIN")])
    assert mask.sum() == 4
