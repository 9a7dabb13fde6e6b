from dataclasses import replace

import pytest
import streamlit as st

from ui.search_page.paging import MOST, begun_at, remember_begun
from ui.search_page.view import Density, View


@pytest.fixture(autouse=True)
def fresh_session():
    st.session_state.clear()


def test_a_later_page_knows_what_the_collection_was_at_the_first():
    first = View("chest")
    remember_begun(first, 7)
    third = replace(first, page=3, density=Density.LARGE)
    assert begun_at(third) == 7
    remember_begun(third, 9)  # the collection has changed since, and the person is not at page 1
    assert begun_at(third) == 7
    assert begun_at(first) is None


def test_another_query_has_another_beginning():
    remember_begun(View("chest"), 7)
    assert begun_at(View("head", page=2)) is None


def test_a_session_remembers_the_last_ones():
    for sequence in range(MOST + 1):
        remember_begun(View(str(sequence)), sequence)
    assert begun_at(View("0", page=2)) is None
    assert begun_at(View("1", page=2)) == 1
    assert begun_at(View(str(MOST), page=2)) == MOST
