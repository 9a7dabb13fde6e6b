import sqlite3
from pathlib import Path

import pytest

from core.errors import CollectionCorrupt, StorageError
from core.types import Found, Location
from storage.visits import FATES, open_visits
from tests.unit.indexer.factories import opened_visits


def _found(number):
    return Found(Location(Path(f"/archive/{number:05}")), number, number)


def test_files_come_out_of_the_queue_in_order_and_once():
    with opened_visits() as visits:
        for number in range(2500):
            visits.enqueue(_found(number))
        taken = [found for _ in range(4) for found in visits.take()]
        visits.enqueue(_found(7))
        assert visits.take() == [_found(7)]
    assert taken == [_found(number) for number in range(2500)]


def test_a_turn_is_taken_once_and_a_higher_one_after_it():
    place = Location(Path("/archive/a"), "in")
    with opened_visits() as visits:
        assert [visits.take_turn(place, turn) for turn in (1, 1, 2, 1)] == [
            True,
            False,
            True,
            False,
        ]
        assert (visits.has_turn(place, 2), visits.fate(place)) == (True, None)


def test_what_a_killed_run_has_left_is_begun_anew(tmp_path):
    catalog, scratch = tmp_path / "catalog.sqlite", tmp_path / "visits.sqlite"
    sqlite3.connect(catalog).close()
    scratch.write_bytes(b"half a page")
    with open_visits(scratch, catalog, "test") as visits:
        assert visits.take() == []
    assert not scratch.exists()


def test_a_scratch_that_cannot_be_made_is_said(tmp_path):
    catalog = tmp_path / "catalog.sqlite"
    with (
        pytest.raises(StorageError, match="scratch file of 'test'"),
        open_visits(tmp_path / "none" / "visits.sqlite", catalog, "test"),
    ):
        pass


def test_a_damaged_catalog_is_said(tmp_path):
    catalog = tmp_path / "catalog.sqlite"
    catalog.write_bytes(b"no database" * 1000)
    with (
        pytest.raises(CollectionCorrupt, match="backup"),
        open_visits(tmp_path / "visits.sqlite", catalog, "test") as visits,
    ):
        visits.ask("SELECT * FROM catalog.files")


def test_fates_of_many_files_are_looked_up_one_by_one():
    with opened_visits() as visits:
        step = FATES.format(rows="(?, ?), (?, ?)")
        plan = [row[-1] for row in visits.ask(f"EXPLAIN QUERY PLAN {step}", *[b""] * 4)]
    assert "SEARCH visits USING PRIMARY KEY (path=? AND member=?)" in plan
    assert not [line for line in plan if line.startswith("SCAN visits")]


def test_fates_are_told_of_those_files_only_of_which_one_was_said():
    known, unknown = Location(Path("/archive/a"), "in"), Location(Path("/archive/b"))
    with opened_visits() as visits:
        visits.take_turn(unknown, 1)
        visits.put({known: "embedded"})
        assert visits.fates([known, unknown]) == {known: "embedded"}
