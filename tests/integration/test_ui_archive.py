"""The page of the archive on a real collection, without a browser."""

import sys
from datetime import UTC, datetime

import pytest
from dicom_slices import write_series
from PIL import Image
from runs import index_colours
from streamlit.testing.v1 import AppTest

from storage.layout import layout_of
from storage.run_notes import RunNote, RunState, Work, telling
from ui.shared import shared_archive

PAGE = "from ui.archive_page.page import main\nmain()\n"
NOW = datetime(2026, 3, 4, tzinfo=UTC)
RUNNING = RunNote(Work.INDEX, RunState.RUNNING, 1, NOW, NOW, done=3, files=7)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # AppTest puts its own
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    shared_archive.clear()
    yield tmp_path / "home"
    shared_archive().close()
    shared_archive.clear()


@pytest.fixture
def indexed(home, tmp_path):
    """A picture, a series, and two files that are neither."""
    folder = tmp_path / "the-folder"
    folder.mkdir()
    Image.new("RGB", (32, 24), (200, 20, 20)).save(folder / "red.png")
    write_series(folder / "series", 1, 3)
    (folder / "empty.dcm").touch()
    (folder / "notes.txt").write_text("no image")
    index_colours(home, folder)
    return home


def _open() -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60).run()
    assert not page.exception
    return page


def _html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def test_it_says_what_the_collection_holds_and_lives_on(indexed):
    html = _html(_open())
    assert '<th scope="row">Pictures</th><td>4</td>' in html
    assert '<th scope="row">Series with pictures</th><td>2</td>' in html
    assert '<th scope="row">Studies with pictures</th><td>2</td>' in html
    assert '<th scope="row">CT</th><td>3</td>' in html
    assert '<th scope="row">Files that could not be read</th><td>2</td>' in html
    assert '<th scope="row">Encoder</th><td>colour 1</td>' in html
    assert '<th scope="row">not stated</th><td>1</td>' in html
    assert "Free on that disk" in html


def test_a_viewer_sees_codes_and_no_path(indexed):
    page = _open()
    assert "<code>empty</code></th><td>1</td>" in _html(page)
    assert "<code>not-an-image</code></th><td>1</td>" in _html(page)
    assert "the-folder" not in str(page)
    assert not page.get("button_group")


def test_an_admin_sees_the_files_of_a_code(indexed, monkeypatch):
    monkeypatch.setenv("RADSEEK_ROLE", "admin")
    page = _open()
    assert "the-folder" not in _html(page)
    page = page.get("button_group")[0].set_value("empty").run()
    assert not page.exception
    assert "the-folder/empty.dcm" in _html(page)
    assert "notes.txt" not in _html(page)
    tried = []
    monkeypatch.setattr("ui.archive_page.adding.start_retry", lambda _, code: tried.append(code))
    page = page.button(key="archive-retry").click().run()
    assert not page.exception
    assert tried == ["empty"]


def test_a_run_of_another_process_is_shown_and_so_is_its_death(indexed):
    with telling(indexed, "default", Work.INDEX) as write:
        write(RUNNING)
        assert "Indexing: running" in _html(_open())
        assert "3 of 7 files (43 %)" in _html(_open())
    assert "Indexing: killed" in _html(_open())


def test_an_admin_adds_a_folder_below_a_root_alone(indexed, monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(
        "ui.archive_page.adding.start_indexing", lambda _, path: started.append(path)
    )
    monkeypatch.setenv("RADSEEK_ROLE", "admin")
    monkeypatch.setenv("RADSEEK_ROOTS", f'["{tmp_path / "the-folder"}"]')
    shared_archive.clear()
    page = _open()
    page.text_input(key="archive-folder").set_value(str(tmp_path))
    page = page.button(key="archive-start").click().run()
    assert "may not be read from the page" in _html(page)
    assert started == []
    page.text_input(key="archive-folder").set_value(str(tmp_path / "the-folder" / "series"))
    page = page.button(key="archive-start").click().run()
    assert started == [tmp_path / "the-folder" / "series"]
    assert not page.exception


def test_without_roots_an_admin_is_told_what_to_set_and_a_viewer_nothing(indexed, monkeypatch):
    assert "RADSEEK_ROOTS" not in _html(_open())
    monkeypatch.setenv("RADSEEK_ROLE", "admin")
    assert "RADSEEK_ROOTS" in _html(_open())


def test_a_viewer_can_neither_add_nor_stop(indexed, monkeypatch, tmp_path):
    monkeypatch.setenv("RADSEEK_ROOTS", f'["{tmp_path}"]')
    shared_archive.clear()
    with telling(indexed, "default", Work.INDEX) as write:
        write(RUNNING)
        assert not _open().button
    assert not _open().button


def test_without_a_collection_it_says_how_to_make_one(home):
    assert "<code>radseek index PATH</code>" in _html(_open())


def test_the_parts_of_the_disk_add_up(indexed):
    """To what an edition takes, but for the lock, the boards and the notes of runs."""
    layout = layout_of(indexed, "default")
    parts = layout.bytes_by_part()
    assert set(parts) == {"catalog", "embeddings", "index", "thumbnails"}
    others = ("writer.lock", "cohorts.db", "complete")
    beside = sum(p.stat().st_size for p in layout.root.iterdir() if p.name.startswith(others))
    assert sum(parts.values()) == layout.bytes_on_disk() - beside


def test_the_last_check_is_shown_and_an_admin_may_check_again(command, indexed, monkeypatch):
    assert "was not checked yet" in _html(_open())
    code, _, err = command("verify")
    assert code == 0, err
    html = _html(_open())
    assert '<th scope="row">Result</th><td>nothing is wrong</td>' in html
    assert "Checking the collection: ended" in html

    (indexed / "collections" / "default" / "index" / "manifest.json").write_text("{")
    code, *_ = command("verify")
    viewer = _html(_open())
    assert "<code>index-damaged</code>" in viewer
    assert "manifest.json" not in viewer
    monkeypatch.setenv("RADSEEK_ROLE", "admin")
    checked = []
    monkeypatch.setattr("ui.archive_page.adding.start_check", checked.append)
    page = _open()
    assert "manifest.json" in _html(page)
    page = page.button(key="archive-verify").click().run()
    assert not page.exception
    assert len(checked) == 1


def test_labels_and_the_moment_of_the_index_are_told(command, indexed):
    assert "Labels</caption>" not in _html(_open())
    (indexed / "words.txt").write_text("red\nblue\n")
    code, _, err = command("label", "--labels", indexed / "words.txt", "--name", "colours")
    assert code == 0, err
    html = _html(_open())
    assert '<th scope="row">colours</th><td>2 labels on 4 pictures, 20' in html
    assert '<th scope="row">That was measured</th><td>20' in html


class Dying:
    """A run that was started, and ends after the two looks of the first drawing."""

    looks = 0

    def is_over(self) -> bool:
        self.looks += 1
        return self.looks > 2

    def has_died(self) -> bool:
        return True

    def note(self) -> None:
        return None

    def last_words(self) -> str:
        return "radseek: the weights are missing"


def test_a_run_that_dies_as_it_is_started_leaves_its_last_words(indexed, monkeypatch):
    monkeypatch.setenv("RADSEEK_ROLE", "admin")
    monkeypatch.setattr("ui.archive_page.adding.start_check", lambda _: Dying())
    page = _open().button(key="archive-verify").click().run()
    assert "It is starting." in [text.value for text in page.text]
    page = page.run()
    assert "The run that was started has failed." in _html(page)
    assert [code.value for code in page.code] == ["radseek: the weights are missing"]
    page = page.button(key="run-forget").click().run()
    assert not page.code
