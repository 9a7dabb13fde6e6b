"""What a batch is made of."""

from collections import Counter

import numpy as np
import pytest

from training.manifest import Example
from training.sampler import balanced, draw


def examples_of(**sizes: int) -> list[Example]:
    """Names are source_finding."""
    return [
        Example(str(n), name.split("_")[0], "CT", "head", str(n), finding=name.split("_")[1])
        for name, size in sizes.items()
        for n in range(size)
    ]


def shares(examples: list[Example], probabilities: np.ndarray) -> dict[str, float]:
    totals: Counter[str] = Counter()
    for example, probability in zip(examples, probabilities, strict=True):
        totals[f"{example.source}_{example.finding}"] += probability
    return dict(totals)


def test_exponents_of_one_leave_the_set_as_it_is() -> None:
    examples = examples_of(big_x=30, big_y=10, small_x=10)

    assert balanced(examples, 1, 1, {}) == pytest.approx(np.full(50, 1 / 50))


def test_exponents_of_nought_make_sources_and_their_classes_equal() -> None:
    examples = examples_of(big_x=30, big_y=10, small_x=10)

    assert shares(examples, balanced(examples, 0, 0, {})) == pytest.approx(
        {"big_x": 0.25, "big_y": 0.25, "small_x": 0.5}
    )


def test_shares_follow_the_powers_of_the_sizes() -> None:
    examples = examples_of(big_x=36, big_y=64, small_x=25)

    found = shares(examples, balanced(examples, 0.5, 0.5, {}))

    big, small = 10 / 15, 5 / 15  # square roots of 100 and 25
    assert found == pytest.approx({"big_x": big * 6 / 14, "big_y": big * 8 / 14, "small_x": small})


def test_emphasis_multiplies_the_share_of_a_source() -> None:
    examples = examples_of(big_x=30, small_x=10)

    assert shares(examples, balanced(examples, 0, 0, {"small": 3})) == pytest.approx(
        {"big_x": 0.25, "small_x": 0.75}
    )


def test_the_same_generator_draws_the_same_rows_and_never_an_impossible_one() -> None:
    probabilities = np.array([0.5, 0.0, 0.5])

    first = draw(probabilities, 50, np.random.default_rng(3))
    again = draw(probabilities, 50, np.random.default_rng(3))

    np.testing.assert_array_equal(first, again)
    assert set(first) == {0, 2}
