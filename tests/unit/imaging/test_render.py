"""The renderer as a whole: views, profiles and graphics, on values worked out by hand."""

import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from core.errors import CannotDecode, InvalidRequest
from core.pixels import grey_channel
from core.types import SkipCode
from imaging.decode import read_pictures_from_bytes, read_view
from imaging.display import Window, WindowFunction
from imaging.presets import CT_PRESETS
from imaging.profiles import MI2_COMPAT
from imaging.rules import Crop, Rules, View
from tests.unit.imaging.factories import make_dicom

EXACT = WindowFunction.LINEAR_EXACT
COMPAT = Rules(profile=MI2_COMPAT)
RAMP = np.arange(1001, dtype=np.uint16).reshape(7, 143)  # percentiles 1 and 99 are 10 and 990


def shown(content, view=View(), rules=Rules()):  # noqa: B008 (both are frozen)
    return read_view(content, view, rules)


def greys(content, view=View(), rules=Rules()):  # noqa: B008
    pixels = shown(content, view, rules)
    assert (pixels[:, :, :1] == pixels).all()
    return pixels[:, :, 0]


def test_a_view_of_nothing_is_what_the_index_holds():
    content = make_dicom(RAMP, WindowCenter=500, WindowWidth=300)
    (picture,) = read_pictures_from_bytes(content)
    assert (shown(content) == picture.pixels).all()


def test_a_view_may_ask_for_another_window():
    content = make_dicom(
        np.array([[0, 50, 100, 1000]], np.uint16), WindowCenter=500, WindowWidth=1000
    )
    assert greys(content, View(window=Window(50, 100, EXACT))).tolist() == [[0, 128, 255, 255]]


def test_a_preset_is_in_hounsfield_units():
    stored = np.array([[0, 1024 - 160, 1024 + 40, 1024 + 240]], np.uint16)
    content = make_dicom(stored, RescaleSlope=1, RescaleIntercept=-1024)
    # LINEAR, c = 40 and w = 400: ((x - 39.5) / 399 + 0.5) * 255
    assert greys(content, View(window=CT_PRESETS["soft-tissue"])).tolist() == [[0, 0, 128, 255]]


def test_a_window_keeps_polarity_and_padding():
    content = make_dicom(
        np.array([[0, 100, 7]], np.uint16),
        PhotometricInterpretation="MONOCHROME1",
        PixelPaddingValue=7,
    )
    assert greys(content, View(window=Window(50, 100, EXACT))).tolist() == [[255, 0, 0]]


def test_a_window_says_nothing_of_colours():
    colours = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert (shown(make_dicom(colours), View(window=Window(5, 2))) == colours).all()


def test_a_view_may_ask_for_another_frame():
    frames = np.stack([np.full((2, 2), level, np.uint8) for level in (10, 20, 30)])
    content = make_dicom(frames)
    assert [greys(content, View(frame=i))[0, 0] for i in (0, 2, None, 9)] == [10, 30, 20, 30]


def test_a_crop_is_of_the_picture_with_square_pixels():
    content = make_dicom(RAMP, PixelSpacing=[2, 1])
    whole = shown(content)
    assert whole.shape == (14, 143, 3)
    assert (shown(content, View(crop=Crop(20, 3, 30, 9))) == whole[3:12, 20:50]).all()


def test_a_crop_outside_of_the_picture_is_refused():
    with pytest.raises(InvalidRequest, match="6 wide and 4 high"):
        shown(make_dicom(), View(crop=Crop(6, 0, 5, 5)))


def test_a_file_without_a_picture_has_no_view():
    with pytest.raises(CannotDecode) as caught:
        shown(make_dicom(SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4"))
    assert caught.value.code is SkipCode.UNSUPPORTED


def test_mi2_compat_takes_percentiles_whatever_the_header_says():
    plain = greys(make_dicom(RAMP), rules=COMPAT)
    # (x - 10) / 980 of 255
    assert plain.ravel()[[0, 10, 500, 990, 1000]].tolist() == [0, 0, 128, 255, 255]
    said = {"WindowCenter": 3, "WindowWidth": 5, "PixelSpacing": [2, 1], "PixelPaddingValue": 0}
    assert (greys(make_dicom(RAMP, **said), rules=COMPAT) == plain).all()


def test_mi2_compat_counts_padding_among_the_values():
    padded = np.array([[60000] * 50 + list(range(50))], np.uint16)
    content = make_dicom(padded, PixelPaddingValue=60000)
    assert greys(content, rules=COMPAT)[0, [0, 99]].tolist() == [255, 0]
    assert greys(content)[0, [0, 99]].tolist() == [0, 255]


def test_mi2_compat_stretches_8_bit_values_too():
    content = make_dicom(np.array([[100, 110, 120]], np.uint8))
    assert greys(content, rules=COMPAT).tolist() == [[0, 128, 255]]
    assert greys(content).tolist() == [[100, 110, 120]]


def test_mi2_compat_rescales_first():
    content = make_dicom(np.array([[0, 50, 100]], np.uint16), RescaleSlope=-1)
    assert greys(content, rules=COMPAT).tolist() == [[255, 128, 0]]


@pytest.mark.parametrize(
    "negative", [{"PhotometricInterpretation": "MONOCHROME1"}, {"PresentationLUTShape": "INVERSE"}]
)
def test_mi2_compat_turns_a_negative(negative):
    turned = greys(make_dicom(RAMP, **negative), rules=COMPAT)
    assert (turned == 255 - greys(make_dicom(RAMP), rules=COMPAT)).all()


def test_mi2_compat_still_shows_a_window_that_is_asked_for():
    content = make_dicom(np.array([[0, 50, 100]], np.uint16))
    asked = View(window=Window(25, 50, EXACT))
    assert greys(content, asked, COMPAT).tolist() == [[0, 255, 255]]


@pytest.mark.parametrize("bad", ["UNKNOWN", "", "YBR_FULL", None])
def test_one_sample_is_grey_whatever_its_colours_are_called(bad):
    content = make_dicom(np.array([[5, 6]], np.uint8), PhotometricInterpretation=bad)
    assert greys(content).tolist() == [[5, 6]]


@pytest.mark.parametrize("retired", ["HSV", "CMYK", "ARGB", "YBR_PARTIAL_420"])
def test_retired_colours_are_refused_by_name(retired):
    content = make_dicom(np.zeros((2, 2, 3), np.uint8), PhotometricInterpretation=retired)
    with pytest.raises(CannotDecode) as caught:
        shown(content)
    assert caught.value.code is SkipCode.UNSUPPORTED
    assert retired in caught.value.reason


def test_four_samples_are_refused():
    with pytest.raises(CannotDecode, match="4 samples") as caught:
        shown(make_dicom(SamplesPerPixel=4, PhotometricInterpretation="ARGB"))
    assert caught.value.code is SkipCode.UNSUPPORTED


@pytest.mark.parametrize("allocated", [0, 2, 12, 24, 48, 128])
def test_other_sizes_of_a_sample_are_refused(allocated):
    with pytest.raises(CannotDecode) as caught:
        shown(make_dicom(BitsAllocated=allocated))
    assert caught.value.code is SkipCode.UNSUPPORTED
    assert f"{allocated} bits allocated" in caught.value.reason


SYNTAXES = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
SHOW_12 = {"WindowCenter": 2048, "WindowWidth": 4096}


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("stored", [0, 12, 99])
def test_bits_above_the_stored_ones_are_no_part_of_a_value(syntax, stored):
    values = np.array([[0, 1024, 4095]], np.uint16)
    junk = values | np.array([[0xF000, 0x3000, 0x8000]], np.uint16)
    clean = greys(make_dicom(values, syntax, BitsStored=12, HighBit=11, **SHOW_12))
    assert clean.tolist() == [[0, 64, 255]]
    if stored == 12:
        dirty = greys(make_dicom(junk, syntax, BitsStored=12, HighBit=11, **SHOW_12))
        assert (dirty == clean).all()
    else:  # an impossible number of stored bits is all of them
        whole = greys(make_dicom(junk, syntax, BitsStored=stored, **SHOW_12))
        assert whole.tolist() == [[255, 255, 255]]


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("junk", [0, 0xF])
def test_values_below_another_high_bit_are_moved_down(syntax, junk):
    values = np.array([[0, 1024, 4095]], np.uint16)
    raised = make_dicom(values << 4 | junk, syntax, BitsStored=12, HighBit=15, **SHOW_12)
    assert greys(raised).tolist() == [[0, 64, 255]]


def test_signed_values_below_another_high_bit_keep_their_sign():
    values = np.array([[-2048, -1, 0, 2047]], np.int16)
    raised = make_dicom(values << 4, BitsStored=12, HighBit=15, WindowCenter=0, WindowWidth=4096)
    expected = make_dicom(values, BitsStored=12, HighBit=11, WindowCenter=0, WindowWidth=4096)
    assert (greys(raised) == greys(expected)).all()


def test_partial_range_colours_fill_the_range():
    # Y1 Y2 Cb Cr: black and white, then two greys and the red of BT.601
    packed = bytes([16, 235, 128, 128, 81, 81, 90, 240])
    content = make_dicom(
        np.zeros((1, 4, 3), np.uint8), PhotometricInterpretation="YBR_PARTIAL_422",
        PixelData=packed,
    )  # fmt: skip
    pixels = shown(content)[0].astype(int)
    assert pixels[:2].tolist() == [[0, 0, 0], [255, 255, 255]]
    assert np.abs(pixels[2:] - [254, 0, 0]).max() <= 1


def test_subsampled_colours_share_theirs():
    packed = bytes([10, 200, 128, 128, 76, 76, 85, 255])  # two greys; two reds
    content = make_dicom(
        np.zeros((1, 4, 3), np.uint8), PhotometricInterpretation="YBR_FULL_422", PixelData=packed
    )
    pixels = shown(content)[0].astype(int)
    assert pixels[:2].tolist() == [[10, 10, 10], [200, 200, 200]]
    assert np.abs(pixels[2:] - [254, 0, 0]).max() <= 1


def test_colours_that_are_only_called_subsampled_are_read_whole():
    values = np.array([[[10, 128, 128], [76, 85, 255]]], np.uint8)
    content = make_dicom(values, PhotometricInterpretation="YBR_FULL_422")
    pixels = shown(content)[0].astype(int)
    assert pixels[0].tolist() == [10, 10, 10]
    assert np.abs(pixels[1] - [254, 0, 0]).max() <= 1


@pytest.mark.parametrize("rules", [Rules(), COMPAT], ids=["voi", "mi2-compat"])
def test_a_grey_picture_is_known_as_grey_whatever_is_asked_for(rules):
    views = (View(), View(window=Window(50, 100, EXACT)), View(crop=Crop(1, 2, 3, 3)))
    content = make_dicom(RAMP, PixelSpacing=[2, 1])
    assert all(grey_channel(shown(content, view, rules)) is not None for view in views)
