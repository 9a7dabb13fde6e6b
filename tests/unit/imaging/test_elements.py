import struct

import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from imaging import elements
from imaging.charsets import TextDecoder
from imaging.elements import RawDataset
from imaging.header import open_header
from imaging.rules import Rules
from imaging.scan import EXPLICIT, IMPLICIT, scan
from tests.hostile_files import element
from tests.unit.imaging.factories import make_dicom, make_item

NATIVE = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
WINDOW, ROWS, PADDING, SPACING = 0x00281050, 0x00280010, 0x00280120, 0x00280030


def dataset_of(content, encoding=EXPLICIT):
    found = scan(content, (0, len(content)), encoding)
    return RawDataset(found.elements, encoding, TextDecoder())


def opened(syntax, **said):
    return open_header(make_dicom(syntax=syntax, **said), None, Rules()).dataset


@pytest.mark.parametrize("syntax", NATIVE)
def test_each_kind_of_value_is_read_in_each_encoding(syntax):
    dataset = opened(
        syntax,
        PixelSpacing=[0.5, 0.25],
        InstanceNumber=-7,
        Rows=4,
        SelectorFLValue=[1.5, -2.5],
        SelectorFDValue=1e300,
        SelectorSLValue=-70_000,
        SelectorULValue=70_000,
        ImageType=["ORIGINAL", "PRIMARY"],
    )
    assert elements.numbers(dataset, "PixelSpacing") == (0.5, 0.25)
    assert elements.integer(dataset, "InstanceNumber") == -7
    assert elements.integer(dataset, "Rows") == 4
    assert elements.numbers(dataset, "SelectorFLValue") == (1.5, -2.5)
    assert elements.number(dataset, "SelectorFDValue") == 1e300
    assert elements.integer(dataset, "SelectorSLValue") == -70_000
    assert elements.integer(dataset, "SelectorULValue") == 70_000
    assert elements.text(dataset, "ImageType") == "ORIGINAL\\PRIMARY"
    assert elements.text(dataset, "Rows") == "4"


@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize(("kind", "value"), [("u2", 40_000), ("i2", -2000)])
def test_a_word_has_a_sign_where_the_pixels_have(syntax, kind, value):
    pixels = np.full((4, 6), value, kind)
    assert elements.integer(opened(syntax, pixels=pixels, PixelPaddingValue=value), "Rows") == 4
    dataset = opened(syntax, pixels=pixels, PixelPaddingValue=value)
    assert elements.integer(dataset, "PixelPaddingValue") == value


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"1.5\\2", (1.5, 2.0)),
        (b" +1.5e2 \\-.5", (150.0, -0.5)),
        (b"40\0", (40.0,)),
        (b"1\\", ()),
        (b"", ()),
        (b"1\\x", ()),
        (b"nan", ()),
        (b"inf", ()),
        (b"1e999", ()),
        (b"1_0", ()),
        ("٤٠".encode(), ()),
        (b"0x10", ()),
        (b"1,5", ()),
        (b"9" * 65, ()),
    ],
)
def test_a_list_of_numbers_is_read_whole_or_not_at_all(raw, expected):
    assert elements.numbers(dataset_of(element(WINDOW, raw, "DS")), "WindowCenter") == expected


def test_a_list_of_numbers_has_an_end():
    content = element(WINDOW, b"1\\" * 70_000 + b"1", "UT")
    assert len(elements.numbers(dataset_of(content), "WindowCenter")) == elements.MOST_NUMBERS


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(b"3.9", 3), (b"-3.9", -3), (b"4294967295", (1 << 32) - 1), (b"4294967296", None)],
)
def test_an_integer_is_cut_towards_zero_and_has_32_bits(raw, expected):
    assert (
        elements.integer(dataset_of(element(0x00200013, raw, "IS")), "InstanceNumber") == expected
    )


def test_a_vr_that_the_writer_did_not_know_is_looked_up():
    content = element(SPACING, b"1\\2 ", "UN") + element(ROWS, struct.pack("<H", 9), "UN")
    dataset = dataset_of(content)
    assert elements.numbers(dataset, "PixelSpacing") == (1.0, 2.0)
    assert elements.integer(dataset, "Rows") == 9


@pytest.mark.parametrize("encoding", [IMPLICIT, EXPLICIT])
def test_an_unknown_sequence_holds_items_in_implicit_vr(encoding):
    items = element(0xFFFEE000, element(0x00080104, b"Head"))
    vr = None if encoding is IMPLICIT else "UN"
    dataset = dataset_of(element(0x00082218, items, vr), encoding)
    assert elements.text(elements.item(dataset, "AnatomicRegionSequence"), "CodeMeaning") == "Head"


@pytest.mark.parametrize("reader", [elements.text, elements.numbers, elements.binary])
def test_a_sequence_in_place_of_a_value_reads_as_absent(reader):
    content = element(WINDOW, element(0xFFFEE000, element(ROWS, b"ab", "US")), "SQ")
    assert not reader(dataset_of(content), "WindowCenter")


def test_a_value_in_place_of_a_sequence_has_no_items():
    dataset = dataset_of(element(0x00082218, b"Head", "LO"))
    assert elements.count(dataset, "AnatomicRegionSequence") == 0
    assert elements.item(dataset, "AnatomicRegionSequence") is None


def test_items_are_read_in_any_order_and_end():
    dataset = opened(
        ExplicitVRLittleEndian, ViewCodeSequence=[make_item(CodeMeaning=c) for c in "abc"]
    )
    assert elements.count(dataset, "ViewCodeSequence") == 3
    order = (2, 0, 0, 1)
    found = [elements.item(dataset, "ViewCodeSequence", index) for index in order]
    assert [elements.text(item, "CodeMeaning") for item in found] == ["c", "a", "a", "b"]
    assert elements.item(dataset, "ViewCodeSequence", 3) is None
    assert elements.item(dataset, "ViewCodeSequence", -1) is None


def test_bytes_are_read_as_they_are_and_words_are_numbers():
    content = element(0x00283006, b"\1\0\2\0", "OW") + element(PADDING, b"\1\0", "US")
    dataset = dataset_of(content)
    assert elements.binary(dataset, "LUTData") == b"\1\0\2\0"
    assert elements.binary(dataset, "PixelPaddingValue") == b""
    assert elements.binary(dataset, "RedPaletteColorLookupTableData") == b""


def test_a_keyword_that_is_none_reads_as_absent_and_is_not_wanted():
    assert elements.text(dataset_of(b""), "SegmentedLUTData") == ""
    with pytest.raises(KeyError):
        elements.tag_of("SegmentedLUTData")


def test_what_pydicom_converted_reads_alike():
    item = make_item(PixelSpacing=[1, 2], CodeMeaning="Head", PixelPaddingValue=3)
    assert elements.numbers(item, "PixelSpacing") == (1.0, 2.0)
    assert elements.text(item, "CodeMeaning") == "Head"
    assert elements.integer(item, "PixelPaddingValue") == 3
    assert elements.numbers(item, "ImagerPixelSpacing") == ()
