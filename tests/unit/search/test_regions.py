"""A region is cut out by whole pixels, and never too small to be seen."""

import numpy as np
import pytest

from core.errors import InvalidRequest
from search.query import Region
from search.regions import cut_out

PIXELS = np.arange(100 * 200 * 3, dtype=np.uint32).astype(np.uint8).reshape(100, 200, 3)


def test_no_region_and_the_region_of_all_are_the_picture():
    assert cut_out(PIXELS, None) is PIXELS
    assert np.array_equal(cut_out(PIXELS, Region(0, 0, 1, 1)), PIXELS)


def test_shares_are_of_width_and_height():
    part = cut_out(PIXELS, Region(left=0.5, top=0.1, right=0.75, bottom=0.9))
    assert np.array_equal(part, PIXELS[10:90, 100:150])


def test_a_region_of_32_pixels_is_seen():
    assert cut_out(PIXELS, Region(0, 0, 0.16, 0.32)).shape == (32, 32, 3)


@pytest.mark.parametrize("region", [Region(0, 0, 0.155, 1), Region(0, 0.5, 1, 0.8)])
def test_a_region_below_32_pixels_is_refused_with_its_size(region):
    with pytest.raises(InvalidRequest, match=r"(31 x 100|200 x 30) pixels .* 200 x 100"):
        cut_out(PIXELS, region)
