from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from core.pixels import as_rgb
from imaging.thumbnail import is_thumbnail, make_thumbnail


def opened(thumbnail):
    return Image.open(BytesIO(thumbnail))


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((512, 512), (256, 256)),
        ((1000, 500), (128, 256)),
        ((500, 2000), (256, 64)),
        ((64, 100), (100, 64)),
        ((1, 1), (1, 1)),
        ((5000, 2), (1, 256)),
    ],
)
def test_the_longer_side_is_at_most_256_and_the_shape_is_kept(shape, size):
    image = opened(make_thumbnail(np.zeros((*shape, 3), np.uint8)))
    assert (image.format, image.size) == ("WEBP", size)


def test_the_side_can_be_chosen():
    assert opened(make_thumbnail(np.zeros((512, 256, 3), np.uint8), side=64)).size == (32, 64)


def test_it_looks_like_the_picture():
    y, x = np.mgrid[:512, :512]
    pixels = np.stack([y // 2, x // 2, 255 - y // 4 - x // 4], axis=2).astype(np.uint8)
    small = np.asarray(opened(make_thumbnail(pixels))).astype(int)
    assert np.abs(small - pixels[::2, ::2]).mean() < 3


SIDES = st.integers(1, 70)


@given(grey=arrays.arrays(np.uint8, st.tuples(SIDES, SIDES)), side=st.integers(1, 40))
def test_a_grey_picture_has_the_bytes_of_the_same_picture_in_three_channels(grey, side):
    in_three = np.stack([grey, grey, grey], axis=2)
    assert make_thumbnail(as_rgb(grey), side) == make_thumbnail(in_three, side)


@given(pixels=arrays.arrays(np.uint8, st.tuples(SIDES, SIDES, st.just(3))), side=st.integers(1, 40))
def test_colours_have_the_bytes_that_pillow_makes_of_them(pixels, side):
    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    expected = BytesIO()
    image.save(expected, "WEBP", quality=80, method=2)
    assert make_thumbnail(pixels, side) == expected.getvalue()


def test_what_was_made_is_a_thumbnail_and_a_part_of_it_is_not():
    made = make_thumbnail(np.full((9, 9, 3), 40, np.uint8))
    assert is_thumbnail(made)
    assert not any(is_thumbnail(made[:length]) for length in range(len(made) - 1))
