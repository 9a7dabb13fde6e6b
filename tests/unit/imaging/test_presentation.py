"""How a header says that pixels are shown, on files whose values are worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from core.errors import CannotDecode
from core.types import SkipCode
from imaging.decode import read_content, read_pictures_from_bytes, read_view
from imaging.display import Window, WindowFunction
from imaging.rules import Rules, View
from tests.unit.imaging.factories import make_dicom, make_item

SYNTAXES = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
# LINEAR_EXACT, centre 50 and width 100: 0 .. 100 becomes 0 .. 255
TO_100 = {"WindowCenter": 50, "WindowWidth": 100, "VOILUTFunction": "LINEAR_EXACT"}


def greys(content, frame=0):
    pixels = read_pictures_from_bytes(content)[frame].pixels
    assert (pixels[:, :, :1] == pixels).all()
    return pixels[0, :, 0].tolist()


def row(*values, dtype=np.uint16):
    return np.array([values], dtype)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_rescale_then_window(syntax):
    content = make_dicom(
        row(0, 500, 1000, 2000, 4095), syntax, RescaleSlope=0.1, RescaleIntercept=-50, **TO_100
    )
    assert greys(content) == [0, 0, 128, 255, 255]


def test_signed_values_are_signed():
    content = make_dicom(row(-100, 0, 50, 100, dtype=np.int16), **TO_100)
    assert greys(content) == [0, 0, 128, 255]


@pytest.mark.parametrize("bad", [0, "", "x", float("nan")])
def test_an_impossible_slope_is_ignored(bad):
    content = make_dicom(row(0, 50, 100), RescaleSlope=bad, RescaleIntercept=-5000, **TO_100)
    assert greys(content) == [0, 128, 255]


@pytest.mark.parametrize(
    "bad",
    [
        {"WindowWidth": 0},
        {"WindowWidth": -5},
        {"WindowWidth": ""},
        {"WindowWidth": "NaN"},
        {"WindowCenter": None},
        {"WindowCenter": "x"},
        {"WindowWidth": 0.5, "VOILUTFunction": "LINEAR"},
    ],
)
def test_an_impossible_window_gives_way_to_percentiles(bad):
    values = row(*range(0, 10010, 10))  # percentiles 1 and 99 are 100 and 9900
    shown = greys(make_dicom(values, **{**TO_100, **bad}))
    assert shown == greys(make_dicom(values))
    assert (shown[9], shown[10], shown[500], shown[990]) == (0, 0, 128, 255)


def test_the_first_possible_window_counts():
    content = make_dicom(
        row(0, 50, 100), WindowCenter=[9, 50], WindowWidth=[0, 100], VOILUTFunction="LINEAR_EXACT"
    )
    assert greys(content) == [0, 128, 255]


def test_an_unknown_window_function_is_linear():
    linear = make_dicom(row(0, 25, 99), WindowCenter=50, WindowWidth=100)
    unknown = make_dicom(row(0, 25, 99), WindowCenter=50, WindowWidth=100, VOILUTFunction="CUBIC")
    assert greys(unknown) == greys(linear) == [0, 64, 255]


def test_8_bit_values_without_a_window_are_shown_as_they_are():
    assert greys(make_dicom(row(3, 70, 200, dtype=np.uint8))) == [3, 70, 200]


def test_8_bit_values_with_a_rescale_are_not():
    content = make_dicom(row(*range(101), dtype=np.uint8), RescaleSlope=2, RescaleIntercept=0)
    assert greys(content)[99:] == [255, 255]


def test_monochrome1_is_inverted():
    content = make_dicom(row(0, 25, 100), PhotometricInterpretation="MONOCHROME1", **TO_100)
    assert greys(content) == [255, 191, 0]


def test_an_inverse_presentation_is_inverted():
    assert greys(make_dicom(row(0, 25, 100), PresentationLUTShape="INVERSE", **TO_100)) == [
        255,
        191,
        0,
    ]


def test_monochrome1_with_an_inverse_presentation_is_inverted_once():
    content = make_dicom(
        row(0, 25, 100),
        PhotometricInterpretation="MONOCHROME1",
        PresentationLUTShape="INVERSE",
        **TO_100,
    )
    assert greys(content) == [255, 191, 0]


@given(values=st.lists(st.integers(0, 4095), min_size=1, max_size=30))
def test_monochrome1_is_the_negative_of_monochrome2(values):
    upright = greys(make_dicom(row(*values)))
    negative = greys(make_dicom(row(*values), PhotometricInterpretation="MONOCHROME1"))
    assert negative == [255 - value for value in upright]


@pytest.mark.parametrize(
    ("dtype", "padding", "value"),
    [
        (np.uint16, 65535, 65535),
        (np.int16, -2000, -2000),
        (np.int16, 63536, -2000),  # the same two bytes, written as if unsigned
        (np.uint16, -2000, 63536),
    ],
)
def test_padding_is_black_in_a_negative_too(dtype, padding, value):
    content = make_dicom(
        row(value, 100, 0, dtype=dtype),
        PixelPaddingValue=padding,
        PhotometricInterpretation="MONOCHROME1",
        **TO_100,
    )
    assert greys(content) == [0, 0, 255]


def test_a_range_of_padding_is_black():
    content = make_dicom(
        row(0, 100, 90, 80, 79), PixelPaddingValue=100, PixelPaddingRangeLimit=80, **TO_100
    )
    assert greys(content) == [0, 0, 0, 0, 201]


def lut(first, entries, bits=16, **elements):
    described = {"LUTDescriptor": [len(entries), first, bits], "LUTData": entries, **elements}
    return [make_item(**described)]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_voi_table_comes_before_the_window(syntax):
    content = make_dicom(
        row(0, 1, 2, 3, 9), syntax, VOILUTSequence=lut(1, [0, 2048, 4095], 12), **TO_100
    )
    assert greys(content) == [0, 0, 128, 255, 255]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_modality_table_comes_before_the_window(syntax):
    content = make_dicom(row(0, 1, 2), syntax, ModalityLUTSequence=lut(0, [100, 50, 0]), **TO_100)
    assert greys(content) == [255, 128, 0]


@pytest.mark.parametrize(
    "broken",
    [
        [],
        [make_item()],
        [make_item(LUTDescriptor=[3, 0, 16])],
        lut(0, [1, 2], LUTDescriptor=[3, 0, 16]),
        lut(0, [1, 2, 3], LUTDescriptor=[3, 0]),
        lut(0, [1, 2, 3], LUTDescriptor=[3, 0, 0]),
    ],
)
def test_a_table_without_its_entries_gives_way_to_the_window(broken):
    assert greys(make_dicom(row(0, 50, 100), VOILUTSequence=broken, **TO_100)) == [0, 128, 255]


def frame_groups(**elements):
    return make_item(
        PixelValueTransformationSequence=[make_item(**elements)],
        FrameVOILUTSequence=[make_item(**TO_100)],
    )


def test_each_frame_is_shown_by_its_own_group_before_the_shared_one():
    content = make_dicom(
        np.array([[[0, 50, 100, 100]]] * 3, np.uint16),
        RescaleSlope=1,
        RescaleIntercept=999,
        SharedFunctionalGroupsSequence=[frame_groups(RescaleSlope=1, RescaleIntercept=50)],
        PerFrameFunctionalGroupsSequence=[
            frame_groups(RescaleSlope=2, RescaleIntercept=0),
            frame_groups(RescaleSlope=1, RescaleIntercept=-50),
        ],
    )
    assert greys(content, 0) == [0, 255, 255, 255]
    assert greys(content, 1) == [0, 0, 128, 128]
    assert greys(content, 2) == [128, 255, 255, 255]  # it has no group of its own


def test_an_enhanced_file_without_groups_is_shown_by_its_percentiles():
    content = make_dicom(
        np.array([[[0, 50, 50, 100]]] * 2, np.uint16), SharedFunctionalGroupsSequence=[]
    )
    assert greys(content, 1) == [0, 128, 128, 255]


@pytest.mark.parametrize(
    ("elements", "shape"),
    [
        ({}, (4, 6)),
        ({"PixelSpacing": [2, 1]}, (8, 6)),
        ({"PixelSpacing": [1, 2]}, (4, 12)),
        ({"PixelSpacing": [0.5, 0.5]}, (4, 6)),
        ({"ImagerPixelSpacing": [2, 1]}, (8, 6)),
        ({"PixelAspectRatio": [1, 2]}, (4, 12)),
        ({"PixelSpacing": [1, 0]}, (4, 6)),
        ({"PixelSpacing": [900, 1]}, (4, 6)),
        ({"PixelSpacing": [1, 1], "PixelAspectRatio": [1, 2]}, (4, 6)),
    ],
)
def test_pixels_become_square(elements, shape):
    (picture,) = read_pictures_from_bytes(make_dicom(**elements))
    assert picture.pixels.shape == (*shape, 3)


def test_the_spacing_of_a_shared_group_counts():
    measures = make_item(PixelMeasuresSequence=[make_item(PixelSpacing=[2, 1])])
    (picture,) = read_pictures_from_bytes(make_dicom(SharedFunctionalGroupsSequence=[measures]))
    assert picture.pixels.shape == (8, 6, 3)


def palette(entries, bits, data="{}PaletteColorLookupTableData"):
    colours = dict(zip(("Red", "Green", "Blue"), entries, strict=True))
    return {
        "PhotometricInterpretation": "PALETTE COLOR",
        **{f"{c}PaletteColorLookupTableDescriptor": [len(e), 0, bits] for c, e in colours.items()},
        **{data.format(c): np.array(e, "<u2").tobytes() for c, e in colours.items()},
    }


def test_palette_colours_are_looked_up():
    elements = palette([[0, 65535], [65535, 0], [257, 514]], 16)
    (picture,) = read_pictures_from_bytes(make_dicom(row(0, 1, dtype=np.uint8), **elements))
    assert picture.pixels.tolist() == [[[0, 255, 1], [255, 0, 2]]]


def test_a_palette_of_8_bit_entries_that_declares_16_is_not_black():
    elements = palette([[0, 255], [255, 0], [1, 2]], 16)
    (picture,) = read_pictures_from_bytes(make_dicom(row(0, 1, dtype=np.uint8), **elements))
    assert picture.pixels.tolist() == [[[0, 255, 1], [255, 0, 2]]]


def test_a_segmented_palette_is_expanded():
    # PS3.3 C.7.9.2: discrete (0), linear (1) and indirect (2) segments
    segments = [0, 2, 0, 257, 1, 2, 771, 2, 1, 0, 0]  # 0, 257; 514, 771; the first segment again
    elements = palette([segments] * 3, 16, "Segmented{}PaletteColorLookupTableData")
    for colour in ("Red", "Green", "Blue"):
        elements[f"{colour}PaletteColorLookupTableDescriptor"] = [6, 0, 16]
    values = row(*range(6), dtype=np.uint8)
    assert greys(make_dicom(values, **elements)) == [0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize(
    "segments",
    [
        [0, 0, *[2, 65535, 0, 0] * 2000],  # an empty segment, repeated for hours
        [2, 65535, 0, 0] * 2000,  # a reference to itself
        [2, 1, 65535, 65535, 0, 1, 7],  # a reference beyond the end
        [0, 60_000, 1, 2, 3],
    ],
)
def test_a_segmented_palette_without_end_is_corrupt(segments):
    elements = palette([segments] * 3, 16, "Segmented{}PaletteColorLookupTableData")
    with pytest.raises(CannotDecode) as caught:
        read_pictures_from_bytes(make_dicom(row(0, dtype=np.uint8), **elements))
    assert caught.value.code is SkipCode.CORRUPT
    assert "palette is missing or cut" in caught.value.reason


def test_palette_colour_without_a_palette_is_corrupt():
    with pytest.raises(CannotDecode) as caught:
        read_pictures_from_bytes(make_dicom(PhotometricInterpretation="PALETTE COLOR"))
    assert caught.value.code is SkipCode.CORRUPT
    assert "palette" in caught.value.reason


def test_colours_of_more_than_8_bit_keep_their_highest_bits():
    content = make_dicom(np.array([[[0, 2048, 4095]]], np.uint16), BitsStored=12, HighBit=11)
    (picture,) = read_pictures_from_bytes(content)
    assert picture.pixels.tolist() == [[[0, 128, 255]]]


@pytest.mark.parametrize("function", ["LINEAR_EXACT", "LINEAR", None])
@pytest.mark.parametrize("keyword", ["FloatPixelData", "DoubleFloatPixelData"])
def test_float_pixels_are_shown_without_the_steps_of_integers(keyword, function):
    kind = {"FloatPixelData": "<f4", "DoubleFloatPixelData": "<f8"}[keyword]
    values = np.array([[0.0, 0.5, 1.0]], kind)
    content = make_dicom(
        values, **{keyword: values.tobytes(), "BitsStored": None, "HighBit": None},
        PixelData=None, PixelRepresentation=None, WindowCenter=0.5, WindowWidth=1.0,
        VOILUTFunction=function,
    )  # fmt: skip
    assert greys(content) == [0, 128, 255]


def windows(**elements):
    return read_content(make_dicom(**elements), "", Rules()).instance.tags.windows


@pytest.mark.parametrize(
    ("elements", "written"),
    [
        ({}, ""),
        ({"WindowCenter": 40, "WindowWidth": 400}, "40/400"),
        ({"WindowCenter": -600.5, "WindowWidth": 1500}, "-600.5/1500"),
        (
            {
                "WindowCenter": [40, 60],
                "WindowWidth": [400, 150],
                "WindowCenterWidthExplanation": ["ABDOMEN", "BRAIN"],
            },
            "40/400 ABDOMEN; 60/150 BRAIN",
        ),
        (
            {
                "WindowCenter": [40, 60, 80],
                "WindowWidth": [400, 150],
                "WindowCenterWidthExplanation": "ABDOMEN",
            },
            "40/400 ABDOMEN; 60/150",
        ),
        ({"WindowCenter": "x", "WindowWidth": 400}, ""),
    ],
)
def test_all_windows_are_kept_with_their_explanations(elements, written):
    assert windows(**elements) == written


def test_the_windows_of_an_enhanced_file_are_those_of_its_first_frame():
    frames = [frame_groups(RescaleSlope=1), frame_groups(RescaleSlope=1)]
    content = {"PerFrameFunctionalGroupsSequence": frames, "WindowCenter": 1, "WindowWidth": 2}
    assert windows(pixels=np.zeros((2, 2, 2), np.uint16), **content) == "50/100"


@pytest.mark.parametrize(
    ("modality", "relationship", "shown"),
    [("XA", "LOG", [0, 128, 255]), ("XA", "LIN", [255, 128, 0]), ("CR", "LOG", [255, 128, 0])],
)
def test_a_modality_table_that_leads_to_x_ray_intensities_is_not_for_display(
    modality, relationship, shown
):
    entries = [100 - value for value in range(101)]
    content = make_dicom(
        row(0, 50, 100),
        Modality=modality,
        PixelIntensityRelationship=relationship,
        ModalityLUTSequence=lut(0, entries),
        **TO_100,
    )
    assert greys(content) == shown


def test_the_spacing_of_scanned_film_counts():
    (picture,) = read_pictures_from_bytes(make_dicom(NominalScannedPixelSpacing=[2, 1]))
    assert picture.pixels.shape == (8, 6, 3)


@pytest.mark.parametrize(("limit", "shown"), [(None, [0, 51, 128, 255]), (0.2, [0, 0, 128, 255])])
@pytest.mark.parametrize("kind", ["Float", "DoubleFloat"])
def test_padding_of_float_pixels_is_black(kind, limit, shown):
    values = np.array([[-7.7, 0.2, 0.5, 1.0]], {"Float": "<f4", "DoubleFloat": "<f8"}[kind])
    padding = {
        f"{kind}PixelPaddingValue": -7.7,
        f"{kind}PixelPaddingRangeLimit": limit if limit is None else values[0, 1].item(),
    }
    content = make_dicom(
        values, **{f"{kind}PixelData": values.tobytes()}, **padding, PixelData=None,
        BitsStored=None, HighBit=None, PixelRepresentation=None,
    )  # fmt: skip
    view = View(window=Window(0.5, 1, WindowFunction.LINEAR_EXACT))
    assert read_view(content, view, Rules())[0, :, 0].tolist() == shown
    assert greys(content)[0] == 0
