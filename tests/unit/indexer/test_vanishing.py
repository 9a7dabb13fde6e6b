"""Where there is a doubt, a file is still there."""

import os
from pathlib import Path

import pytest

from core.types import CatalogueCode, Location, SkipCode, Skipped
from indexer.intake import PASSING
from indexer.ledger import Ledger, State
from indexer.vanishing import Missing, Moves, Vanished, is_missing
from storage.catalog import FileState
from storage.visits_catalog import Recall
from tests.unit.indexer.factories import digest, known, opened_visits

ZIP = known(FileState.CATALOGUED, CatalogueCode.CONTAINER)


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "archive"
    made.mkdir()
    return made


def gone(folder, files, seen=(), refused=(), missing=Missing.REMOVE_ALL):
    with opened_visits(files) as visits:
        for place, fate in dict(seen).items():
            visits.put({place: fate})
        for path in refused:
            visits.refuse(Skipped(Location(path), SkipCode.UNREADABLE, "It cannot be read."))
        return list(Vanished([folder], visits, Recall(visits)).gone(missing))


def test_what_was_not_seen_and_is_not_there_is_gone(folder):
    files = {Location(folder / name): known() for name in ("a", "b")}
    seen = {Location(folder / "a"): State.UNCHANGED}
    assert gone(folder, files, seen, missing=Missing.REMOVE) == [Location(folder / "b")]
    assert gone(folder, files, seen, missing=Missing.KEEP) == []


def test_nothing_is_gone_below_what_nobody_could_list(folder):
    files = {Location(folder / "locked" / "deep" / "a"): known(), Location(folder / "b"): known()}
    assert gone(folder, files, refused=[folder / "locked"]) == [Location(folder / "b")]
    assert gone(folder, files, refused=[folder]) == []


def test_a_file_that_came_back_after_the_walk_is_there(folder):
    (folder / "a").write_bytes(b"x")
    assert gone(folder, {Location(folder / "a"): known()}) == []


def test_more_files_are_gone_than_one_question_brings(folder):
    files = {Location(folder / f"{number:04}"): known() for number in range(2500)}
    assert gone(folder, files) == sorted(files)


@pytest.mark.parametrize("code", PASSING)
def test_the_members_of_an_archive_that_cannot_be_read_for_the_moment_stay(folder, code):
    place, inside = Location(folder / "a.zip"), Location(folder / "a.zip", "in")
    assert gone(folder, {place: ZIP, inside: known()}, {place: code}) == []


def test_the_members_of_an_archive_that_is_no_archive_now_are_gone(folder):
    place, inside = Location(folder / "a.zip"), Location(folder / "a.zip", "in")
    (folder / "a.zip").write_bytes(b"x")
    assert gone(folder, {place: ZIP, inside: known()}, {place: State.EMBEDDED}) == [inside]


def test_a_folder_without_a_file_is_told_with_what_it_had(folder):
    (folder / "empty").mkdir()
    with opened_visits({Location(folder / "a"): known()}) as visits:
        assert Vanished([folder], visits, Recall(visits)).emptied() == {folder: 1}
        assert list(Vanished([folder], visits, Recall(visits)).gone(Missing.REMOVE)) == []
        visits.put({Location(folder / "b"): State.EMBEDDED})
        assert Vanished([folder], visits, Recall(visits)).emptied() == {}


def test_a_path_is_missing_when_nothing_or_another_file_lies_there(folder):
    (folder / "file").write_bytes(b"x")
    (folder / "link").symlink_to(folder / "file")
    (folder / "dangling").symlink_to(folder / "nowhere")
    (folder / "away").symlink_to(folder.parent)
    assert not is_missing(folder / "file")
    assert not is_missing(folder / "dangling")  # what it led to may come back
    assert is_missing(folder / "link")
    assert is_missing(folder / "none")
    assert is_missing(folder / "file" / "inside")
    assert is_missing(folder / "away" / folder.name / "file")


def test_a_path_that_the_system_cannot_tell_of_is_there(folder, monkeypatch):
    def fail(*_, **__):
        raise OSError(116, os.strerror(116))  # a stale handle of a network drive

    monkeypatch.setattr(os, "lstat", fail)
    monkeypatch.setattr(os, "stat", fail)
    assert not is_missing(folder / "a")


def test_an_old_place_is_told_once_and_never_one_that_the_run_has_seen(folder):
    files = {Location(folder / name): known() for name in ("gone", "seen")}
    with opened_visits(files) as visits:
        visits.put({Location(folder / "seen"): State.EMBEDDED})
        moves = Moves(Ledger(visits), Recall(visits), Missing.REMOVE)
        assert moves.old_places(digest("y")) == []
        assert moves.old_places(digest("x")) == [Location(folder / "gone")]
        assert moves.old_places(digest("x")) == []
        assert Moves(Ledger(visits), Recall(visits), Missing.KEEP).old_places(digest("x")) == []


def test_a_folder_that_is_named_with_one_around_it_is_told_once(folder):
    files = {Location(folder / "in" / "a"): known(), Location(folder / "b"): known()}
    with opened_visits(files) as visits:
        visits.put({Location(folder / "c"): State.EMBEDDED})
        named = [folder / "in", folder, folder / "b", folder / "in" / "a"]
        vanished = Vanished(named, visits, Recall(visits))
        assert list(vanished.gone(Missing.REMOVE)) == sorted(files)


def test_an_emptied_folder_is_spared_with_one_around_it(folder):
    (folder / "in").mkdir()
    files = {Location(folder / "in" / "a"): known(), Location(folder / "b"): known()}
    with opened_visits(files) as visits:
        visits.put({Location(folder / "c"): State.EMBEDDED})
        vanished = Vanished([folder, folder / "in"], visits, Recall(visits))
        assert list(vanished.gone(Missing.REMOVE)) == [Location(folder / "b")]
