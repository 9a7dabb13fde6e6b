from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidRequest
from core.types import Location, Record, Tags
from search.query import Feedback, ImagePart, Query, Region, SeriesPart, TextPart, by_text
from search.results import Results, Timings
from search.where.tree import Condition, Op, one_of
from ui.search_page.answer import query_of, request_of, summary
from ui.search_page.asked import Held, SeriesOf
from ui.search_page.held import Typed, Upload
from ui.search_page.view import Patients, View

OWN = {
    "aa": Upload(ImagePart(np.zeros((1, 1, 3), np.uint8)), "data:,", "voi-2"),
    "bb": Typed("12345678"),
}


class OneSeries:
    """A snapshot whose pictures are all of one series."""

    def describe(self, ids):
        made = datetime(2026, 11, 21, tzinfo=UTC)
        tags = Tags(series_uid="1.2.3")
        return [Record(each, Location(Path("/a")), 0, tags, made) for each in ids]


def test_words_come_before_parts_in_their_order():
    view = View("chest", (TextPart("mass", -0.3), SeriesOf(4, 2.0)), liked=(9,))
    parts = (TextPart("chest"), TextPart("mass", -0.3), SeriesPart("1.2.3", 2.0))
    assert query_of(view, {}, OneSeries()) == Query(parts, Feedback((9,)))


def test_what_the_session_holds_is_asked_with_by_its_weight_and_region():
    view = View(parts=(Held("aa", Region(0, 0, 0.5, 1), -0.3), Held("bb")))
    image, words = query_of(view, OWN, OneSeries()).parts
    assert image.pixels is OWN["aa"].part.pixels
    assert (image.region, image.weight) == (Region(0, 0, 0.5, 1), -0.3)
    assert words == TextPart("12345678")


def test_what_another_session_holds_is_refused():
    with pytest.raises(InvalidRequest, match="give it again"):
        query_of(View(parts=(Held("aa"),)), {}, OneSeries())


def test_where_nothing_is_asked_there_is_no_query():
    assert query_of(View(), {}, OneSeries()) is None


def test_a_view_is_one_search_of_its_page():
    view = View("chest", filter="age > 60", k=24, patients=Patients.SAME)
    view = replace(view.filtered("modality", ["CT"]), page=3)
    request = request_of(view, by_text("chest"))
    age = Condition("age", Op.MORE, ("60",))
    assert (request.offset, request.k) == (48, 24)
    assert request.where == (one_of("modality", "CT"), age)
    assert (request.own_patient, request.only_patient) == (True, True)


def test_the_summary_counts_and_times():
    results = Results((), matching=5012, total=9000, timings=Timings(0.030, 0.003, 0.0014))
    assert summary(results) == "Nearest 0 of 5,012, 34 ms"
