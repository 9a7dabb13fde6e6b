import gzip
import json

import numpy as np
import pytest

from imaging.display import GreyDisplay, LookupTable, Rescale, Window
from imaging.unshaded import Unshaded, unshaded_grey
from ui.viewer import frame_bytes as packing
from ui.viewer.frame_bytes import frame_bytes


def unpacked(frame):
    content = gzip.decompress(frame_bytes(frame))
    length = int.from_bytes(content[:4], "little")
    assert (4 + length) % 8 == 0
    return json.loads(content[4 : 4 + length]), content[4 + length :]


def grey(stored, **display):
    return unshaded_grey(stored, GreyDisplay(voi=Window(40, 400), **display))


@pytest.mark.parametrize(
    ("stored", "kind"),
    [
        (np.array([[0, 255]], np.uint16), "u1"),
        (np.array([[-1, 300]], np.int32), "i2"),
        (np.array([[0, 40_000]], np.int32), "u2"),
        (np.array([[0, 1 << 20]], np.int32), "f8"),
        (np.array([[0.5, 1]], np.float32), "f4"),
        (np.array([[0.1, 1]], np.float64), "f8"),
    ],
)
def test_values_go_unchanged_in_the_smallest_kind_that_holds_them(stored, kind):
    header, body = unpacked(grey(stored))
    assert header["kind"] == kind
    np.testing.assert_array_equal(np.frombuffer(body, f"<{kind}"), stored.ravel())


def test_the_header_says_how_grey_becomes_visible():
    display = {"modality": Rescale(2, -1000), "padding": (-5, -3), "inverted": True}
    header, _ = unpacked(grey(np.zeros((2, 3), np.int16), **display))
    assert header["grey"] == {
        "modality": {"slope": 2, "intercept": -1000},
        "own": {"center": 40, "width": 400, "function": "LINEAR"},
        "ownPadding": [-5, -3],
        "padding": [-5, -3],
        "inverted": True,
    }
    assert (header["rows"], header["columns"], header["samples"]) == (2, 3, 1)


def test_a_table_goes_with_all_its_entries():
    table = LookupTable(-3, np.array([0, 9, 4], np.uint16), 12)
    header, _ = unpacked(grey(np.zeros((1, 1), np.int16), modality=table))
    assert header["grey"]["modality"] == {"first": -3, "entries": [0, 9, 4], "bits": 12}


def test_graphics_follow_as_a_bit_for_each_pixel():
    drawn = np.eye(3, dtype=bool)
    _, body = unpacked(Unshaded(np.zeros((3, 3, 3), np.uint8), graphics=drawn))
    bits = np.unpackbits(np.frombuffer(body[27:], np.uint8))[:9]
    np.testing.assert_array_equal(bits.reshape(3, 3), drawn)


def test_a_very_large_frame_is_sent_in_part_and_says_so(monkeypatch):
    monkeypatch.setattr(packing, "MOST_PIXELS", 24)
    stored = np.arange(80, dtype=np.uint8).reshape(8, 10)
    header, body = unpacked(grey(stored))
    assert (header["step"], header["rows"], header["columns"]) == (2, 4, 5)
    np.testing.assert_array_equal(np.frombuffer(body, np.uint8), stored[::2, ::2].ravel())


def test_the_size_on_the_screen_has_square_pixels():
    header, _ = unpacked(Unshaded(np.zeros((10, 20, 3), np.uint8), aspect=1.5))
    assert (header["height"], header["width"]) == (15, 20)
