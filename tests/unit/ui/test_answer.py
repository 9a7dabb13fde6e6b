from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidRequest
from core.types import Hit, Location, Record, Tags, Unit
from search.query import Feedback, ImagePart, Query, Region, SeriesPart, TextPart, by_text
from search.results import Results, Timings
from search.where.tree import Condition, Op, one_of
from ui.search_page.answer import find, query_of, request_of
from ui.search_page.asked import Held, SeriesOf
from ui.search_page.held import Typed, Upload
from ui.search_page.view import Folding, Patients, View

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


def test_near_duplicates_are_folded_where_that_is_asked_for_and_can_be():
    folding = View("chest", fold=Folding.ON)
    by_series = replace(folding, unit=Unit.SERIES)
    of_series = Query((SeriesPart("1.2.3"),))
    assert request_of(View("chest"), by_text("chest")).fold is None
    assert request_of(folding, by_text("chest")).fold == 0.98
    assert request_of(by_series, by_text("chest")).fold == 0.98
    assert request_of(by_series, of_series).fold is None


class Archive:
    """An archive that finds as many hits as there are, and keeps what it was asked."""

    def __init__(self, there, noise_from=None):
        self.there, self.noise_from = there, noise_from

    def searcher(self):
        return self

    def search(self, request):
        self.request = request
        (made,) = OneSeries().describe([7])
        ranks = range(request.offset + 1, min(request.offset + request.k, self.there) + 1)
        hits = tuple(Hit(rank, 0.5, made) for rank in ranks)
        timings = Timings(0, 0, 0)
        return Results(hits, self.there, self.there, timings, noise_from=self.noise_from)


@pytest.mark.parametrize(
    ("there", "shown", "is_last"), [(48, 24, True), (49, 24, False), (30, 6, True)]
)
def test_a_page_knows_whether_another_one_follows(there, shown, is_last):
    archive = Archive(there)
    answer = find(archive, OneSeries(), View("chest", k=24, page=2), by_text("chest"), sequence=5)
    assert [each.rank for each in answer.pictures] == list(range(25, 25 + shown))
    assert len(answer.results.hits) == shown
    assert answer.is_last is is_last
    assert archive.request.sequence == 5


@pytest.mark.parametrize(
    ("noise_from", "noise_at"), [(None, None), (20, 0), (25, 0), (30, 5), (48, 23), (49, None)]
)
def test_chance_begins_at_a_place_of_the_page(noise_from, noise_at):
    archive = Archive(60, noise_from)
    answer = find(archive, OneSeries(), View("chest", k=24, page=2), by_text("chest"))
    assert answer.noise_at == noise_at
