"""The script of the page on a real collection, without a browser."""

import sys
from pathlib import Path

import pytest
from fakes import ColourEncoder, shrink
from PIL import Image
from streamlit.testing.v1 import AppTest

from encoders.registry import ENCODERS, EncoderRow
from imaging.display import RENDERING
from imaging.workers import DecodePool
from indexer.pipeline import index
from storage.writer import CollectionWriter
from ui.shared import shared_archive

PAGE = Path(__file__).parents[2] / "ui" / "app.py"
COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200)}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home, which the page of this test serves."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # AppTest puts its own
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    shared_archive.clear()
    yield tmp_path / "home"
    shared_archive.clear()


@pytest.fixture
def indexed(home, tmp_path):
    """Three pictures in it."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (32, 24), colour).save(folder / f"{name}.png")
    with (
        CollectionWriter.open(home, "default", ColourEncoder.card, RENDERING) as writer,
        DecodePool(shrink, 1) as pool,
    ):
        index([folder], writer, ColourEncoder(), pool, 8, lambda _: None, lambda: False)


@pytest.fixture
def encoder(monkeypatch):
    row = EncoderRow("fakes:load_colour_encoder", "sees colours", "none")
    monkeypatch.setitem(ENCODERS, "colour", row)


def _open(**address) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=30)
    for name, value in address.items():
        page.query_params[name] = value
    return page.run()


def _texts(page: AppTest) -> str:
    return " ".join(element.value for element in page.text)


def test_a_query_is_answered_and_timed(indexed, encoder):
    page = _open(q="red")
    assert not page.exception
    assert "Nearest 3 of 3, " in _texts(page)
    assert _texts(page).endswith(" ms")


def test_words_typed_become_the_address(indexed, encoder):
    page = _open().text_input(key="q").set_value(" red ").run()
    assert page.query_params["q"] == "red"


def test_without_a_collection_the_page_says_how_to_make_one(home):
    page = _open()
    assert not page.exception
    assert [element.value for element in page.code] == ["radseek index PATH"]


def test_a_collection_without_pictures_says_how_to_fill_it(home):
    with CollectionWriter.open(home, "default", ColourEncoder.card, RENDERING):
        pass
    assert [element.value for element in _open().code] == ["radseek index PATH"]


def test_an_encoder_that_cannot_be_loaded_is_a_notice_and_browsing_goes_on(indexed):
    refused = _open(q="red")
    assert not refused.exception
    assert "colour" in refused.error[0].value
    assert "Newest 3 of 3" in _texts(_open())


def test_a_bad_address_is_a_notice_with_a_way_out(indexed):
    page = _open(like="abc")
    assert "like\\=abc" in page.error[0].value
    page = page.button(key="start-over").click().run()
    assert not page.error
    assert "Newest 3 of 3" in _texts(page)
