"""Graphics of group 6000, drawn only where a viewer asks for them."""

import struct
import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from imaging.decode import read_pictures_from_bytes, read_view
from imaging.rules import Crop, Rules, View
from tests.unit.imaging.factories import make_compressed, make_dicom

SYNTAXES = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
DRAWN = View(overlays=True)
GREY = 100


def drawn(content, view=DRAWN):
    """Give the places (row, column) of what is drawn on a grey picture."""
    pixels = read_view(content, view, Rules())
    assert set(np.unique(pixels)) <= {GREY, 255}
    return {tuple(place) for place in np.argwhere(pixels[:, :, 0] == 255).tolist()}


def with_overlay(content, plane=None, group=0x6000, origin=(1, 1), **replaced):
    """Add the bits of a plane (rows, columns) or (frames, rows, columns) to a file."""
    with warnings.catch_warnings(action="ignore"):
        dataset = dcmread(BytesIO(content))
        for number, vr, value in elements_of(dataset, plane, origin, **replaced):
            dataset.add_new((group, number), vr, value)
        file = BytesIO()
        dataset.save_as(file)
    return file.getvalue()


def elements_of(dataset, plane, origin, frames=None, first=None, bit=0, rows=None):
    packed = b"" if plane is None else pack(plane, dataset.file_meta.TransferSyntaxUID)
    shape = (dataset.Rows, dataset.Columns) if plane is None else np.shape(plane)[-2:]
    yield 0x10, "US", rows or shape[0]
    yield 0x11, "US", shape[1]
    yield 0x40, "CS", "G"
    yield 0x50, "SS", list(origin)
    yield 0x100, "US", 1 if packed else dataset.BitsAllocated
    yield 0x102, "US", bit
    if frames is not None:
        yield 0x15, "IS", frames
    if first is not None:
        yield 0x51, "US", first
    if packed:
        yield 0x3000, "OW", packed


def pack(plane, syntax):
    packed = np.packbits(np.asarray(plane, bool).ravel(), bitorder="little").tobytes()
    packed += b"\0" * (len(packed) % 2)
    order = ">u2" if syntax == ExplicitVRBigEndian else "<u2"
    return np.frombuffer(packed, "<u2").astype(order).tobytes()


def grey(syntax=ExplicitVRLittleEndian, rows=4, columns=6, **elements):
    return make_dicom(np.full((rows, columns), GREY, np.uint8), syntax, **elements)


CROSS = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
PLACES = {(0, 1), (1, 0), (1, 1), (1, 2), (2, 1)}


def moved(places, down, right):
    return {(row + down, column + right) for row, column in places}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_an_overlay_is_drawn_where_its_origin_says(syntax):
    content = with_overlay(grey(syntax), CROSS, origin=(2, 4))
    assert drawn(content) == moved(PLACES, 1, 3)


def test_overlays_are_drawn_only_when_asked():
    content = with_overlay(grey(), CROSS)
    assert drawn(content, View()) == set()
    assert (read_pictures_from_bytes(content)[0].pixels == GREY).all()


def test_a_file_without_overlays_shows_as_it_is():
    assert drawn(grey()) == set()


@pytest.mark.parametrize("group", [0x6002, 0x601E])
def test_all_groups_are_joined(group):
    content = with_overlay(with_overlay(grey(), [[1]]), [[1]], group=group, origin=(3, 3))
    assert drawn(content) == {(0, 0), (2, 2)}


@pytest.mark.parametrize(
    ("origin", "places"),
    [
        ((0, 0), {(0, 0), (0, 1), (1, 0)}),
        ((-1, 1), {(0, 1)}),
        ((3, 5), {(2, 5), (3, 4), (3, 5)}),
        ((100, 1), set()),
        ((-30000, -30000), set()),
    ],
)
def test_what_of_an_overlay_lies_outside_is_left_out(origin, places):
    assert drawn(with_overlay(grey(), CROSS, origin=origin)) == places


def test_an_overlay_may_be_larger_than_the_picture():
    assert len(drawn(with_overlay(grey(), np.ones((9, 9)), origin=(0, 0)))) == 4 * 6


def test_an_overlay_that_is_cut_off_is_left_out():
    assert drawn(with_overlay(grey(), CROSS, rows=60_000)) == set()


def test_each_frame_has_its_own_part_of_an_overlay():
    frames = make_dicom(np.full((4, 3, 5), GREY, np.uint8))
    planes = [CROSS, np.eye(3)]
    content = with_overlay(frames, planes, frames=2, first=2)
    diagonal = {(0, 0), (1, 1), (2, 2)}
    shown = [drawn(content, View(frame=frame, overlays=True)) for frame in range(4)]
    assert shown == [set(), PLACES, diagonal, set()]


def test_an_overlay_without_frames_lies_over_all_of_them():
    content = with_overlay(make_dicom(np.full((3, 3, 5), GREY, np.uint8)), CROSS)
    for frame in range(3):
        assert drawn(content, View(frame=frame, overlays=True)) == PLACES


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_an_overlay_in_an_unused_bit_is_drawn_and_is_no_part_of_the_value(syntax):
    words = np.full((3, 3), GREY, np.uint16) | (np.array(CROSS, np.uint16) << 12)
    content = make_dicom(words, syntax, BitsStored=8, HighBit=7, PixelPaddingValue=None)
    assert drawn(with_overlay(content, bit=12)) == PLACES
    assert drawn(content) == set()


def test_a_compressed_file_has_no_unused_bits():
    pixels = np.full((3, 3), GREY, np.uint8)
    segments = struct.pack("<16L", 1, 64, *[0] * 14) + bytes([8] + [GREY] * 9 + [0] * 2)
    content = make_compressed([segments], RLELossless, pixels)
    assert drawn(with_overlay(content, bit=3)) == set()


def test_an_overlay_is_cut_with_its_picture():
    content = with_overlay(grey(rows=8, columns=8), CROSS, origin=(4, 4))
    view = View(overlays=True, crop=Crop(3, 3, 3, 3))
    assert drawn(content, view) == PLACES


def test_an_overlay_is_drawn_on_colours():
    colours = make_dicom(np.full((4, 5, 3), GREY, np.uint8))
    assert drawn(with_overlay(colours, CROSS)) == PLACES


def test_the_overlays_of_a_real_file_are_those_that_pydicom_reads():
    path = get_testdata_file("examples_overlay.dcm", download=False)
    dataset = dcmread(path)
    expected = dataset.overlay_array(0x6000) == 1
    content = Path(path).read_bytes()
    plain, graphics = (read_view(content, View(overlays=on), Rules()) for on in (False, True))
    assert expected.any()
    assert (graphics[expected] == 255).all()
    assert (graphics[~expected] == plain[~expected]).all()
