"""Files made to break a reader: each ends in a reason, or in the picture that is there."""

import struct
import zlib

import numpy as np
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from core.errors import CannotDecode
from core.types import SkipCode
from imaging import dicom
from imaging.decode import read_pictures_from_bytes
from tests.unit.imaging.factories import make_compressed, make_dicom

ONE_LEVEL = np.full((4, 6), 7, np.uint16)
UNDEFINED = 0xFFFFFFFF
RLE_SEGMENTS = struct.pack("<16L", 2, 64, 264, *[0] * 13) + b"\x81\0" * 200


def refused(content):
    with pytest.raises(CannotDecode) as caught:
        read_pictures_from_bytes(content)
    return caught.value


def element(group, number, length, value=b""):
    """An element in implicit VR little endian: PS3.5 section 7.1.3."""
    return struct.pack("<HHL", group, number, length) + value


def before_pixels(inserted, content):
    place = content.rindex(element(0x7FE0, 0x0010, ONE_LEVEL.nbytes))
    return content[:place] + inserted + content[place:]


def nested(depth):
    """Sequences of undefined length inside each other: PS3.5 section 7.5."""
    opening = element(0x5200, 0x9229, UNDEFINED) + element(0xFFFE, 0xE000, UNDEFINED)
    closing = element(0xFFFE, 0xE00D, 0) + element(0xFFFE, 0xE0DD, 0)
    return opening * depth + closing * depth


def nested_by_length(depth):
    content = b""
    for _ in range(depth):
        item = element(0xFFFE, 0xE000, len(content), content)
        content = element(0x5200, 0x9229, len(item), item)
    return content


def deflated(extra):
    """Make a deflated file with `extra` bytes more in its data set."""
    content = make_dicom(syntax=DeflatedExplicitVRLittleEndian)
    start = 144 + int.from_bytes(content[140:144], "little")  # after the meta header
    whole = zlib.decompress(content[start:], -zlib.MAX_WBITS)
    private = struct.pack("<HH2sHL", 0x7FE1, 0x1010, b"OB", 0, len(extra)) + extra
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return content[:start] + compressor.compress(whole + private) + compressor.flush()


@pytest.mark.parametrize(
    "elements",
    [
        {"Rows": 65535, "Columns": 65535},
        {"Rows": 10_000, "Columns": 10_001},
        {"NumberOfFrames": 2_000_000_000},
        {"Rows": 1000, "Columns": 1000, "NumberOfFrames": 100_000},
    ],
)
@pytest.mark.parametrize("compressed", [True, False])
def test_what_a_header_declares_is_refused_before_it_is_allocated(elements, compressed):
    content = (
        make_compressed([RLE_SEGMENTS], RLELossless, ONE_LEVEL, **elements)
        if compressed
        else make_dicom(**elements)
    )
    assert len(content) < 1200
    assert refused(content).code is SkipCode.TOO_LARGE


def test_more_frames_than_there_are_is_corrupt():
    content = make_compressed([RLE_SEGMENTS] * 9, RLELossless, ONE_LEVEL, NumberOfFrames=100_000)
    assert refused(content).code is SkipCode.CORRUPT


def test_a_deflated_data_set_is_inflated_to_a_limit(monkeypatch):
    monkeypatch.setattr(dicom, "MAX_INFLATED_BYTES", 1 << 20)
    assert len(read_pictures_from_bytes(deflated(b"\0" * (1 << 19)))) == 1
    bomb = deflated(b"\0" * (1 << 26))
    assert len(bomb) < 70_000
    assert refused(bomb).code is SkipCode.TOO_LARGE


@pytest.mark.parametrize("depth", [600, 3000])
def test_endless_nesting_ends(depth):
    content = before_pixels(nested(depth), make_dicom(syntax=ImplicitVRLittleEndian))
    assert refused(content).code is SkipCode.CORRUPT


def test_nesting_that_nobody_asks_for_does_not_cost_the_picture():
    content = before_pixels(nested_by_length(5000), make_dicom(syntax=ImplicitVRLittleEndian))
    assert len(content) > 80_000
    assert len(read_pictures_from_bytes(content)) == 1


@pytest.mark.parametrize("tag", [(0x0010, 0x0010), (0x0008, 0x0060), (0x0028, 0x1050)])
def test_a_sequence_in_place_of_a_value_reads_as_absent(tag):
    """Printing it would take for ever, and every text is printed."""
    item = element(0xFFFE, 0xE000, 80_000, nested_by_length(5000)[:80_000])
    sequence = struct.pack("<HH2sHL", *tag, b"SQ", 0, len(item)) + item
    content = make_dicom()
    place = content.rindex(b"US\x02\0\x01\0") - 4  # before Samples per Pixel, in tag order or not
    (picture,) = read_pictures_from_bytes(content[:place] + sequence + content[place:])
    assert (picture.identity.patient_name, picture.tags.modality) == ("", "")


def test_a_lying_length_is_corrupt():
    content = make_dicom(syntax=ImplicitVRLittleEndian)
    honest = element(0x7FE0, 0x0010, ONE_LEVEL.nbytes)
    content = content[: content.rindex(honest)] + element(0x7FE0, 0x0010, 0xFFFFFFF0) + b"\0" * 8
    assert refused(content).code is SkipCode.CORRUPT


def test_a_palette_of_endless_segments_is_cut_off():
    segments = struct.pack("<6H", 0, 1, 9, 1, 65535, 9) + struct.pack("<4H", 2, 65535, 6, 0) * 5000
    content = make_dicom(
        PhotometricInterpretation="PALETTE COLOR",
        **{
            f"{colour}PaletteColorLookupTableDescriptor": [0, 0, 16]
            for colour in ("Red", "Green", "Blue")
        },
        **{
            f"Segmented{colour}PaletteColorLookupTableData": segments
            for colour in ("Red", "Green", "Blue")
        },
    )
    (picture,) = read_pictures_from_bytes(content)
    assert (picture.pixels == 9).all()
