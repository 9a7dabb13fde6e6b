"""Runs that are started for the page, and which folders it may add."""

import os
import time
from datetime import UTC, datetime

import pytest
from PIL import Image

from core.errors import CollectionLocked, InvalidRequest, NotAllowed
from core.types import SkipCode
from radseek.settings import Settings
from radseek.starting import (
    Truth,
    allowed_path,
    start_check,
    start_evaluation,
    start_indexing,
    start_retry,
    stop_indexing,
)
from storage.run_notes import RunNote, RunState, Work, holder, run_notes, telling


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "near" / "ct").mkdir(parents=True)
    (tmp_path / "near-beside").mkdir()
    return Settings(home=tmp_path / "home", roots=(tmp_path / "near",))


def test_without_roots_nothing_is_allowed(tmp_path):
    with pytest.raises(NotAllowed, match="RADSEEK_ROOTS"):
        allowed_path(Settings(home=tmp_path), str(tmp_path))


def test_a_folder_below_a_root_is_allowed_and_resolved(settings, tmp_path):
    (tmp_path / "near" / "link").symlink_to(tmp_path / "near" / "ct")
    assert allowed_path(settings, f" {tmp_path}/near/link ") == tmp_path / "near" / "ct"
    assert allowed_path(settings, f"{tmp_path}/near") == tmp_path / "near"


@pytest.mark.parametrize(
    "typed", ["{}", "{}/near-beside", "{}/near/../near-beside", "{}/near/out", "/", "", ".", "--x"]
)
def test_what_leads_out_of_the_roots_is_refused(settings, tmp_path, typed):
    (tmp_path / "near" / "out").symlink_to(tmp_path / "near-beside")
    with pytest.raises(NotAllowed):
        allowed_path(settings, typed.format(tmp_path))


def test_what_is_not_there_and_no_path_are_named(settings, tmp_path):
    with pytest.raises(InvalidRequest, match="There is no"):
        allowed_path(settings, f"{tmp_path}/near/mr")
    with pytest.raises(InvalidRequest, match="no path"):
        allowed_path(settings, f"{tmp_path}/near/a\0b")


def test_one_run_at_a_time_is_started_and_its_process_is_known(settings, tmp_path):
    (tmp_path / "home" / "collections" / "default").mkdir(parents=True)
    assert holder(settings.home, "default", Work.INDEX) is None
    with pytest.raises(InvalidRequest):
        stop_indexing(settings)
    now = datetime.now(UTC)
    with telling(settings.home, "default", Work.INDEX) as write:
        assert holder(settings.home, "default", Work.INDEX) == os.getpid()
        write(RunNote(Work.INDEX, RunState.RUNNING, os.getpid(), now, now))
        with pytest.raises(CollectionLocked):
            start_indexing(settings, tmp_path / "near" / "ct")


@pytest.mark.slow
def test_a_started_run_indexes_the_folder_by_itself(settings, tmp_path):
    """A link in it that leads elsewhere is skipped."""
    Image.new("RGB", (32, 24), (9, 9, 200)).save(tmp_path / "near" / "ct" / "blue.png")
    Image.new("RGB", (32, 24), (200, 9, 9)).save(tmp_path / "near-beside" / "red.png")
    (tmp_path / "near" / "ct" / "out").symlink_to(tmp_path / "near-beside")
    start_indexing(settings, tmp_path / "near" / "ct")
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        notes = run_notes(settings.home, "default")
        if notes and not notes[0].is_on:
            break
        time.sleep(0.2)
    log = settings.home / "collections" / "default" / "runs" / "index.log"
    told = [(note.state, note.embedded, note.skipped) for note in notes]
    assert told == [(RunState.ENDED, 1, 1)], log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_links_are_not_read_again_from_the_page(settings):
    with pytest.raises(NotAllowed, match="lead"):
        start_retry(settings, SkipCode.UNSAFE_PATH)


@pytest.mark.slow
def test_a_run_that_dies_at_once_leaves_its_last_words(settings):
    """There is no collection to check yet."""
    (settings.home / "collections" / "default").mkdir(parents=True)
    started = start_check(settings)
    started.process.wait(240)
    assert started.has_died()
    assert started.note() is None
    assert "There is no collection 'default'" in started.last_words()
    again = start_check(settings)
    again.process.wait(240)
    assert again.last_words().count("There is no collection") == 1


def test_a_file_of_labels_is_named_and_tags_cannot_become_options(settings, tmp_path, monkeypatch):
    words = []
    monkeypatch.setattr("radseek.starting._start", lambda *command: words.append(command[2:]))
    start_evaluation(settings, Truth("a name", "--out", None, ""))
    start_evaluation(settings, Truth("", "", tmp_path / "near" / "a.csv", "modality"))
    assert words == [
        ("evaluate", "--name=a name", "--by=--out"),
        ("evaluate", "--name=", "--within=modality", f"--truth={tmp_path}/near/a.csv"),
    ]
