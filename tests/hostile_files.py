"""Every kind of bad file that we know of: what its bytes are, and what has to become of it.

`HOSTILE` is for tests, fuzzing and benchmarks. A case that is new is one row of a table below.
"""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from PIL import Image
from pydicom.uid import (
    MPEG4HP41,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
    SegmentationStorage,
)

from core.types import CatalogueCode, SkipCode
from tests.unit.imaging.factories import (
    make_compressed,
    make_dicom,
    make_item,
    make_png_header,
    make_raster,
)

EMBEDDED: Final = "embedded"
CONTAINER: Final = "container"  # its members are files of their own

ROW: Final = np.array([[0, 50, 100]], np.uint16)
TO_100: Final = {"WindowCenter": 50, "WindowWidth": 100, "VOILUTFunction": "LINEAR_EXACT"}
GREYS: Final = (0, 128, 255)  # of ROW, shown by TO_100 or by its own percentiles
UNDEFINED: Final = 0xFFFFFFFF
DIRECTORY: Final = "1.2.840.10008.1.3.10"


@dataclass(frozen=True, slots=True)
class Case:
    """One bad file."""

    build: Callable[[], bytes]
    outcome: str  # a SkipCode, a CatalogueCode, EMBEDDED or CONTAINER
    row: tuple[int, ...] | None = None  # grey levels of the first row of the first picture

    @property
    def content(self) -> bytes:
        """The bytes, made anew each time."""
        return self.build()


# --- parts


def element(
    tag: int, value: bytes = b"", vr: str | None = None, length: int | None = None
) -> bytes:
    """Write an element in little endian; without a VR it is implicit (PS3.5 section 7.1)."""
    length = len(value) if length is None else length
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    if vr is None:
        return head + struct.pack("<L", length) + value
    if vr in ("SQ", "UN", "OB", "OW", "UT"):
        return head + vr.encode() + struct.pack("<HL", 0, length) + value
    return head + vr.encode() + struct.pack("<H", length) + value


def before_pixels(content: bytes, inserted: bytes) -> bytes:
    """Put elements before the pixel data, so that they replace those of the same tag."""
    place = content.rindex(struct.pack("<HH", 0x7FE0, 0x0010))
    return content[:place] + inserted + content[place:]


def data_set_of(content: bytes) -> int:
    """Find where the data set begins, after the meta information (PS3.10 section 7.1)."""
    return 144 + int.from_bytes(content[140:144], "little")


def nested(depth: int) -> bytes:
    """Put sequences of undefined length inside each other, implicit: PS3.5 section 7.5."""
    opening = element(0x52009229, length=UNDEFINED) + element(0xFFFEE000, length=UNDEFINED)
    closing = element(0xFFFEE00D) + element(0xFFFEE0DD)
    return opening * depth + closing * depth


def nested_by_length(depth: int, tag: int = 0x52009229) -> bytes:
    """Put sequences with a length inside each other, implicit."""
    content = b""
    for _ in range(depth):
        content = element(tag, element(0xFFFEE000, content))
    return content


def zeros(megabytes: int, wrapper: int) -> bytes:
    """Compress that many MiB of zeros to a thousandth; `wrapper` as zlib's wbits."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, wrapper)
    first = compressor.compress(b"\0" * (1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    again = compressor.compress(b"\0" * (1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    return first + again * (megabytes - 1)


def deflated(extra: bytes) -> bytes:
    """Make a deflated file; `extra` is raw deflated data that ends its data set."""
    content = make_dicom(ROW, DeflatedExplicitVRLittleEndian, **TO_100)
    start = data_set_of(content)
    whole = zlib.decompress(content[start:], -zlib.MAX_WBITS)
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return (
        content[:start] + compressor.compress(whole) + compressor.flush(zlib.Z_FULL_FLUSH) + extra
    )


def rle(pixels: bytes = b"\x81\0" * 200) -> bytes:
    """Make an RLE frame of two segments: PS3.5 annex G."""
    return struct.pack("<16L", 2, 64, 64 + len(pixels) // 2, *[0] * 13) + pixels


# --- DICOM


def shown(**elements: Any) -> bytes:
    """Make a file of ROW, shown from 0 to 100."""
    return make_dicom(ROW, **{**TO_100, **elements})


def replaced(*changes: bytes) -> bytes:
    """Make a file of ROW with elements, in explicit VR, that replace its own."""
    return before_pixels(shown(), b"".join(changes))


def text(tag: int, vr: str, value: bytes) -> bytes:
    """Make a file of ROW with one text."""
    return replaced(element(tag, value, vr))


def encapsulated(frames: list[bytes], syntax: str = RLELossless, **elements: Any) -> bytes:
    """Make a compressed file of 4 x 6 pixels."""
    return make_compressed(frames, syntax, np.zeros((4, 6), np.uint16), **elements)


def floats(values: list[float]) -> bytes:
    """Make a file of Float Pixel Data: PS3.3 C.7.6.24."""
    return shown(
        Columns=len(values),
        BitsAllocated=32,
        BitsStored=None,
        HighBit=None,
        PixelData=None,
        FloatPixelData=np.array(values, "<f4").tobytes(),
    )


def enhanced(**elements: Any) -> bytes:
    """Make an enhanced CT of two frames."""
    frames = np.tile(ROW, (2, 2, 2))  # a last axis of three would be colours
    return make_dicom(frames, **{**TO_100, "SOPClassUID": EnhancedCTImageStorage, **elements})


def in_place_of_a_value(tag: int) -> bytes:
    """Make a file with a deep sequence where a text or number belongs."""
    return replaced(element(tag, element(0xFFFEE000, nested_by_length(2000)), "SQ"))


def segmented_palette() -> bytes:
    """Make a palette whose segments refer to themselves, again and again."""
    segments = struct.pack("<6H", 0, 1, 9, 1, 65535, 9) + struct.pack("<4H", 2, 65535, 6, 0) * 5000
    colours = ("Red", "Green", "Blue")
    return make_dicom(
        ROW,
        PhotometricInterpretation="PALETTE COLOR",
        **{f"{colour}PaletteColorLookupTableDescriptor": [0, 0, 16] for colour in colours},
        **{f"Segmented{colour}PaletteColorLookupTableData": segments for colour in colours},
    )


def acr_nema() -> bytes:
    """Make a file as they were before DICOM: no preamble, no SOP class, implicit VR."""
    content = make_dicom(
        ROW, ImplicitVRLittleEndian, **TO_100, SOPClassUID=None, RecognitionCode="ACR-NEMA 2.0"
    )
    return content[data_set_of(content) :]


def offset_table(*offsets: int) -> bytes:
    """Make a file of three RLE frames whose Basic Offset Table says this: PS3.5 section A.4."""
    frames = [
        struct.pack("<16L", 1, 64, *[0] * 14) + bytes([257 - 24, level]) for level in (10, 20, 30)
    ]
    content = make_compressed(frames, RLELossless, np.zeros((4, 6), np.uint8))
    table = content.rindex(struct.pack("<HH", 0x7FE0, 0x0010)) + 12
    said = element(0xFFFEE000, struct.pack(f"<{len(offsets)}L", *offsets))
    return content[:table] + said + content[table + 8 + 12 :]


def directory(reference: list[str]) -> bytes:
    """Make a DICOMDIR that refers to one file: PS3.3 annex F."""
    record = make_item(DirectoryRecordType="IMAGE", ReferencedFileID=reference)
    return make_dicom(
        SOPClassUID=DIRECTORY,
        PixelData=None,
        FileSetID="BAD",
        DirectoryRecordSequence=[record],
    )


def endless_records() -> bytes:
    """Make a DICOMDIR whose records name each other as the next, in a circle."""
    record = make_item(
        OffsetOfTheNextDirectoryRecord=400,
        OffsetOfReferencedLowerLevelDirectoryEntity=400,
        DirectoryRecordType="PATIENT",
    )
    return make_dicom(
        SOPClassUID=DIRECTORY,
        PixelData=None,
        OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity=400,
        DirectoryRecordSequence=[record, record],
    )


NOT_DICOM: Final = {
    "empty": Case(bytes, SkipCode.EMPTY),
    "one byte": Case(lambda: b"\x08", SkipCode.NOT_AN_IMAGE),
    "text": Case(lambda: b"a letter\n" * 40, SkipCode.NOT_AN_IMAGE),
    "text that starts like DICOM": Case(
        lambda: b"\x08\x00" + b"letters" * 30, SkipCode.NOT_AN_IMAGE
    ),
    "zeros": Case(lambda: bytes(4096), SkipCode.NOT_AN_IMAGE),
    "preamble only": Case(lambda: bytes(128) + b"DICM", SkipCode.CORRUPT),
    "no preamble": Case(lambda: shown()[132:], EMBEDDED, GREYS),
    "no preamble and no meta information": Case(
        lambda: shown()[data_set_of(shown()) :], EMBEDDED, GREYS
    ),
    "a file from before DICOM": Case(acr_nema, EMBEDDED, GREYS),
    "gzipped": Case(lambda: gzip.compress(shown(), mtime=0), SkipCode.NOT_AN_IMAGE),
    "a DICOM preamble like a TIFF": Case(lambda: b"II*\0" + shown()[4:], EMBEDDED, GREYS),
    "a DICOMDIR": Case(partial(directory, ["IMAGES", "A"]), CONTAINER),
    "a DICOMDIR that leads outside": Case(partial(directory, ["..", "..", "ETC"]), CONTAINER),
    "a DICOMDIR that leads to a root": Case(partial(directory, ["", "ETC", "PASSWD"]), CONTAINER),
    "a DICOMDIR of circles": Case(endless_records, CONTAINER),
    "a DICOMDIR that is cut": Case(lambda: directory(["IMAGES", "A"])[:-8], CONTAINER),
}

CUT: Final = {
    "a header of two elements": Case(
        lambda: shown()[: data_set_of(shown()) + 20], SkipCode.CORRUPT
    ),
    "a header cut in the meta information": Case(lambda: shown()[:160], SkipCode.CORRUPT),
    "a header cut in an element": Case(
        lambda: shown()[: data_set_of(shown()) + 45], SkipCode.CORRUPT
    ),
    "a header cut before its pixels": Case(
        lambda: shown()[: shown().rindex(b"\xe0\x7f\x10\0")], CatalogueCode.NO_PIXELS
    ),
    "pixels cut": Case(lambda: shown()[:-2], SkipCode.CORRUPT),
    "more rows than pixels": Case(partial(shown, Rows=2), SkipCode.CORRUPT),
    "no byte of pixels": Case(partial(shown, PixelData=b""), SkipCode.CORRUPT),
    "a lying length": Case(
        lambda: (
            shown()[: shown().rindex(b"\xe0\x7f\x10\0")]
            + element(0x7FE00010, bytes(8), "OW", 0xFFFFFFF0)
        ),
        SkipCode.CORRUPT,
    ),
    "a lying length before the pixels": Case(
        lambda: before_pixels(shown(), element(0x00204000, b"x", "UT", 0xFFFFFFF0)),
        SkipCode.CORRUPT,
    ),
    "compressed pixels without their end": Case(
        lambda: encapsulated([rle()])[:-12], SkipCode.CORRUPT
    ),
    "no compressed frame": Case(partial(encapsulated, [bytes(2)]), SkipCode.CORRUPT),
    "compressed pixels of junk": Case(
        partial(encapsulated, [b"junk" * 20], JPEG2000Lossless), SkipCode.CORRUPT
    ),
    "RLE segments beyond the frame": Case(
        lambda: encapsulated([struct.pack("<16L", 2, 64, 0xFFFFFFF0, *[0] * 13) + bytes(9)]),
        SkipCode.CORRUPT,
    ),
    "fewer compressed frames than declared": Case(
        partial(encapsulated, [rle()] * 9, NumberOfFrames=40), SkipCode.CORRUPT
    ),
    "an offset table that is right": Case(partial(offset_table, 0, 74, 148), EMBEDDED, (10,) * 6),
    "an empty offset table": Case(offset_table, EMBEDDED, (10,) * 6),
    "an offset table too short": Case(partial(offset_table, 0), SkipCode.CORRUPT),
    "an offset table of zeros": Case(partial(offset_table, 0, 0, 0), SkipCode.CORRUPT),
    "an offset table that leads out": Case(
        partial(offset_table, 0, 0xFFFFFFF0, 5), SkipCode.CORRUPT
    ),
    "a truncated JPEG": Case(
        lambda: make_compressed(
            [make_raster(Image.new("L", (64, 64), 9), "JPEG")[:-40]],
            JPEGBaseline8Bit,
            np.zeros((64, 64), np.uint8),
        ),
        SkipCode.CORRUPT,
    ),
    "a JPEG of another size": Case(
        lambda: make_compressed(
            [make_raster(Image.new("L", (8, 8), 9), "JPEG")],
            JPEGBaseline8Bit,
            np.zeros((64, 64), np.uint8),
        ),
        SkipCode.CORRUPT,
    ),
    "frames of 1A": Case(partial(shown, NumberOfFrames="1A"), EMBEDDED, GREYS),
    "no transfer syntax": Case(
        lambda: shown().replace(
            element(0x00020010, b"1.2.840.10008.1.2.1\0", "UI"),
            element(0x00020013, b"1.2.840.10008.1.2.1\0", "UI"),
        ),
        EMBEDDED,
        GREYS,
    ),
    "a transfer syntax that is none": Case(
        lambda: encapsulated([rle()]).replace(RLELossless.encode(), b"1.2.840.10008.9.9.9"),
        CatalogueCode.UNSUPPORTED_SYNTAX,
    ),
    "a transfer syntax that is text": Case(
        lambda: shown().replace(b"1.2.840.10008.1.2.1\0", b"<b>SECRET^PATIENT</b"),
        CatalogueCode.UNSUPPORTED_SYNTAX,
    ),
    "no pixel representation": Case(partial(shown, PixelRepresentation=None), EMBEDDED, GREYS),
    "a deflated data set cut": Case(
        lambda: deflated(b"")[: data_set_of(deflated(b"")) + 40], SkipCode.CORRUPT
    ),
    "a deflated data set of junk": Case(
        lambda: deflated(b"")[: data_set_of(deflated(b""))] + b"\xff" * 60, SkipCode.CORRUPT
    ),
}

BOMBS: Final = {
    "65535 x 65535 pixels in RLE": Case(
        partial(encapsulated, [rle()], Rows=65535, Columns=65535), SkipCode.TOO_LARGE
    ),
    "65535 x 65535 native pixels": Case(
        partial(shown, Rows=65535, Columns=65535), SkipCode.TOO_LARGE
    ),
    "100,000 frames of a megapixel": Case(
        partial(shown, Rows=1000, Columns=1000, NumberOfFrames=100_000), SkipCode.TOO_LARGE
    ),
    "2,000,000,000 frames in RLE": Case(
        partial(encapsulated, [rle()], NumberOfFrames=2_000_000_000), SkipCode.TOO_LARGE
    ),
    "1,000,000,000 frames of one pixel": Case(
        partial(shown, Rows=1, Columns=1, NumberOfFrames=1_000_000_000), SkipCode.CORRUPT
    ),
    "a deflated data set of a gigabyte": Case(
        lambda: deflated(zeros(1024, -zlib.MAX_WBITS)), SkipCode.TOO_LARGE
    ),
    **{
        f"{depth} nested sequences": Case(
            lambda depth=depth: before_pixels(
                make_dicom(ROW, ImplicitVRLittleEndian, **TO_100), nested(depth)
            ),
            EMBEDDED,
            GREYS,
        )
        for depth in (600, 3000, 30_000)
    },
    "88 KB of nested implicit sequences": Case(
        lambda: before_pixels(
            make_dicom(ROW, ImplicitVRLittleEndian, **TO_100), nested_by_length(5500)
        ),
        EMBEDDED,
        GREYS,
    ),
    "nested sequences that are wanted": Case(
        lambda: before_pixels(
            make_dicom(ROW, ImplicitVRLittleEndian, **TO_100),
            nested_by_length(5500, 0x52009230),
        ),
        EMBEDDED,
        GREYS,
    ),
    **{
        f"a sequence in place of ({tag >> 16:04X},{tag & 0xFFFF:04X})": Case(
            partial(in_place_of_a_value, tag), EMBEDDED, GREYS
        )
        for tag in (0x00100010, 0x00080060, 0x0008103E, 0x00281054)
    },
    "a palette of endless segments": Case(segmented_palette, EMBEDDED, (9, 9, 9)),
    "300,000 empty items": Case(
        lambda: replaced(element(0x52009230, element(0xFFFEE000) * 300_000, "SQ")),
        EMBEDDED,
        GREYS,
    ),
    "a number of a million digits": Case(
        lambda: text(0x00281050, "UT", b"9" * 1_000_000), EMBEDDED, GREYS
    ),
}

SEMANTICS: Final = {
    "0 rows": Case(partial(shown, Rows=0), SkipCode.CORRUPT),
    "no rows": Case(partial(shown, Rows=None), SkipCode.CORRUPT),
    "12 bits allocated": Case(partial(shown, BitsAllocated=12), SkipCode.UNSUPPORTED),
    "no bits allocated": Case(partial(shown, BitsAllocated=None), SkipCode.UNSUPPORTED),
    "4 samples a pixel": Case(partial(shown, SamplesPerPixel=4), SkipCode.UNSUPPORTED),
    "0 bits stored": Case(partial(shown, BitsStored=0), EMBEDDED, GREYS),
    "99 bits stored": Case(partial(shown, BitsStored=99), EMBEDDED, GREYS),
    "RGB of one sample": Case(partial(shown, PhotometricInterpretation="RGB"), EMBEDDED, GREYS),
    "a photometric interpretation that is none": Case(
        partial(shown, PhotometricInterpretation="<b>"), EMBEDDED, GREYS
    ),
    **{
        f"a window of width {width!r}": Case(partial(shown, WindowWidth=width), EMBEDDED, GREYS)
        for width in (0, -1, "", "NaN", "inf", "1_0", "a")
    },
    **{
        f"a slope of {slope!r}": Case(partial(shown, RescaleSlope=slope), EMBEDDED, GREYS)
        for slope in (0, "", "NaN", "1e999")
    },
    "all padding": Case(
        lambda: make_dicom(np.full((1, 3), 7, np.uint16), PixelPaddingValue=7), EMBEDDED, (0, 0, 0)
    ),
    "a constant image": Case(
        lambda: make_dicom(np.full((1, 3), 7, np.uint16)), EMBEDDED, (128, 128, 128)
    ),
    "not a number among the pixels": Case(
        partial(floats, [float("nan"), 50, 100]), EMBEDDED, GREYS
    ),
    "only pixels that are no numbers": Case(
        partial(floats, [float("nan"), float("inf"), -float("inf")]), EMBEDDED, (0, 0, 0)
    ),
    **{
        f"frames of {frames!r}": Case(partial(shown, NumberOfFrames=frames), EMBEDDED, GREYS)
        for frames in ("0", "", "-3")
    },
    "an empty VOI LUT item": Case(partial(shown, VOILUTSequence=[make_item()]), EMBEDDED, GREYS),
    "a VOI LUT without its entries": Case(
        partial(shown, VOILUTSequence=[make_item(LUTDescriptor=[3, 0, 16])]), EMBEDDED, GREYS
    ),
    "an enhanced file without groups": Case(enhanced, EMBEDDED, GREYS * 2),
    "an enhanced file with groups for one frame of two": Case(
        partial(enhanced, PerFrameFunctionalGroupsSequence=[make_item()]), EMBEDDED, GREYS * 2
    ),
    "a segmentation": Case(partial(shown, SOPClassUID=SegmentationStorage), "not-a-picture"),
    "a private class with pixels": Case(partial(shown, SOPClassUID="1.2.3.4.5"), EMBEDDED, GREYS),
    "video": Case(partial(encapsulated, [bytes(64)], MPEG4HP41), CatalogueCode.UNSUPPORTED_SYNTAX),
}

NAMES: Final = (0x00100010, "PN")
IDENTITY: Final = {
    "no UIDs": Case(
        partial(shown, SOPInstanceUID=None, StudyInstanceUID=None, SeriesInstanceUID=None),
        EMBEDDED,
        GREYS,
    ),
    **{
        f"a UID like {uid[:16]!r}": Case(
            partial(shown, SOPInstanceUID=uid, StudyInstanceUID=uid), EMBEDDED, GREYS
        )
        for uid in ("../../etc/passwd", "/etc/passwd", "1." * 40, "1.2\0.3", "<script>", "1.2.x")
    },
    "a bogus character set": Case(
        partial(shown, SpecificCharacterSet="KLINGON", StudyDescription="plain"), EMBEDDED, GREYS
    ),
    "markup in a name": Case(
        partial(text, *NAMES, b"<script>alert(1)</script>^<b>"), EMBEDDED, GREYS
    ),
    "a formula in a name": Case(partial(text, *NAMES, b"=HYPERLINK(1)^+1-2@3"), EMBEDDED, GREYS),
    "control characters in a name": Case(
        partial(text, *NAMES, b"A\0B\r\nC\x1b[31mD\x07\x9b"), EMBEDDED, GREYS
    ),
    "a name that turns the direction of writing": Case(
        partial(text, *NAMES, "A\u202ed.exe\u2066".encode()), EMBEDDED, GREYS
    ),
    "a name of bytes that are no text": Case(
        partial(text, *NAMES, b"\xff\xfe\x81"), EMBEDDED, GREYS
    ),
    "broken escapes in a name": Case(
        partial(text, *NAMES, b"\x1b$B\x1b\x1b(Z\x1b$)"), EMBEDDED, GREYS
    ),
    **{
        f"a date like {day!r}": Case(partial(shown, StudyDate=day), EMBEDDED, GREYS)
        for day in ("2004", "20040230", "20040101-20040201", "99999999", "yesterday")
    },
    "a description of a megabyte": Case(
        partial(text, 0x00081030, "UT", b"\xe9" * 1_000_000), EMBEDDED, GREYS
    ),
    "numbers beyond all bounds": Case(
        partial(shown, InstanceNumber="9" * 400, SeriesNumber="-1e300"), EMBEDDED, GREYS
    ),
}


# --- pictures, volumes, archives


def nifti(
    dims: tuple[int, ...] = (3, 4, 4, 4, 1, 1, 1, 1), offset: float = 352, **cut: int
) -> bytes:
    """Make a NIfTI-1 file of 4 x 4 x 4 bytes: nifti1.h."""
    header = bytearray(348)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, *dims)
    struct.pack_into("<hh", header, 70, 2, 8)  # unsigned bytes
    struct.pack_into("<8f", header, 76, 1, 1, 1, 1, 1, 1, 1, 1)
    struct.pack_into("<3f", header, 108, offset, 1, 0)
    header[344:348] = b"n+1\0"
    return bytes(header) + bytes(4) + bytes(range(cut.get("voxels", 64)))


def circular_tiff() -> bytes:
    """Make a TIFF whose only page names itself as the next one."""
    content = bytearray(make_raster(Image.new("L", (4, 4), 9), "TIFF"))
    first = int.from_bytes(content[4:8], "little")
    entries = int.from_bytes(content[first : first + 2], "little")
    struct.pack_into("<L", content, first + 2 + 12 * entries, first)
    return bytes(content)


def text_bomb() -> bytes:
    """Make a PNG with a compressed text of a gigabyte."""
    content = make_raster(Image.new("L", (4, 4), 9))
    body = b"zTXtbomb\0\0" + zeros(1024, zlib.MAX_WBITS)
    chunk = struct.pack(">L", len(body) - 4) + body + struct.pack(">L", zlib.crc32(body))
    return content[:33] + chunk + content[33:]


def gzip_bomb(start: bytes) -> bytes:
    """Compress a header and a gigabyte of zeros after it."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    head = compressor.compress(start) + compressor.flush(zlib.Z_FULL_FLUSH)
    return head + zeros(1024, -zlib.MAX_WBITS)


PICTURES: Final = {
    "a PNG of 179 megapixels": Case(partial(make_png_header, 13_400, 13_400), SkipCode.TOO_LARGE),
    "a PNG that ends early": Case(partial(make_png_header, 400, 400), SkipCode.CORRUPT),
    "a PNG of which half is there": Case(
        lambda: make_raster(Image.effect_noise((64, 64), 50))[:2000], SkipCode.CORRUPT
    ),
    "a JPEG of which half is there": Case(
        lambda: make_raster(Image.effect_noise((64, 64), 50), "JPEG")[:1500], SkipCode.CORRUPT
    ),
    "a TIFF of which half is there": Case(
        lambda: make_raster(Image.effect_noise((64, 64), 50), "TIFF")[:2000], SkipCode.CORRUPT
    ),
    "a TIFF in a circle": Case(circular_tiff, EMBEDDED, (9, 9, 9, 9)),
    "a text of a gigabyte in a PNG": Case(text_bomb, SkipCode.CORRUPT),
    "a signature and nothing else": Case(lambda: b"\x89PNG\r\n\x1a\n", SkipCode.CORRUPT),
    "a GIF": Case(lambda: make_raster(Image.new("L", (4, 4)), "GIF"), SkipCode.NOT_AN_IMAGE),
    "a PDF": Case(lambda: b"%PDF-1.7\n" + bytes(99), SkipCode.NOT_AN_IMAGE),
}

VOLUMES: Final = {
    "a NIfTI of which half is there": Case(partial(nifti, voxels=20), SkipCode.CORRUPT),
    "a NIfTI of negative size": Case(partial(nifti, (3, 4, -4, 4, 1, 1, 1, 1)), SkipCode.CORRUPT),
    "a NIfTI of no size": Case(partial(nifti, (3, 0, 4, 4, 1, 1, 1, 1)), SkipCode.CORRUPT),
    "a NIfTI of 35 trillion voxels": Case(
        partial(nifti, (3, 32767, 32767, 32767, 1, 1, 1, 1)), SkipCode.TOO_LARGE
    ),
    "a NIfTI inflated without end": Case(
        lambda: gzip_bomb(nifti((3, 512, 512, 4096, 1, 1, 1, 1))), SkipCode.TOO_LARGE
    ),
}


def zipped(members: Mapping[str, bytes], **options: Any) -> bytes:
    """Pack files into a zip archive."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, **options), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def linked() -> bytes:
    """Make a zip archive with a symbolic link."""
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return file.getvalue()


def lying_size() -> bytes:
    """Make a zip archive whose directory declares four bytes of a member that has more."""
    content = bytearray(zipped({"a": bytes(1 << 20)}))
    struct.pack_into("<L", content, content.rindex(b"PK\x01\x02") + 24, 4)
    return bytes(content)


def encrypted() -> bytes:
    """Make a zip archive whose member says that it is encrypted."""
    content = bytearray(zipped({"a": shown()}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    return bytes(content)


ARCHIVES: Final = {
    "an empty zip": Case(partial(zipped, {}), CONTAINER),
    "a zip of a file": Case(lambda: zipped({"ct/1.dcm": shown()}), CONTAINER),
    "a zip in a zip": Case(lambda: zipped({"a.zip": zipped({"b": shown()})}), CONTAINER),
    "a zip that leads outside": Case(
        lambda: zipped(dict.fromkeys(("../../x.dcm", "/etc/x.dcm", "C:\\x.dcm"), shown())),
        CONTAINER,
    ),
    "a zip of odd names": Case(
        lambda: zipped(dict.fromkeys(("a\nb", "\x1b[31m", "<b>", "x" * 3000, ""), shown())),
        CONTAINER,
    ),
    "a zip with a link": Case(linked, CONTAINER),
    "a zip of 128 megabytes of zeros": Case(lambda: zipped({"a": bytes(1 << 27)}), CONTAINER),
    "a zip that lies about a size": Case(lying_size, CONTAINER),
    "a zip with a secret": Case(encrypted, CONTAINER),
    "a zip of which half is there": Case(lambda: zipped({"a": shown()})[:200], SkipCode.CORRUPT),
}

HOSTILE: Final[Mapping[str, Case]] = MappingProxyType(
    dict(
        chain.from_iterable(
            table.items()
            for table in (
                NOT_DICOM,
                CUT,
                BOMBS,
                SEMANTICS,
                IDENTITY,
                PICTURES,
                VOLUMES,
                ARCHIVES,
            )
        )
    )
)
