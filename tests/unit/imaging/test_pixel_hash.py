import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imaging.pixel_hash import pixel_hash


@given(arrays(np.uint8, st.tuples(st.integers(1, 5), st.integers(1, 5))))
def test_the_type_of_whole_numbers_is_no_matter(pixels):
    hashes = {pixel_hash(pixels.astype(kind)) for kind in ("u1", "<u2", ">i2", "i4", ">u4", "i8")}
    assert len(hashes) == 1


@given(arrays(np.int16, (2, 3)), arrays(np.int16, (2, 3)))
def test_other_values_have_another_hash(first, second):
    assert (pixel_hash(first) == pixel_hash(second)) == np.array_equal(first, second)


def test_another_shape_is_another_picture():
    pixels = np.arange(6)
    assert pixel_hash(pixels.reshape(2, 3)) != pixel_hash(pixels.reshape(3, 2))


def test_floats_are_compared_with_32_bit():
    pixels = np.array([[0.1, 0.2]])
    assert pixel_hash(pixels) == pixel_hash(pixels.astype(">f4"))
    assert pixel_hash(pixels) != pixel_hash(pixels + 1e-3)


def test_how_an_array_lies_in_memory_is_no_matter():
    pixels = np.arange(12, dtype=np.uint16).reshape(3, 4)
    assert pixel_hash(np.asfortranarray(pixels)) == pixel_hash(pixels)
    assert pixel_hash(np.repeat(pixels, 2, axis=0)[::2]) == pixel_hash(pixels)


@pytest.mark.parametrize(
    ("values", "kind"),
    [([0, 255], "<u1"), ([-1, 255], "<i2"), ([0, 40_000], "<i4"), ([0, 1 << 32], "<i8")],
)
def test_the_hash_is_the_sha256_of_type_shape_and_values(values, kind):
    packed = np.array([values], kind).tobytes()
    expected = hashlib.sha256(f"{'|u1' if kind == '<u1' else kind} (1, 2)".encode() + packed)
    assert pixel_hash(np.array([values])) == expected.hexdigest()


def test_a_picture_without_pixels_has_a_hash():
    assert len(pixel_hash(np.zeros((0, 4), np.uint16))) == 64
