"""What the points of the map are coloured by."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest

from core.errors import InvalidRequest
from storage.columns import EMPTY, NONE_KEPT
from storage.label_sets import KeptSet, Label, LabelSet
from ui.explore_page.colours import COLOURS, OTHERS, REST, UNSTATED, colouring, offered

ANATOMY = LabelSet(
    "anatomy",
    (Label("chest", group="part"), Label("CT", group="kind"), Label("head", group="part")),
)
NAN = float("nan")


@dataclass
class Rows:
    texts: tuple = ()
    days: tuple = ()
    table: tuple = ()

    def column(self, name):
        return EMPTY.followed_by(NONE_KEPT, self.texts)

    def numbers(self, name):
        return np.array(self.days, np.float64)

    def label_sets(self):
        return [KeptSet(1, ANATOMY, datetime(2026, 1, 1, tzinfo=UTC))] if self.table else []

    def label_table(self, name):
        return np.array(self.table, np.float32)


def told(made):
    return [(entry.value, entry.pictures, entry.code) for entry in made.entries]


def test_values_come_by_their_frequency_and_spellings_are_one():
    rows = Rows(texts=("CT", "mr", "MR", "MR", "", "CT", "MR"))

    made = colouring(rows, np.array([0, 1, 2, 3, 4, 6]), "modality")

    assert told(made) == [("MR", 4, 0), ("CT", 1, 1), ("", 1, UNSTATED)]
    assert made.codes.tolist() == [1, 0, 0, 0, UNSTATED, 0]
    assert made.entries[-1].text == "not stated"


def test_beyond_the_colours_there_is_a_rest():
    names = [f"S{n}" for n in range(COLOURS + 3) for _ in range(20 - n)]

    made = colouring(Rows(texts=tuple(names)), np.arange(len(names)), "scanner")

    assert told(made)[-1] == (OTHERS, 13 + 12 + 11, REST)
    assert made.entries[-1].text == "3 other values"
    assert np.bincount(made.codes).tolist() == [20, 19, 18, 17, 16, 15, 14, 36]


def test_ages_are_in_order_by_twenty_years():
    days = tuple(years * 365.25 for years in (81, 5, 19.5, 20.5, 45))

    made = colouring(Rows(days=(*days, NAN)), np.arange(6), "age")

    assert told(made) == [
        ("0..19", 2, 0), ("20..39", 1, 1), ("40..59", 1, 2), ("80..99", 1, 3), ("", 1, UNSTATED),
    ]  # fmt: skip


def test_dates_are_by_calendar_year():
    days = [np.datetime64(day).astype(int) for day in ("2020-12-31", "2021-01-01", "2021-12-31")]

    made = colouring(Rows(days=tuple(days)), np.arange(3), "date")

    assert told(made) == [("2020", 1, 0), ("2021", 2, 1)]


def test_a_group_of_labels_gives_the_most_probable_one():
    table = ((0.6, 1, 0.4), (0.1, 1, 0.9), (NAN, NAN, NAN), (0.3, 1, 0.7))

    made = colouring(Rows(table=table), np.arange(4), "label:anatomy/part")

    assert told(made) == [("head", 2, 0), ("chest", 1, 1), ("", 1, UNSTATED)]
    assert made.entries[-1].text == "not labelled"
    assert made.shown(["head", ""]).tolist() == [True, False, False, False]


def test_what_is_not_offered_is_said():
    assert "label:anatomy/part" in offered(Rows(table=((0.5, 1, 0.5),)))
    with pytest.raises(InvalidRequest, match="'study_uid'"):
        colouring(Rows(), np.arange(0), "study_uid")
