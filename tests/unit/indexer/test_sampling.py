"""Which slices of a stack are embedded."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Location, Slice
from indexer.sampling import choose

AXIAL = "1.0,0.0,0.0,0.0,1.0,0.0"


def _slice(along, number=None, *, state="pending", series="1.2", orientation=AXIAL, name=None):
    place = Location(Path(f"/a/{series}/{orientation}/{name or (along, number)}"))
    return Slice(place, series, orientation, along, number, state)


def _stack(positions, **named):
    return [_slice(float(mm), at, **named) for at, mm in enumerate(positions)]


def _embed(stack, chosen):
    wanted = set(chosen)
    return [replace(each, state="embedded") if each in wanted else each for each in stack]


def _along(slices):
    return sorted(each.along for each in slices)


stacks = st.lists(
    st.floats(-1000, 1000, allow_nan=False).map(lambda mm: round(mm, 1)), min_size=1, max_size=60
).map(_stack)
mosts = st.integers(1, 12)


def test_a_long_stack_gives_the_slice_in_the_middle_of_each_part():
    assert _along(choose(_stack(range(100)), 4)) == [12, 37, 62, 87]


def test_the_order_in_which_files_were_seen_does_not_matter():
    stack = _stack(range(100))
    assert choose(stack[::-1], 7) == choose(stack, 7)


def test_a_short_stack_is_taken_whole():
    assert _along(choose(_stack([3, 1, 2]), 32)) == [1, 2, 3]


def test_zero_takes_every_slice():
    assert len(choose(_stack(range(100)), 0)) == 100


def test_each_stack_and_series_has_its_own_share():
    slices = [
        *_stack(range(50)),
        *_stack(range(50), orientation="sagittal"),
        *_stack(range(50), series="1.3"),
    ]
    assert len(choose(slices, 5)) == 15


def test_the_parts_are_of_equal_length_and_not_of_equal_number():
    positions = [*range(100), 500]  # ninety-nine slices of 1 mm, and one far away
    chosen = _along(choose(_stack(positions), 2))
    assert chosen == [99, 500]


def test_a_gap_does_not_make_the_choice_smaller():
    positions = [*range(20), *range(1000, 1020)]
    assert len(choose(_stack(positions), 8)) == 8


def test_a_time_series_at_one_place_is_spread_over_its_numbers():
    chosen = choose([_slice(5.0, number) for number in range(100)], 4)
    assert sorted(each.instance_number for each in chosen) == [12, 37, 62, 87]


def test_a_time_series_at_some_places_has_slices_of_all_of_them():
    stack = [_slice(float(mm), time) for time in range(20) for mm in range(0, 50, 10)]
    chosen = choose(stack, 10)
    assert [_along(chosen).count(mm) for mm in (0, 10, 20, 30, 40)] == [2] * 5


def test_slices_without_a_position_go_by_their_numbers():
    chosen = choose([_slice(float("nan"), number) for number in range(100)], 4)
    assert sorted(each.instance_number for each in chosen) == [12, 37, 62, 87]


@pytest.mark.parametrize("absurd", [1e308, -1e308, float("inf")])
def test_an_absurd_position_does_not_spoil_the_spread(absurd):
    stack = [_slice(absurd, 0, name="absurd"), *_stack(range(100))]
    assert len(choose(stack, 4)) == 4


def test_what_is_embedded_stays_and_counts():
    stack = _stack(range(100))
    some = choose(stack, 8)[:5]
    assert set(choose(_embed(stack, some), 8)) == set(choose(stack, 8)) - set(some)


def test_a_slice_that_was_not_sampled_may_be_chosen_later():
    stack = _stack(range(100), state="catalogued")
    assert len(choose(stack, 4)) == 4


@given(stacks, mosts)
def test_as_many_are_chosen_as_asked_for_and_there(stack, most):
    assert len(choose(stack, most)) == min(most, len(stack))


@given(stacks, mosts)
def test_a_choice_that_is_embedded_needs_nothing_more(stack, most):
    assert choose(_embed(stack, choose(stack, most)), most) == []


@given(st.sets(st.integers(1, 999), max_size=60), mosts)
def test_no_part_of_the_length_is_left_out(inner, most):
    """Of each part that has slices, one at least is chosen."""
    stack = _stack([0, *sorted(inner), 1000])

    def parts(slices):
        return {min(int(each.along / (1000 / most)), most - 1) for each in slices}

    assert parts(choose(stack, most)) == parts(stack)


@given(stacks, stacks, mosts)
def test_a_series_that_grows_only_adds(stack, more, most):
    before = choose(stack, most)
    later = [replace(each, location=Location(Path(f"/b/{at}"))) for at, each in enumerate(more)]
    grown = [*_embed(stack, before), *later]
    added = choose(grown, most)
    assert not set(added) & set(before)
    assert len(added) <= most
    assert len(before) + len(added) >= min(most, len(grown))
