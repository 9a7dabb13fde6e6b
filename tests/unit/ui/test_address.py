import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidRequest
from core.types import Ranking, Unit
from search.query import InstancePart, Region, TextPart
from search.where.tree import Condition, Op, Span, one_of
from ui.search_page.address import read_view, write_view
from ui.search_page.asked import Held, SeriesOf
from ui.search_page.view import (
    DIVERSITIES,
    FACETS,
    PAGE_SIZES,
    Density,
    Folding,
    Patients,
    View,
)

WORDS = st.text(max_size=20).map(str.strip)
VALUES = st.lists(st.text(max_size=8), max_size=3)
IDS = st.integers(0, 10**18 - 1)
WEIGHTS = st.integers(-300, 300).map(lambda hundredths: hundredths / 100)
REGIONS = st.none() | st.sampled_from([Region(0.1, 0.2, 0.5, 1.0), Region(0, 0, 1, 0.0625)])
TOKENS = st.text("0123456789abcdef", min_size=16, max_size=16)
PARTS = (
    st.builds(TextPart, st.text(max_size=20), WEIGHTS)
    | st.builds(InstancePart, IDS, REGIONS, WEIGHTS)
    | st.builds(SeriesOf, IDS, WEIGHTS)
    | st.builds(Held, TOKENS, REGIONS, WEIGHTS)
)


@st.composite
def views(draw):
    view = View(
        text=draw(WORDS),
        parts=tuple(draw(st.lists(PARTS, max_size=3))),
        liked=tuple(draw(st.lists(IDS, max_size=2))),
        disliked=tuple(draw(st.lists(IDS, max_size=2))),
        filter=draw(WORDS),
        unit=draw(st.sampled_from(Unit)),
        ranking=draw(st.sampled_from(Ranking)),
        patients=draw(st.sampled_from(Patients)),
        fold=draw(st.sampled_from(Folding)),
        diversity=draw(st.sampled_from(DIVERSITIES)),
        k=draw(st.sampled_from(PAGE_SIZES)),
        density=draw(st.sampled_from(Density)),
    )
    for facet in draw(st.permutations(FACETS)):
        view = view.filtered(facet, draw(VALUES))
    return view


@given(view=views())
def test_a_view_comes_back_from_its_address(view):
    assert read_view(write_view(view)) == view


def test_an_address_holds_what_was_chosen():
    parts = (TextPart("mass", -0.3), InstancePart(12, Region(0, 0, 0.5, 1)), SeriesOf(7, 2))
    view = View("chest", parts, where=(one_of("modality", "CT", ""),), k=24, page=3)
    assert write_view(view) == {
        "q": ["chest"],
        "part": ["text*-0.3:mass", "picture:12@0.0000,0.0000,0.5000,1.0000", "series*2:7"],
        "modality": ["CT", ""],
        "k": ["24"],
        "page": ["3"],
    }


def test_the_first_page_has_an_empty_address():
    assert write_view(View()) == {}
    assert read_view({}) == View()


def test_a_facet_without_values_does_not_filter():
    view = View().filtered("modality", ["CT"]).filtered("body_part", ["HEAD"])
    assert view.filtered("modality", []).where == (one_of("body_part", "HEAD"),)


def test_ages_are_stretches_and_texts_are_not():
    view = View(page=4).filtered("age", ["40..49", ""]).filtered("view", ["a..b"])
    spans = Condition("age", Op.IS, (Span("40", "49"), ""))
    assert set(view.where) == {spans, one_of("view", "a..b")}
    assert view.page == 1


def test_another_question_keeps_the_filters_and_begins_at_the_first_page():
    before = View("chest", liked=(3,), page=2, k=24).filtered("modality", ["CT"])
    assert before.like(5) == View(parts=(InstancePart(5),), k=24).filtered("modality", ["CT"])


def test_a_region_and_a_series_are_asked_with_alone():
    before = View("chest", (InstancePart(3),), disliked=(4,), page=2)
    left = Region(0, 0, 0.5, 1)
    assert before.like(5, left) == View(parts=(InstancePart(5, left),))
    assert before.like_series(5) == View(parts=(SeriesOf(5),))


def test_a_picture_is_judged_one_way_and_judging_it_again_takes_it_back():
    before = View("chest", liked=(1, 2), disliked=(3,), page=2)
    wrong = before.judged(1, liked=False)
    assert (wrong.liked, wrong.disliked, wrong.page) == ((2,), (3, 1), 1)
    assert wrong.judged(1, liked=False) == View("chest", liked=(2,), disliked=(3,))
    assert wrong.judged(3, liked=True) == View("chest", liked=(2, 3), disliked=(1,))


@pytest.mark.parametrize("liked", ["abc", "-1", "1.5", "\u0663", "9" * 19])
def test_an_address_with_no_number_for_a_picture_says_so(liked):
    with pytest.raises(InvalidRequest, match=f"liked={liked}"):
        read_view({"liked": [liked]})


@pytest.mark.parametrize(
    "part",
    [
        *("12", "picture:abc", "picture:1@0,0,1", "picture:1@0,0,2,1", "series:1@0,0,1,1"),
        *(
            "text*x:a",
            f"picture:{10**18}",
            "picture:1@0,0,1,..",
            "image:4",
            "held:12",
            "held:0123456789ABCDEF",
        ),
    ],
)
def test_an_address_with_a_part_that_cannot_be_read_says_so(part):
    with pytest.raises(InvalidRequest, match=r"asks with|region"):
        read_view({"part": [part]})


@pytest.mark.parametrize(
    ("name", "value"),
    [("k", "61"), ("k", "x"), ("by", "slice"), ("density", "huge"), ("diversity", "2")],
)
def test_a_choice_that_is_not_offered_is_refused(name, value):
    with pytest.raises(InvalidRequest, match=f"{name}={value}"):
        read_view({name: [value]})
