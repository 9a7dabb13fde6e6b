import struct
import warnings
from io import BytesIO
from pathlib import Path

import pydicom.data
import pytest
from pydicom import dcmread
from pydicom.dataelem import RawDataElement

from imaging import elements
from imaging.header import is_dicom, open_header
from imaging.rules import Rules
from imaging.scan import (
    EXPLICIT,
    EXPLICIT_BIG,
    IMPLICIT,
    PIXELS,
    UNDEFINED,
    Encoding,
    items,
    scan,
)

MODALITY, SEQUENCE, PRIVATE, ROWS = 0x00080060, 0x52009229, 0x00091010, 0x00280010
FOLDER = Path(pydicom.data.__file__).parent.joinpath("test_files")
CUT = {"rtplan_truncated.dcm", "MR_truncated.dcm"}  # of which pydicom keeps a part
FILES = [
    path
    for path in sorted(FOLDER.rglob("*"))
    if path.is_file() and path.name not in CUT and is_dicom(path.read_bytes()[:132])
]


def element(tag, value, length=None, vr=None, order="<"):
    """An element, of implicit VR unless one is given: PS3.5 section 7.1."""
    head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    length = len(value) if length is None else length
    if vr is None:
        return head + struct.pack(f"{order}L", length) + value
    if vr in ("SQ", "UN", "OB"):
        return head + vr.encode() + b"\0\0" + struct.pack(f"{order}L", length) + value
    return head + vr.encode() + struct.pack(f"{order}H", length) + value


def item(content, closed=False):
    if closed:
        return element(0xFFFEE000, content)
    return element(0xFFFEE000, content, UNDEFINED) + element(0xFFFEE00D, b"")


def sequence(content, vr=None):
    """A sequence without a length."""
    return element(SEQUENCE, content, UNDEFINED, vr) + element(0xFFFEE0DD, b"")


def values(content, encoding=IMPLICIT, wanted=None):
    found = scan(content, (0, len(content)), encoding, wanted)
    return {tag: bytes(raw.value) for tag, raw in found.elements.items()}, found.is_whole


@pytest.mark.parametrize(
    ("encoding", "vr", "order"),
    [(IMPLICIT, None, "<"), (EXPLICIT, "CS", "<"), (EXPLICIT_BIG, "CS", ">")],
)
def test_the_elements_are_found_in_each_encoding(encoding, vr, order):
    content = element(MODALITY, b"CT", vr=vr, order=order) + element(
        ROWS, b"\x01\x00", vr=vr and "US", order=order
    )
    assert values(content, encoding) == ({MODALITY: b"CT", ROWS: b"\x01\x00"}, True)


def test_only_what_is_wanted_is_kept():
    content = element(MODALITY, b"CT") + element(PRIVATE, b"x" * 99) + element(ROWS, b"\x01\x00")
    assert values(content, wanted={ROWS}) == ({ROWS: b"\x01\x00"}, True)


def test_of_two_elements_with_one_tag_the_later_counts():
    assert values(element(MODALITY, b"CT") + element(MODALITY, b"MR"))[0] == {MODALITY: b"MR"}


@pytest.mark.parametrize("depth", [1, 2, 600, 20_000])
def test_a_sequence_is_stepped_over_however_deep_it_is(depth):
    opening = element(SEQUENCE, b"", UNDEFINED) + element(0xFFFEE000, b"", UNDEFINED)
    closing = element(0xFFFEE00D, b"") + element(0xFFFEE0DD, b"")
    content = opening * depth + closing * depth + element(0x60000010, b"")
    found, is_whole = values(content)
    assert (list(found), is_whole) == ([SEQUENCE, 0x60000010], True)
    assert values(content[:-9])[1] is False


@pytest.mark.parametrize("cut", [1, 5, 9, 17])
def test_bytes_that_end_inside_of_an_element_are_not_whole(cut):
    content = element(MODALITY, b"CT") + sequence(item(element(ROWS, b"\x01\x00")))
    assert values(content)[1]
    assert values(content[:-cut]) == ({MODALITY: b"CT"}, False)


def test_a_length_beyond_the_end_is_not_believed():
    content = element(MODALITY, b"CT") + element(ROWS, b"\x01\x00", length=0xFFFFFFF0)
    assert values(content) == ({MODALITY: b"CT"}, False)


def test_an_unknown_vr_of_undefined_length_holds_items_in_implicit_vr():
    inner = item(element(PRIVATE, b"x" * 0x4353)) + element(0xFFFEE0DD, b"")  # "SC", like a VR
    content = element(SEQUENCE, inner, UNDEFINED, "UN") + element(0x60000010, b"", vr="US")
    found, is_whole = values(content, EXPLICIT)
    assert (list(found), is_whole) == ([SEQUENCE, 0x60000010], True)


def test_an_element_without_vr_among_others_is_read_as_implicit():
    content = element(MODALITY, b"CT", vr="CS") + element(ROWS, b"\x01\x00")
    assert values(content, EXPLICIT) == ({MODALITY: b"CT", ROWS: b"\x01\x00"}, True)


def test_pixels_come_without_their_value_and_nothing_follows_them():
    content = element(0x7FE00010, b"12345678") + b"trailing junk that is no element"
    found = scan(content, (0, len(content)), IMPLICIT)
    pixels = found.elements[0x7FE00010]
    assert (pixels.value, pixels.value_tell, pixels.length) == (b"", 8, 8)
    assert found.is_whole


def test_the_items_of_a_sequence_are_found_with_a_length_and_without():
    content = item(b"", closed=True) + item(element(ROWS, b"ab")) + item(b"x" * 9, closed=True)
    spans = list(items(content + element(0xFFFEE0DD, b"") + b"junk", IMPLICIT))
    assert [content[a:b] for a, b in spans] == [b"", element(ROWS, b"ab"), b"x" * 9]


def test_an_item_that_is_cut_off_is_left_out():
    content = item(b"12345678", closed=True) * 2
    assert list(items(content[:-1], Encoding(implicit=True, little=True))) == [(8, 16)]


def as_pydicom(content):
    """The elements of pydicom's own reader; it works them out in another way."""
    with warnings.catch_warnings(action="ignore"):
        dataset = dcmread(BytesIO(content), force=True)
        return dict([*dataset.file_meta.items(), *dataset.items()])


def value_of(header, found):
    if found.tag not in PIXELS:
        return found.value
    return header.content[found.value_tell : found.value_tell + found.length]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_has_the_values_that_pydicom_finds(path):
    content = path.read_bytes()
    header = open_header(content, None, Rules())
    found = header.dataset.raw
    expected = {t: e for t, e in as_pydicom(content).items() if t <= max(PIXELS)}
    raw = {t: e.value or b"" for t, e in expected.items() if isinstance(e, RawDataElement)}
    assert {t: value_of(header, found[t]) for t in raw if found[t].VR != "SQ"} == {
        t: value for t, value in raw.items() if found[t].VR != "SQ"
    }
    assert set(found) == set(expected)


def test_items_hold_what_pydicom_finds():
    content = FOLDER.joinpath("rtstruct.dcm").read_bytes()
    header = open_header(content, None, Rules())
    dataset = dcmread(BytesIO(content), force=True)
    for keyword in ("ROIContourSequence", "StructureSetROISequence"):
        count = elements.count(header.dataset, keyword)
        assert count == len(dataset[keyword].value) > 0
        for index in range(count):
            item_ = elements.item(header.dataset, keyword, index)
            assert set(item_.raw) == set(dataset[keyword].value[index].keys())
