import numpy as np
import pytest
import streamlit as st

from search.query import ImagePart
from ui.search_page.held import MOST_UPLOADS, Typed, Upload, held, hold


@pytest.fixture(autouse=True)
def fresh_session():
    st.session_state.clear()


def upload(rendering="voi-2"):
    return Upload(ImagePart(np.zeros((1, 1, 3), np.uint8)), "data:,", rendering)


def test_what_is_held_comes_back_by_its_token_and_the_token_says_nothing_of_it():
    mine = upload()
    words, image = hold(Typed("12345678")), hold(mine)
    assert held("voi-2") == {words.token: Typed("12345678"), image.token: mine}
    assert "12345678" not in words.token


def test_the_same_words_have_one_token():
    assert hold(Typed("12345678")) == hold(Typed("12345678"))
    assert hold(Typed("12345678")) != hold(Typed("87654321"))


def test_an_upload_is_dropped_when_the_collection_is_rendered_in_another_way():
    old, new, words = hold(upload("voi-2")), hold(upload("voi-3")), hold(Typed("12345678"))
    assert held("voi-3").keys() == {new.token, words.token}
    assert old.token not in held("voi-2")


def test_the_oldest_upload_makes_room():
    tokens = [hold(upload()).token for _ in range(MOST_UPLOADS + 1)]
    assert list(held("voi-2")) == tokens[1:]
