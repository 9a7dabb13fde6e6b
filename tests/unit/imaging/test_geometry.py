import numpy as np
import pytest

from imaging.geometry import Arrangement, square_pixels
from imaging.rules import Crop

PICTURE = np.arange(12, dtype=np.uint8).reshape(3, 4)


def test_an_arrangement_of_nothing_changes_nothing():
    assert (Arrangement().apply(PICTURE) == PICTURE).all()


def test_a_picture_is_cut_before_it_is_turned():
    arrangement = Arrangement(Crop(1, 0, 2, 2), mirrored=True)
    assert arrangement.apply(PICTURE).tolist() == [[2, 1], [6, 5]]


def test_upside_down_changes_the_rows():
    arrangement = Arrangement(Crop(0, 1, 2, 2), upside_down=True)
    assert arrangement.apply(PICTURE).tolist() == [[8, 9], [4, 5]]


def test_colours_are_cut_and_turned_as_greys_are():
    colours = np.stack([PICTURE, PICTURE + 100, PICTURE + 200], axis=2)
    arrangement = Arrangement(Crop(1, 1, 3, 2), mirrored=True, upside_down=True)
    for channel, expected in enumerate((PICTURE, PICTURE + 100, PICTURE + 200)):
        assert (arrangement.apply(colours)[:, :, channel] == arrangement.apply(expected)).all()


def test_a_ramp_stays_a_ramp_when_pixels_become_square():
    ramp = np.repeat(np.arange(0, 200, 20, dtype=np.uint8)[:, None, None], 3, axis=2)
    tall = square_pixels(np.broadcast_to(ramp, (10, 5, 3)), 2.0)
    assert tall.shape == (20, 5, 3)
    # bilinear: between the middles of two rows a quarter and three quarters of the step
    assert tall[:5, 0, 0].tolist() == [0, 5, 15, 25, 35]


@pytest.mark.parametrize("aspect", [1.0, 1.005, 8.5, 0.1])
def test_an_aspect_near_one_or_impossible_changes_nothing(aspect):
    pixels = np.zeros((4, 6, 3), np.uint8)
    assert square_pixels(pixels, aspect) is pixels
