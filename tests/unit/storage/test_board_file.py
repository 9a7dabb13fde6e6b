"""The file of cohorts and saved searches grows with the program, and loses nothing of before."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from storage.cohorts import Cohorts, Member
from storage.contents import Content
from storage.saved_searches import SavedSearches
from tests.unit.storage.factories import hash_of

GOLDEN = Path(__file__).parents[2] / "golden" / "cohorts-1" / "cohorts.db"
TEACHING = [Content(hash_of("a"), 0), Content(hash_of("b"), 0), Content(hash_of("b"), 4)]


@pytest.fixture
def path(tmp_path):
    return Path(shutil.copy(GOLDEN, tmp_path / "cohorts.db"))


def version_of(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA application_id").fetchone()[0]


def test_the_golden_file_is_of_the_first_version():
    assert version_of(GOLDEN) == 1


def test_a_file_of_before_is_read_with_all_that_it_holds(path):
    book = Cohorts(path)
    assert [(one.name, one.pictures, one.note) for one in book.all()] == [
        ("empty", 0, ""),
        ("teaching", 3, ""),
    ]
    assert sorted(book.contents("teaching")) == sorted(TEACHING)
    assert version_of(path) == 2


def test_a_file_of_before_takes_what_is_new(path):
    first, *_ = before = Cohorts(path).contents("teaching")
    new = Content(hash_of("c"), 0)
    Cohorts(path).add("teaching", [new])
    Cohorts(path).annotate("teaching", first, "seen")
    assert Cohorts(path).members("teaching") == [
        Member(first, "seen"),
        *map(Member, before[1:]),
        Member(new),
    ]
    SavedSearches(path).save("effusions", "q=effusion", {}, 3, 1)
    assert [one.name for one in SavedSearches(path).all()] == ["effusions"]


def test_many_at_once_upgrade_it_once(path):
    with ThreadPoolExecutor(8) as threads:
        sizes = list(threads.map(lambda _: len(Cohorts(path).contents("teaching")), range(16)))
    assert sizes == [3] * 16
