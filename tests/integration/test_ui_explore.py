"""The page Explore on a real collection, without a browser, and the routes of its map."""

import sys

import numpy as np
import pytest
from PIL import Image
from runs import index_colours
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from encoders.registry import ENCODERS, EncoderRow
from radseek.mapping import map_collection
from radseek.settings import Settings
from storage.embedding_map import MapMethod
from storage.reader import CollectionReader
from ui.explore_page.colours import UNSTATED
from ui.explore_page.plane import current_plane
from ui.routes.table import ROUTES
from ui.shared import shared_archive

PAGE = """
import streamlit as st
from ui.explore_page.page import main
from ui.pages import PAGES, make_page
st.navigation([make_page(row) for row in PAGES], position="hidden")
main()
"""
N = 9


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with nine pictures, from red to blue; no map yet."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # AppTest puts its own
    monkeypatch.setitem(ENCODERS, "colour", EncoderRow("fakes:load_colour_encoder", "", "none"))
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    for n in range(N):
        Image.new("RGB", (8, 8), (250 - 30 * n, 20, 30 * n)).save(tmp_path / f"{n}.png")
    index_colours(tmp_path / "home", tmp_path)
    shared_archive.clear()
    yield tmp_path / "home"
    shared_archive().close()
    shared_archive.clear()


@pytest.fixture
def mapped(home):
    """The map of them."""
    return map_collection(Settings(home=home), 100, MapMethod.PCA, lambda _: None)


@pytest.fixture
def ask(home):
    """Ask a route."""
    return TestClient(Starlette(routes=ROUTES)).get


def explore(**address) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def html_of(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def texts_of(page: AppTest) -> list[str]:
    return [element.value for element in page.text]


def test_without_a_map_the_page_says_how_to_make_one(home):
    assert "<code>radseek map</code>" in html_of(explore())


def test_a_map_says_what_it_is_worth(mapped):
    html = html_of(explore())

    trust = mapped.note.trust
    assert "9 of 9 pictures, laid out by PCA" in html
    assert f"{100 * trust.kept:.0f} % are the nearest on the map, too" in html
    assert f"trustworthiness {trust.trustworthiness:.3f}" in html
    assert "has changed since" not in html


def test_a_damaged_map_is_a_notice(mapped, home):
    (home / "collections" / "default" / "map").write_bytes(b"radseek map 1 ...")
    assert "The map of the collection is damaged" in html_of(explore())


def test_pictures_that_left_are_told(mapped, home, tmp_path):
    (tmp_path / "3.png").unlink()
    index_colours(home, tmp_path)

    html = html_of(explore())

    assert "8 of 8 pictures" in html
    assert "and 1 of these pictures are gone" in html


def test_the_pictures_of_an_area_are_counted_and_hidden_ones_are_not(mapped):
    right = "0,-200000;200000,-200000;200000,200000;0,200000"
    count = int((mapped.points[:, 0] > 0).sum())

    page = explore(area=right)

    assert f"{count} pictures are selected" in texts_of(page)
    assert "0 pictures are selected" in texts_of(explore(area=right, hide=""))


def test_hits_of_a_search_are_lit_and_a_bad_search_leaves_the_map(mapped):
    assert "9 hits are lit, 9 on the map" in texts_of(explore(q="red"))
    assert "9 of 9 pictures" in html_of(explore(part="picture:999"))
    assert "No picture has the id 999" in html_of(explore(part="picture:999"))


def test_another_colour_is_kept_in_the_address(mapped):
    page = explore(hide="")
    page.selectbox(key="explore-colour").set_value("body_part").run()
    assert page.query_params["colour"] == "body_part"
    assert "hide" not in page.query_params


def test_disagreements_say_how_to_label_and_then_what_disagrees(home, command):
    page = explore(show="disagreements")
    assert "radseek label --labels builtin:anatomy" in html_of(page)

    labels = home.parent / "shades.txt"
    labels.write_text("red\nblue\n")
    code, _, err = command("label", "--labels", labels, "--device", "cpu")
    assert code == 0, err
    page = explore(show="disagreements")

    assert "0 series agree" in texts_of(page)
    listed = page.selectbox(key="explore-pair")
    assert listed.options == ["All that disagrees (0)", f"Tag not stated ({N})"]
    page = listed.set_value("*").run()
    assert page.query_params["pair"] == "*"
    assert not page.exception


def test_copies_are_those_of_different_patients_first(mapped, home, tmp_path):
    Image.new("RGB", (8, 8), (250, 20, 0)).save(tmp_path / "again.tiff")
    index_colours(home, tmp_path)

    page = explore(show="copies")

    near = mapped.near
    assert page.selectbox(key="explore-sort").options == [
        "Equal pixels, different patients (1)",
        f"Nearly alike, different patients ({len(near.pairs)})",
        "Equal pixels, one patient (0)",
    ]
    page = page.selectbox(key="explore-sort").set_value("near-across").run()
    assert page.query_params["sort"] == "near-across"
    assert f"{near.found} pairs of different patients" in html_of(page)
    page = page.selectbox(key="explore-sort").set_value("equal-within").run()
    assert "Nothing of this kind was found" in html_of(page)


def test_the_browser_gets_the_points_and_a_colour_for_each(mapped, home, ask):
    with CollectionReader.open(home, "default") as reader:
        snapshot = reader.snapshot()
        version = current_plane(reader, snapshot).version

    points = ask(f"/api/map/points?at={version}")
    colours = ask(f"/api/map/colours?at={version}&by=modality")

    ids = np.frombuffer(points.content, "<f8", N)
    places = np.frombuffer(points.content, "<f4", 2 * N, offset=8 * N).reshape(N, 2)
    np.testing.assert_array_equal(ids, snapshot.ids)
    np.testing.assert_array_equal(places, mapped.points)
    assert colours.content == bytes([UNSTATED] * N)
    assert "private" in points.headers["Cache-Control"]


def test_points_of_another_state_and_unknown_pictures_are_refused(mapped, ask):
    assert ask("/api/map/points?at=0").status_code == 404
    assert ask("/api/map/picture/999").status_code == 404
    (picture, *_) = mapped.ids.tolist()
    told = ask(f"/api/map/picture/{picture}").json()
    assert (told["src"].split("?")[0], told["caption"]) == (f"api/thumb/{picture}", "")
