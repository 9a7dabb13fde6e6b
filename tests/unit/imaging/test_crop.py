import numpy as np
import pytest

from core.errors import InvalidRequest
from imaging.crop import cut
from imaging.rules import Crop

PIXELS = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


@pytest.mark.parametrize(
    ("crop", "expected"),
    [
        (None, PIXELS),
        (Crop(1, 2, 3, 1), PIXELS[2:3, 1:4]),
        (Crop(4, 3, 99, 99), PIXELS[3:, 4:]),
        (Crop(-1, -2, 3, 3), PIXELS[:1, :2]),
    ],
)
def test_a_crop_gives_what_it_shares_with_the_picture(crop, expected):
    assert cut(PIXELS, crop).tolist() == expected.tolist()


@pytest.mark.parametrize(
    "crop",
    [Crop(6, 0, 1, 1), Crop(0, 4, 1, 1), Crop(-3, 0, 3, 1), Crop(0, 0, 0, 1), Crop(3, 3, -2, 1)],
)
def test_a_crop_outside_is_an_error_that_gives_the_size(crop):
    with pytest.raises(InvalidRequest, match="6 wide and 4 high"):
        cut(PIXELS, crop)
