"""Heat maps as they are laid over pictures."""

import numpy as np
import pytest

from imaging.heat import AGAINST, FOR, OPAQUE, scale, with_heat

GREY = np.full((40, 60, 3), 100, np.uint8)


def laid(colour):
    return np.round(100 * (1 - OPAQUE) + np.array(colour) * OPAQUE)


def test_the_largest_value_has_the_last_colour_and_zero_shows_the_picture():
    shown = with_heat(GREY, np.array([[0.2, 0.0], [0.0, -0.2]], np.float32))

    np.testing.assert_allclose(shown[:20, :30].reshape(-1, 3), [laid(FOR[-1])] * 600, atol=1)
    np.testing.assert_allclose(shown[20:, 30:].reshape(-1, 3), [laid(AGAINST[-1])] * 600, atol=1)
    np.testing.assert_array_equal(shown[:20, 30:], GREY[:20, 30:])


def test_a_map_is_stretched_over_a_picture_of_another_shape():
    shown = with_heat(GREY, np.array([[0, 0, 1]], np.float32))

    assert shown.shape == GREY.shape
    assert (shown[:, :40] == 100).all()
    np.testing.assert_allclose(shown[0, 40:], [laid(FOR[-1])] * 20, atol=1)


def test_a_map_of_nothing_changes_nothing():
    np.testing.assert_array_equal(with_heat(GREY, np.zeros((3, 3), np.float32)), GREY)


@pytest.mark.parametrize("table", [FOR, AGAINST])
def test_colours_are_lighter_with_every_step(table):
    lightness = np.array(table) @ [0.2126, 0.7152, 0.0722]  # relative luminance, ITU-R BT.709

    assert (np.diff(lightness) > 0).all()


def test_the_scale_goes_from_the_largest_value_to_the_lowest():
    bar = scale(101, 100, np.array([[1.0, -0.5]], np.float32))

    assert bar.shape == (101, 4, 3)
    np.testing.assert_allclose(bar[0, 0], np.array(FOR[-1]) * OPAQUE, atol=1)
    assert bar[67].max() < 8  # zero, at two thirds
    assert bar[-1, 0, 2] > bar[-1, 0, 0]  # blue


def test_the_scale_of_a_map_that_is_all_for_ends_at_zero():
    bar = scale(50, 100, np.array([[1.0, 0.5]], np.float32))

    assert (bar[-1] == 0).all()
