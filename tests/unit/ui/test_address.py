import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidRequest
from search.where.tree import one_of
from ui.parts.address import FACETS, PAGE_SIZES, View, read_view, write_view

WORDS = st.text(max_size=20).map(str.strip)
VALUES = st.lists(st.text(max_size=8), max_size=3)


@st.composite
def views(draw):
    view = View(
        text=draw(WORDS),
        like=draw(st.none() | st.integers(0, 10**18 - 1)),
        k=draw(st.sampled_from(PAGE_SIZES)),
    )
    for column in draw(st.permutations(FACETS)):
        view = view.filtered(column, draw(VALUES))
    return view


@given(view=views())
def test_a_view_comes_back_from_its_address(view):
    assert read_view(write_view(view)) == view


def test_an_address_holds_what_was_chosen():
    view = View("chest", 12, (one_of("modality", "CT", ""),), 24)
    assert write_view(view) == {"q": ["chest"], "like": ["12"], "modality": ["CT", ""], "k": ["24"]}


def test_the_first_page_has_an_empty_address():
    assert write_view(View()) == {}
    assert read_view({}) == View()


def test_a_facet_without_values_does_not_filter():
    view = View().filtered("modality", ["CT"]).filtered("body_part", ["HEAD"])
    assert view.filtered("modality", []).where == (one_of("body_part", "HEAD"),)


@pytest.mark.parametrize("like", ["abc", "-1", "1.5", "\u0663", "9" * 19])
def test_an_address_with_no_number_for_a_picture_says_so(like):
    with pytest.raises(InvalidRequest, match=f"like={like}"):
        read_view({"like": [like]})


@pytest.mark.parametrize("size", ["61", "100000", "x"])
def test_a_page_size_that_is_not_offered_is_refused(size):
    with pytest.raises(InvalidRequest, match=size):
        read_view({"k": [size]})
