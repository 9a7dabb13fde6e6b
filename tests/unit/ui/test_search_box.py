import numpy as np
import pytest
import streamlit as st

from search.query import InstancePart, TextPart
from storage.identifiers import Naming
from ui.search_page.asked import Held
from ui.search_page.held import Typed, held
from ui.search_page.search_box import and_words, beside_box, in_box, with_words
from ui.search_page.view import View

PICTURE = InstancePart(3)


class Snapshot:
    """Holds the patient P7 with the picture 4."""

    ids = np.array([4])

    def named(self, namings, text):
        return (Naming.PATIENT, self.ids) if text == "P7" else None

    def names_somebody(self, words):
        return "Smith" in words


@pytest.fixture(autouse=True)
def fresh_session():
    st.session_state.clear()


def ask(view, words):
    return with_words(view, held("voi-2"), words, Snapshot())


def test_words_take_the_place_of_those_in_the_box_and_leave_the_rest():
    before = View("chest", (PICTURE,), liked=(5,), page=3, k=24)
    assert ask(before, "head CT") == View("head CT", (PICTURE,), liked=(5,), k=24)
    assert ask(before, "") == View(parts=(PICTURE,), liked=(5,), k=24)


@pytest.mark.parametrize("words", ["P7", "1.2.840.113619.2.55", "20190412345", "/a/b"])
def test_an_identifier_is_asked_alone_and_held_by_the_session(words):
    view = ask(View("chest", (PICTURE,), liked=(5,), k=24), words)
    (part,) = view.parts
    assert view == View(parts=(Held(part.token),), k=24)
    assert held("voi-2")[part.token] == Typed(words)


def test_the_number_of_a_picture_is_asked_alone_and_may_be_in_the_address():
    assert ask(View("chest", (PICTURE,)), "#4") == View("#4")


def test_words_with_an_identifier_among_them_are_held_beside_the_rest():
    view = ask(View("chest", (PICTURE,)), "chest of 12345678")
    words, other = view.parts
    assert (view.text, other) == ("", PICTURE)
    assert held("voi-2")[words.token] == Typed("chest of 12345678")


def test_words_with_the_name_of_a_patient_are_held():
    (words,) = ask(View(), "chest of Smith").parts
    assert held("voi-2")[words.token] == Typed("chest of Smith")


def test_the_box_shows_what_the_session_holds_and_other_words_replace_it():
    view = ask(View(parts=(PICTURE,)), "chest of 12345678")
    assert in_box(view, held("voi-2")) == "chest of 12345678"
    assert beside_box(view, held("voi-2")) == (PICTURE,)
    assert ask(view, "head CT") == View("head CT", (PICTURE,))


def test_another_session_sees_nothing_in_its_box():
    view = ask(View(), "20190412345")
    assert in_box(view, {}) == ""
    assert beside_box(view, {}) == view.parts


def test_further_words_stand_beside_all_that_is_asked_with():
    view = and_words(View("chest", (PICTURE,), page=2), "mass", Snapshot())
    assert view == View("chest", (PICTURE, TextPart("mass")))
    assert and_words(view, "", Snapshot()) == view
    assert isinstance(and_words(view, "20190412345", Snapshot()).parts[-1], Held)
