"""The script of the page on a real collection, without a browser."""

import re
import sys
from pathlib import Path

import pytest
from fakes import ColourEncoder
from PIL import Image
from runs import index_colours, warm_pool
from streamlit.testing.v1 import AppTest

from encoders.registry import ENCODERS, EncoderRow
from imaging.profiles import VOI
from indexer.local_engine import Lanes, LocalEngine
from radseek.reindexing import reindex
from radseek.settings import Settings
from storage.writer import CollectionWriter
from ui.shared import shared_archive

PAGE = Path(__file__).parents[2] / "ui" / "app.py"
COMMAND = "<code>radseek index PATH</code>"
COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200)}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home, which the page of this test serves."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # AppTest puts its own
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    shared_archive.clear()
    yield tmp_path / "home"
    shared_archive().close()
    shared_archive.clear()


@pytest.fixture
def indexed(home, tmp_path):
    """Three pictures in it."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (32, 24), colour).save(folder / f"{name}.png")
    index_colours(home, folder)


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


def _html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def _problem(page: AppTest) -> str:
    (alert,) = re.findall(r'role="alert">(.*?)</div>', _html(page))
    return alert


def test_a_query_is_answered_and_timed(indexed, encoder):
    page = _open(q="red")
    assert not page.exception
    assert "Nearest 3 of 3, " in _texts(page)
    assert _texts(page).endswith(" ms")


def test_an_identifier_is_looked_up_without_an_encoder(indexed):
    page = _open(q="#2")
    assert "Named 1 of 1, " in _texts(page)


def test_without_a_collection_the_page_says_how_to_make_one(home):
    page = _open()
    assert not page.exception
    assert COMMAND in _html(page)


def test_a_collection_without_pictures_says_how_to_fill_it(home):
    with CollectionWriter.open(home, "default", ColourEncoder.card, VOI.id):
        pass
    assert COMMAND in _html(_open())


def test_an_encoder_that_cannot_be_loaded_is_a_notice_and_browsing_goes_on(indexed):
    refused = _open(q="red")
    assert not refused.exception
    assert "colour" in _problem(refused)
    assert "Newest 3 of 3" in _texts(_open())


def test_a_bad_address_is_a_notice_with_a_way_out(indexed):
    page = _open(part="picture:abc")
    assert "picture:abc" in _problem(page)
    page = page.button(key="start-over").click().run()
    assert 'role="alert"' not in _html(page)
    assert "Newest 3 of 3" in _texts(page)


def test_an_open_page_shows_the_new_edition_and_refuses_a_stale_picture(
    indexed, encoder, home, monkeypatch
):
    """A picture of before is not taken for another one; the next query is answered by the new."""
    monkeypatch.setattr(
        "radseek.reindexing.open_engine",
        lambda _, encoder, *__: LocalEngine(Lanes([encoder]), warm_pool(1)),
    )
    page = _open()
    old = shared_archive().reader().snapshot().ids

    made = reindex(Settings(home=home, slices_per_series=3), lambda _: None, lambda: False)
    page.run()

    assert made.switched
    new = shared_archive().reader().snapshot().ids
    assert not set(old) & set(new)
    assert "Newest 3 of 3" in _texts(page)
    page = _open(part=f"picture:{old[0]}")
    assert f"No picture has the id {old[0]}" in _problem(page)
    assert "Nearest 2 of 2" in _texts(_open(part=f"picture:{new[0]}"))


def test_the_page_says_what_was_searched_for_in_place_of_the_words(home, indexed, encoder):
    page = _open(q="red no green")
    assert "Encoded “" in _html(page)
    assert "count against" in _html(page)


def test_how_the_answer_is_shown_is_chosen_and_kept_in_the_address(indexed, encoder):
    page = _open(q="red", page="1")
    page = page.segmented_control(key="tiles-unit").set_value("study").run()
    assert page.query_params["by"] == "study"
    page = page.segmented_control(key="tiles-density").set_value("large").run()
    page = page.segmented_control(key="tiles-k").set_value(24).run()
    assert {name: page.query_params[name] for name in ("by", "density", "k")} == {
        "by": "study",
        "density": "large",
        "k": "24",
    }
    assert not page.exception


def test_a_ranking_that_finds_nothing_says_so_and_what_to_do(indexed, encoder):
    page = _open(q="red", ranking="words")
    assert "Nothing was found" in _html(page)
    assert "No picture passes" not in _html(page)


def test_a_filter_that_means_nothing_is_said_where_the_filters_stay(indexed):
    page = _open(where="sise=3")
    assert "sise" in _problem(page)
    assert len(page.get("bidi_component")) >= 1
