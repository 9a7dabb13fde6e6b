"""Saved searches are kept as they were saved, the newest first."""

import stat
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import CollectionCorrupt, InvalidRequest, UnknownName
from storage.contents import Content
from storage.saved_searches import SavedSearches
from tests.unit.storage.factories import hash_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cohorts.db"


def test_nothing_is_made_before_the_first_one(path):
    assert SavedSearches(path).all() == []
    assert not path.exists()


def test_what_was_saved_is_there_with_the_pictures_it_names(path):
    named = {42: Content(hash_of("a"), 3)}
    saved = SavedSearches(path).save("  like\tthat one ", "part=picture%3A42", named, 60, 7)
    SavedSearches(path).save("effusions", "q=effusion", {}, 0, 8)
    newest, first = SavedSearches(path).all()
    assert first == saved
    assert (first.name, first.contents, first.hits, first.sequence) == (
        "like that one",
        named,
        60,
        7,
    )
    assert newest.address == "q=effusion"
    assert abs(datetime.now(UTC) - newest.saved_at) < timedelta(hours=1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\x00b"])
def test_a_name_that_cannot_be_shown_is_refused(path, name):
    with pytest.raises(InvalidRequest, match="cannot be saved under that name"):
        SavedSearches(path).save(name, "", {}, 0, 0)


def test_a_name_is_of_one_search(path):
    SavedSearches(path).save("x", "", {}, 0, 0)
    with pytest.raises(InvalidRequest, match="a search 'x' already"):
        SavedSearches(path).save("x", "q=other", {}, 0, 0)
    SavedSearches(path).delete("x")
    with pytest.raises(UnknownName, match="no saved search 'x'"):
        SavedSearches(path).delete("x")
    assert SavedSearches(path).all() == []


def test_a_file_that_is_no_database_is_damaged(path):
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(CollectionCorrupt, match=r"cohorts\.db"):
        SavedSearches(path).all()


def test_one_that_was_deleted_can_be_brought_back_as_it_was(path):
    saved = SavedSearches(path).save("x", "q=x", {4: Content(hash_of("a"), 0)}, 3, 2)
    SavedSearches(path).delete("x")
    SavedSearches(path).restore(saved)
    assert SavedSearches(path).all() == [saved]
    with pytest.raises(InvalidRequest, match="a search 'x' already"):
        SavedSearches(path).restore(saved)
