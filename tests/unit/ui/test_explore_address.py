"""What the page Explore keeps in its address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidRequest
from ui.explore_page.address import (
    MOST_CORNERS,
    STEPS,
    Explored,
    Part,
    read_explored,
    write_explored,
)

places = st.integers(-STEPS, STEPS).map(lambda step: step / STEPS)
areas = st.just(()) | st.lists(st.tuples(places, places), min_size=3, max_size=8).map(tuple)
states = st.builds(
    Explored,
    show=st.sampled_from(Part),
    colour=st.sampled_from(["modality", "label:anatomy/body_part"]),
    hidden=st.lists(st.sampled_from(["", "CT", "*"]), unique=True).map(tuple),
    area=areas,
    labels=st.sampled_from(["", "anatomy"]),
    tag=st.sampled_from(["body_part", "modality"]),
    pair=st.sampled_from(["", "head>chest"]),
    sort=st.sampled_from(["", "near-across"]),
)


@given(states)
def test_a_state_comes_back_from_its_address(state):
    assert read_explored(write_explored(state)) == state


def test_the_start_needs_no_parameters():
    assert write_explored(Explored()) == {}


@pytest.mark.parametrize(
    "area", ["1,2", "1,2;3,4", "1,2;3,4;x,5", "1,2;3,4;5,99999999", ";".join(["1,2"] * 101)]
)
def test_an_area_that_is_none_is_said(area):
    assert MOST_CORNERS == 100
    with pytest.raises(InvalidRequest, match="area of the address"):
        read_explored({"area": [area]})


def test_a_part_that_is_none_is_said():
    with pytest.raises(InvalidRequest, match="show=everything"):
        read_explored({"show": ["everything"]})
