from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.types import Hit, Location, Record, Tags
from search.results import Results, Timings
from ui.search_page.answer import Answer, Shown
from ui.search_page.summary import summary

RECORD = Record(1, Location(Path("/a")), 0, Tags(), datetime(2026, 11, 21, tzinfo=UTC))
RESULTS = Results((), matching=5012, total=9000, timings=Timings(0.030, 0.003, 0.0014))


def page(first, last, results):
    shown = tuple(Shown(RECORD, rank=rank) for rank in range(first, last + 1))
    return Answer(shown, 5012, is_last=False, results=results)


def test_the_summary_counts_and_times():
    assert summary(page(1, 60, RESULTS)) == "Nearest 60 of 5,012, 34 ms"
    assert summary(page(1, 0, RESULTS)) == "Nearest 0 of 5,012, 34 ms"


def test_a_later_page_says_which_ranks_it_shows():
    assert summary(page(1141, 1200, RESULTS)) == "Nearest 1,141–1,200 of 5,012, 34 ms"


def test_what_was_looked_up_is_not_called_near():
    named = replace(RESULTS, hits=(Hit(1, None, RECORD),))
    assert summary(page(1, 1, named)) == "Named 1 of 5,012, 34 ms"


def test_without_a_query_it_says_how_many_there_are():
    assert summary(page(61, 120, None)) == "Newest 61–120 of 5,012"
