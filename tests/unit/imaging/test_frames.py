import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Place
from imaging.frames import FramePolicy

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)

positions = st.lists(st.floats(-1e4, 1e4).map(lambda mm: round(mm, 1)), min_size=1, max_size=200)


def axial(*millimetres):
    return [Place(AXIAL, (0.0, 0.0, mm)) for mm in millimetres]


def sagittal(*millimetres):
    return [Place(SAGITTAL, (mm, 0.0, 0.0)) for mm in millimetres]


@pytest.mark.parametrize(
    ("frames", "chosen"),
    [
        (1, (0,)),
        (5, (0, 1, 2, 3, 4)),
        (6, (0, 1, 3, 4, 5)),
        (30, (3, 9, 15, 21, 27)),
        (2_000_000_000, (200000000, 600000000, 1000000000, 1400000000, 1800000000)),
    ],
)
def test_five_frames_of_a_clip_are_spread_evenly(frames, chosen):
    assert FramePolicy().choose(frames) == chosen


def test_one_frame_is_the_middle_one():
    assert FramePolicy(cine=1).choose(9) == (4,)


def test_zero_takes_all_frames_and_slices():
    policy = FramePolicy(cine=0, slices=0)
    assert policy.choose(7) == tuple(range(7))
    assert policy.choose_slices([0.0, 0.0, 5.0]) == (0, 1, 2)
    assert policy.choose_frames(axial(3, 1, 2)) == (0, 1, 2)


@given(frames=st.integers(1, 5000), half=st.integers(0, 20))
def test_an_odd_count_always_has_the_middle_frame(frames, half):
    assert frames // 2 in FramePolicy(cine=2 * half + 1).choose(frames)


@given(frames=st.integers(1, 5000), wanted=st.integers(1, 40))
def test_frames_are_distinct_in_order_and_inside(frames, wanted):
    chosen = FramePolicy(cine=wanted).choose(frames)
    assert len(chosen) == min(frames, wanted)
    assert list(chosen) == sorted(set(chosen))
    assert 0 <= chosen[0] <= chosen[-1] < frames


def test_slices_are_spread_by_position_and_not_by_number():
    # dense from 0 to 9 mm, then one slice each 10 mm: stretches of 25 mm have their middles at
    # 12.5, 37.5, 62.5 and 87.5 mm
    along = [*map(float, range(10)), *map(float, range(10, 101, 10))]
    chosen = FramePolicy(slices=4).choose_slices(along)
    assert [along[i] for i in chosen] == [10.0, 40.0, 60.0, 90.0]


def test_the_order_of_the_file_does_not_matter():
    along = [30.0, 0.0, 20.0, 10.0, 40.0, 50.0]
    chosen = FramePolicy(slices=3).choose_slices(along)
    assert sorted(along[i] for i in chosen) == [10.0, 20.0, 40.0]


def test_of_the_times_at_one_place_the_middle_one_is_taken():
    # two slices at five times each, interleaved
    along = [0.0, 5.0] * 5
    assert FramePolicy().choose_slices(along) == (4, 5)


def test_a_single_place_at_many_times_is_a_clip():
    assert FramePolicy().choose_slices([12.0] * 30) == FramePolicy().choose(30)


@given(along=positions, wanted=st.integers(1, 40))
def test_as_many_slices_as_wanted_are_taken_each_from_a_place_of_its_own(along, wanted):
    chosen = FramePolicy(slices=wanted, cine=1).choose_slices(along)
    assert len({along[i] for i in chosen}) == len(chosen) == min(wanted, len(set(along)))
    assert list(chosen) == sorted(chosen)


@given(count=st.integers(2, 300), wanted=st.integers(1, 40), spacing=st.floats(0.5, 10))
def test_no_slice_is_further_from_a_chosen_one_than_the_spread_demands(count, wanted, spacing):
    along = [i * spacing for i in range(count)]
    taken = np.array([along[i] for i in FramePolicy(slices=wanted).choose_slices(along)])
    furthest = max(np.abs(taken - place).min() for place in along)
    assert furthest <= (count - 1) * spacing / (2 * min(wanted, count)) + spacing


def test_each_stack_of_parallel_slices_is_chosen_from_by_itself():
    places = [*axial(*range(10)), *sagittal(*range(4))]
    # the middles of the halves lie at 2.25 and 6.75 mm, and at 0.75 and 2.25 mm
    assert FramePolicy(slices=2).choose_frames(places) == (2, 7, 11, 12)


def test_cosines_that_differ_by_rounding_are_one_stack():
    tilted = [Place((1.0, 0.0, 0.0, 0.0, 1.0, i * 1e-5), (0.0, 0.0, float(i))) for i in range(9)]
    assert len(FramePolicy(slices=3).choose_frames(tilted)) == 3


def test_frames_of_unknown_place_are_a_clip():
    places = [*axial(*range(20)), None]
    assert FramePolicy().choose_frames(places) == FramePolicy().choose(21)


def test_a_rotation_is_no_stack_for_each_frame():
    angles = np.linspace(0, 3, 100)
    places = [
        Place((float(np.cos(a)), float(np.sin(a)), 0.0, 0.0, 0.0, -1.0), (0.0, 0.0, 0.0))
        for a in angles
    ]
    chosen = FramePolicy(slices=4).choose_frames(places)
    assert chosen == (12, 37, 62, 87)
