"""Facets on hand-made rows; tests of laws hold them against filters."""

import pytest

from core.errors import InvalidFilter
from search.facets import facet
from search.filters import parse_where
from tests.unit.search.filtered_rows import FilteredRows

ROWS = FilteredRows(
    {
        "modality": ["CT", "MR", "CT", "", "US"],
        "body_part": ["BRAIN", "Brain", "CHEST", "BRAIN", "brain"],
    },
    {
        "age_days": [None, 3652, 3653, 3652 + 3653, 7304],
        "study_day": [0, -1, 364, None, 365],
        "kvp": [120, 100.5, 120, None, 80],
    },
)


def test_values_come_most_frequent_first_and_then_by_name() -> None:
    assert facet(ROWS, "modality") == [("CT", 2), ("", 1), ("MR", 1), ("US", 1)]


def test_spellings_of_one_value_are_counted_under_the_usual_one() -> None:
    assert facet(ROWS, "body_part") == [("BRAIN", 4), ("CHEST", 1)]
    accents = FilteredRows({"institution": ["Hopital", "Hôpital", "hôpital", "Hôpital"]})
    assert facet(accents, "institution") == [("Hôpital", 4)]


def test_a_facet_counts_under_the_other_filters_and_not_its_own() -> None:
    wheres = [parse_where("modality=CT and body_part=brain")]
    assert facet(ROWS, "modality", wheres) == [("", 1), ("CT", 1), ("MR", 1), ("US", 1)]
    assert facet(ROWS, "body_part", wheres) == [("BRAIN", 1), ("CHEST", 1)]
    assert facet(ROWS, "kvp", wheres) == [("120", 1)]


def test_ages_come_by_decade_dates_by_year_and_what_is_not_stated_last() -> None:
    assert facet(ROWS, "age") == [("10..19", 2), ("20..29", 2), ("", 1)]
    assert facet(ROWS, "date") == [("1969", 1), ("1970", 2), ("1971", 1), ("", 1)]
    assert facet(ROWS, "kvp") == [("120", 2), ("80", 1), ("100.5", 1), ("", 1)]


def test_a_field_of_several_tags_has_no_facet() -> None:
    with pytest.raises(InvalidFilter, match=r"Count study_description or series_description"):
        facet(ROWS, "description")
