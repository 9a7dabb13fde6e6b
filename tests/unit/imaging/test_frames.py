import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.frames import FramePolicy


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
def test_five_frames_are_spread_evenly(frames, chosen):
    assert FramePolicy().choose(frames) == chosen


def test_one_frame_is_the_middle_one():
    assert FramePolicy(count=1).choose(9) == (4,)


@given(frames=st.integers(1, 5000), half=st.integers(0, 20))
def test_an_odd_count_always_has_the_middle_frame(frames, half):
    assert frames // 2 in FramePolicy(count=2 * half + 1).choose(frames)


@given(frames=st.integers(1, 5000), wanted=st.integers(1, 40))
def test_frames_are_distinct_in_order_and_inside(frames, wanted):
    chosen = FramePolicy(count=wanted).choose(frames)
    assert len(chosen) == min(frames, wanted)
    assert list(chosen) == sorted(set(chosen))
    assert 0 <= chosen[0] <= chosen[-1] < frames
