"""What the page of the archive says of runs, files and sizes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.types import CatalogueCode, SkipCode
from indexer.stages import Stage
from storage.run_notes import RunNote, RunState, Work
from ui.archive_page.left_out import account_html
from ui.archive_page.machine import memory
from ui.archive_page.runs import advice, facts, run_html
from ui.archive_page.tables import size, table_html
from ui.archive_page.words import ADVICE, CATALOGUED, SKIPPED, STATES, WAITS, WORKS

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
NOTE = RunNote(
    Work.INDEX,
    RunState.RUNNING,
    pid=1,
    started_at=AT,
    told_at=AT,
    done=1200,
    files=5000,
    skipped=2,
    files_per_second=12.5,
    seconds_left=304.2,
    waits_for="decode",
)


def test_a_run_that_is_on_says_how_far_it_is_and_what_it_waits_for():
    assert facts(NOTE) == [
        "1,200 of 5,000 files (24 %)",
        "2 could not be read",
        "12.5 files a second",
        "0:05:04 left",
        "as of 2026-03-04 05:06:07 UTC",
    ]
    assert advice(NOTE) == [WAITS[Stage.DECODE]]
    assert 'value="1200" max="5000"' in run_html(NOTE)


def test_nobody_knows_the_share_while_files_are_found():
    told = facts(replace(NOTE, walking=True, seconds_left=None, skipped=0))
    assert told[:2] == ["1,200 of 5,000 files found so far", "12.5 files a second"]


def test_a_run_that_has_found_nothing_yet_has_no_share():
    told = facts(replace(NOTE, done=0, files=0, skipped=0))
    assert told[0] == "0 of 0 files found so far"


def test_a_killed_run_has_no_bar_and_says_how_to_go_on():
    dead = replace(NOTE, state=RunState.DEAD)
    assert advice(dead) == [ADVICE[RunState.DEAD]]
    assert "<progress" not in run_html(dead)
    assert "Indexing: killed" in run_html(dead)
    assert "12.5 files a second" not in run_html(dead)


def test_a_rebuild_says_its_step():
    note = replace(NOTE, work=Work.REBUILD, step="rows", skipped=0, waits_for="", seconds_left=None)
    assert facts(note) == ["rows 1,200/5,000", "as of 2026-03-04 05:06:07 UTC"]
    assert advice(note) == []


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (SKIPPED, SkipCode),
        (CATALOGUED, CatalogueCode),
        (WAITS, Stage),
        (WORKS, Work),
        (STATES, RunState),
    ],
)
def test_every_code_has_its_words(words, codes):
    assert set(words) == set(codes)


def test_what_a_file_says_is_no_markup():
    assert "<b>" not in table_html("Files", [("/a/<b>.dcm", "<b>")])
    assert "&lt;b&gt;" in table_html("Files", [("/a/<b>.dcm", "<b>")])


def test_an_account_has_codes_numbers_and_meanings():
    html = account_html("Left out", [("corrupt", 1234, "It breaks `off`.")])
    assert "<code>corrupt</code></th><td>1,234</td><td>It breaks <code>off</code>." in html


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0.0 kB"), (999_999, "1,000.0 kB"), (8_831_306, "8.8 MB")]
)
def test_sizes_are_read_at_a_glance(count, told):
    assert size(count) == told


def test_the_memory_of_this_process_is_told():
    ((_name, told),) = memory()
    assert told.endswith((" MB", " GB"))
