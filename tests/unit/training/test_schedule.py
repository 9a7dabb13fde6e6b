"""The learning rate over a phase."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.schedule import rate_factor


def test_warms_up_and_falls_by_half_a_cosine() -> None:
    factors = [rate_factor(step, steps=9, warmup=4, floor=0.2) for step in range(9)]

    falling = [0.2 + 0.8 * (1 + math.cos(math.pi * part)) / 2 for part in (0, 0.25, 0.5, 0.75, 1)]
    assert factors == pytest.approx([0.25, 0.5, 0.75, 1.0, *falling])
    assert factors[-1] == pytest.approx(0.2)


@given(st.integers(1, 500), st.integers(0, 100), st.floats(0, 1))
def test_the_rate_stays_between_nothing_and_the_peak(steps: int, warmup: int, floor: float) -> None:
    factors = [rate_factor(step, steps, warmup, floor) for step in range(steps)]

    assert all(0 <= factor <= 1 for factor in factors)
