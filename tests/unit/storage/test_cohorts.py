"""Cohorts are sets of contents that several processes may change."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CollectionCorrupt, InvalidRequest, SchemaTooNew, StorageError, UnknownName
from storage import board_file
from storage.board_file import is_damaged
from storage.cohorts import Cohorts, Member
from storage.contents import Content
from tests.unit.storage.factories import hash_of

A, B, C = (Content(hash_of(letter), 0) for letter in "abc")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cohorts.db"


def test_nothing_is_made_before_the_first_cohort(path):
    assert Cohorts(path).all() == []
    assert not path.exists()


def test_what_was_added_is_there_once_and_in_a_file_of_its_owner(path):
    assert Cohorts(path).add("teaching", [A, B]) == 2
    assert Cohorts(path).add("teaching", [B, C, C]) == 1
    assert sorted(Cohorts(path).contents("teaching")) == sorted([A, B, C])
    assert [(one.name, one.pictures) for one in Cohorts(path).all()] == [("teaching", 3)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_frames_of_one_file_are_different_pictures(path):
    Cohorts(path).add("x", [A, Content(A.sha256, 1)])
    assert Cohorts(path).remove("x", [A, B]) == 1
    assert Cohorts(path).contents("x") == [Content(A.sha256, 1)]


def test_a_cohort_that_is_forgotten_takes_no_other_with_it(path):
    for name in ("x", "y"):
        Cohorts(path).add(name, [A])
    Cohorts(path).delete("x")
    assert [(one.name, one.pictures) for one in Cohorts(path).all()] == [("y", 1)]
    assert Cohorts(path).add("x", []) == 0
    assert Cohorts(path).contents("x") == []


@pytest.mark.parametrize("ask", [Cohorts.contents, Cohorts.delete])
def test_a_cohort_that_is_not_there_is_named_with_those_that_are(path, ask):
    with pytest.raises(UnknownName, match="Known: none yet"):
        ask(Cohorts(path), "x")
    Cohorts(path).add("y", [A])
    with pytest.raises(UnknownName, match=r"no cohort 'x'\. Known: y"):
        ask(Cohorts(path), "x")


@pytest.mark.parametrize("name", ["", ".x", " a", "a ", "a/b", "x" * 65])
def test_a_name_that_a_filter_could_not_say_is_refused(path, name):
    with pytest.raises(InvalidRequest, match="cannot name a cohort"):
        Cohorts(path).add(name, [A])


def test_many_writers_lose_nothing(path):
    def put(number):
        return Cohorts(path).add("x", [Content(hash_of(str(number)), 0)])

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(put, range(40))) == 40
    assert len(Cohorts(path).contents("x")) == 40


@given(steps=st.lists(st.tuples(st.booleans(), st.sets(st.sampled_from([A, B, C]))), max_size=6))
def test_a_cohort_is_the_set_that_the_steps_make(tmp_path_factory, steps):
    kept, book = set(), Cohorts(tmp_path_factory.mktemp("cohorts") / "cohorts.db")
    book.add("x", [])
    for adds, these in steps:
        before = len(kept)
        kept = kept | these if adds else kept - these
        changed = book.add("x", sorted(these)) if adds else book.remove("x", sorted(these))
        assert changed == abs(len(kept) - before)
    assert set(book.contents("x")) == kept


def test_a_file_of_a_newer_radseek_is_refused(path, monkeypatch):
    monkeypatch.setattr(board_file, "VERSION", 3)
    Cohorts(path).add("x", [A])
    monkeypatch.setattr(board_file, "VERSION", 2)
    for ask in (Cohorts.all, lambda book: book.add("x", [B])):
        with pytest.raises(SchemaTooNew, match="newer radseek"):
            ask(Cohorts(path))


def test_a_file_that_is_no_database_is_damaged(path):
    path.write_bytes(b"no database" * 1000)
    assert is_damaged(path)
    with pytest.raises(CollectionCorrupt, match=r"cohorts\.db"):
        Cohorts(path).all()


def test_what_sqlite_cannot_do_is_told(path):
    Cohorts(path).add("x", [A])
    with sqlite3.connect(path) as holder:
        holder.execute("DROP TABLE members")
    with pytest.raises(StorageError, match="cannot be used"):
        Cohorts(path).add("x", [B])


def test_the_order_and_the_notes_are_the_persons(path):
    book = Cohorts(path)
    book.add("x", [C, A])
    book.add("x", [B, A])
    assert book.contents("x") == [C, A, B]
    book.annotate("x", A, "the effusion")
    book.put("x", Member(A, "the effusion"), 2)
    assert book.members("x") == [Member(C), Member(B), Member(A, "the effusion")]
    book.remove("x", [B])
    book.put("x", Member(B, "back"), 0)
    assert book.members("x") == [Member(B, "back"), Member(C), Member(A, "the effusion")]
    book.describe("x", "for Monday")
    assert [(one.pictures, one.note) for one in book.all()] == [(3, "for Monday")]


@given(start=st.permutations([A, B, C]), moved=st.sampled_from([A, B, C]), place=st.integers(0, 4))
def test_a_move_is_a_removal_and_an_insertion(tmp_path_factory, start, moved, place):
    book = Cohorts(tmp_path_factory.mktemp("cohorts") / "cohorts.db")
    book.add("x", start)
    book.put("x", Member(moved), place)
    wanted = [one for one in start if one != moved]
    wanted.insert(place, moved)
    assert book.contents("x") == wanted


def test_a_name_can_be_changed_and_takes_everything_along(path):
    book = Cohorts(path)
    book.add("x", [A])
    book.annotate("x", A, "seen")
    book.add("y", [B])
    number = book.all()[0].id
    book.rename("x", "missed nodules")
    assert [book.find(one) and book.find(one).name for one in (number, 99)] == [
        "missed nodules",
        None,
    ]
    assert book.members("missed nodules") == [Member(A, "seen")]
    with pytest.raises(InvalidRequest, match="a cohort 'y' already"):
        book.rename("missed nodules", "y")
    with pytest.raises(InvalidRequest, match="cannot name"):
        book.rename("y", "../y")
    with pytest.raises(UnknownName, match="no cohort 'x'"):
        book.rename("x", "z")


def test_a_note_needs_a_place_and_an_end(path):
    book = Cohorts(path)
    book.add("x", [A])
    with pytest.raises(UnknownName, match="no longer in"):
        book.annotate("x", B, "where?")
    for write in (
        lambda note: book.annotate("x", A, note),
        lambda note: book.describe("x", note),
        lambda note: book.put("x", Member(A, note), 0),
    ):
        with pytest.raises(InvalidRequest, match="10,001 characters is too long"):
            write("n" * 10_001)
    assert book.members("x") == [Member(A)]
