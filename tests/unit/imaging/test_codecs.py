"""Compressed frames, against what an independent encoder put in or another decoder takes out."""

import struct
import subprocess
import sys
import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import (
    MPEG4HP41,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from benchmarks.phantoms import copies, ct_slice
from core.errors import CannotDecode
from core.types import CatalogueCode, SkipCode
from imaging import codecs
from imaging import dcmtk as dcmtk_program
from imaging.codestream import (
    declared_precision,
    declared_size,
    has_colour_transform,
    is_adobe_ycc,
)
from imaging.decode import read_content, read_pictures_from_bytes
from imaging.pixel_layout import PixelLayout
from imaging.rules import Rules
from tests.unit.imaging.factories import make_compressed, make_dicom, make_raster

PROGRESSIVE = "1.2.840.10008.1.2.4.55"
SPECTRAL = "1.2.840.10008.1.2.4.53"
ENCAPSULATED = "1.2.840.10008.1.2.1.98"
BY_DCMTK = (
    JPEGBaseline8Bit, JPEGExtended12Bit, SPECTRAL, PROGRESSIVE, JPEGLossless, JPEGLosslessSV1
)  # fmt: skip
WINDOW = {"WindowCenter": 2048, "WindowWidth": 4096}


LAYOUT = PixelLayout(
    rows=48, columns=64, samples=3, frames=1, photometric="YBR_FULL_422", allocated=8, stored=8,
    high_bit=7, signed=False, planar=0, keyword="PixelData",
)  # fmt: skip


def smooth(rows=48, columns=64):
    y, x = np.mgrid[:rows, :columns]
    return (y * 40 + x * 30).astype(np.uint16)  # 0 .. 3770


def coloured():
    y, x = np.mgrid[:48, :64]
    return np.stack([y * 5, x * 4, 255 - y * 3 - x], axis=2).astype(np.uint8)


def encoded(pixels, syntax):
    return get_encoder(syntax).encode(
        pixels.tobytes(),
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        samples_per_pixel=pixels.shape[2] if pixels.ndim == 3 else 1,
        number_of_frames=1,
        bits_allocated=pixels.dtype.itemsize * 8,
        bits_stored=pixels.dtype.itemsize * 8,
        pixel_representation=0,
        photometric_interpretation="RGB" if pixels.ndim == 3 else "MONOCHROME2",
        planar_configuration=0,
        pixel_keyword="PixelData",
    )


def jpeg(pixels, **options):
    return make_raster(Image.fromarray(pixels), "JPEG", quality=95, subsampling=0, **options)


def read(content):
    (picture,) = read_pictures_from_bytes(content)
    return picture.pixels


def refused(content):
    with pytest.raises(CannotDecode) as caught:
        read_pictures_from_bytes(content)
    return caught.value


def seen_by_pillow(codestream):
    return np.asarray(Image.open(BytesIO(codestream)).convert("RGB"))


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
@pytest.mark.parametrize("decoder", range(2))
def test_lossless_grey_is_what_was_put_in_by_each_decoder(syntax, decoder, monkeypatch):
    monkeypatch.setattr(codecs, "DECODERS", {syntax: codecs.DECODERS[syntax][decoder:]})
    pixels = smooth()
    compressed = make_compressed([encoded(pixels, syntax)], syntax, pixels, **WINDOW)
    assert (read(compressed) == read(make_dicom(pixels, **WINDOW))).all()


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
def test_lossless_colour_is_what_was_put_in(syntax):
    pixels = coloured()
    assert (read(make_compressed([encoded(pixels, syntax)], syntax, pixels)) == pixels).all()


def test_run_lengths_that_look_like_a_jpeg_2000_header_are_none():
    row = [0xFF, 0x4F, 0xFF, 0x51, *range(60)]  # where the size would be stands another
    pixels = np.array([row] * 4, np.uint8)
    codestream = encoded(pixels, RLELossless)
    assert b"\xff\x4f\xff\x51" in codestream
    assert np.array_equal(read(make_compressed([codestream], RLELossless, pixels))[:, :, 0], pixels)


def test_near_lossless_is_within_its_bound():
    pixels = smooth().astype(np.uint8)
    near = get_encoder(JPEGLSNearLossless).encode(
        pixels.tobytes(), rows=48, columns=64, samples_per_pixel=1, number_of_frames=1,
        bits_allocated=8, bits_stored=8, pixel_representation=0, jls_error=2,
        photometric_interpretation="MONOCHROME2", pixel_keyword="PixelData",
    )  # fmt: skip
    shown = read(make_compressed([near], JPEGLSNearLossless, pixels))[:, :, 0]
    assert 0 < np.abs(shown.astype(int) - pixels).max() <= 2


def test_each_frame_is_taken_from_its_own_fragment():
    frames = [smooth(), smooth() // 2, smooth() // 4]
    codestreams = [encoded(frame, RLELossless) for frame in frames]
    content = make_compressed(codestreams, RLELossless, frames[0], **WINDOW)
    for picture, frame in zip(read_pictures_from_bytes(content), frames, strict=True):
        assert (picture.pixels == read(make_dicom(frame, **WINDOW))).all()


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL", "YBR_FULL_422"])
@pytest.mark.parametrize("kind", ["jfif", "adobe", "rgb"])
def test_the_colours_of_a_jpeg_are_what_its_codestream_says(photometric, kind):
    codestream = jpeg(coloured(), keep_rgb=kind == "rgb")
    if kind == "adobe":
        codestream = with_adobe_marker(codestream)
    content = make_compressed(
        [codestream], JPEGBaseline8Bit, coloured(), PhotometricInterpretation=photometric
    )
    assert np.abs(read(content).astype(int) - seen_by_pillow(codestream)).max() <= 1


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
def test_a_jpeg_without_markers_has_the_colours_of_the_header(photometric):
    codestream = without_jfif_marker(jpeg(coloured()))
    content = make_compressed(
        [codestream], JPEGBaseline8Bit, coloured(), PhotometricInterpretation=photometric
    )
    assert np.abs(read(content).astype(int) - seen_by_pillow(codestream)).max() <= 1


def without_jfif_marker(codestream):
    assert codestream[2:4] == b"\xff\xe0"
    return codestream[:2] + codestream[4 + int.from_bytes(codestream[4:6], "big") :]


def with_adobe_marker(codestream):
    marker = struct.pack(">2sH5sHHHB", b"\xff\xee", 14, b"Adobe", 100, 0, 0, 1)
    return codestream[:2] + marker + without_jfif_marker(codestream)[2:]


def test_only_an_adobe_marker_with_ycc_says_so():
    plain = jpeg(coloured())
    assert is_adobe_ycc(with_adobe_marker(plain))
    assert not is_adobe_ycc(plain)
    assert not is_adobe_ycc(with_adobe_marker(plain).replace(b"Adobe", b"Abode"))


@pytest.mark.parametrize("pixels", [coloured()[:, :, 0], coloured()], ids=["grey", "colour"])
def test_progressive_jpeg_is_read(pixels):
    codestream = jpeg(pixels, progressive=True)
    content = make_compressed(
        [codestream], PROGRESSIVE, pixels,
        PhotometricInterpretation="YBR_FULL" if pixels.ndim == 3 else "MONOCHROME2",
    )  # fmt: skip
    assert np.abs(read(content).astype(int) - seen_by_pillow(codestream)).max() <= 2


def test_8_bit_extended_jpeg_is_read():
    codestream = jpeg(coloured()[:, :, 0])
    content = make_compressed([codestream], JPEGExtended12Bit, coloured()[:, :, 0])
    assert (read(content) == seen_by_pillow(codestream)).all()


@pytest.mark.parametrize(
    "codestream",
    [
        jpeg(coloured()),
        jpeg(coloured()[:, :, 0], progressive=True),
        encoded(smooth(), JPEGLSLossless),
        encoded(smooth(), JPEG2000Lossless),
    ],
    ids=["jpeg", "progressive", "jpeg-ls", "jpeg2000"],
)
def test_a_codestream_declares_its_size(codestream):
    assert declared_size(codestream) == (48, 64)


@pytest.mark.parametrize("rest", [b"", b"\xff\xd8", b"\xff\xd8\xff\xff\xff\xff", b"\0" * 50])
def test_a_codestream_may_declare_no_size(rest):
    assert declared_size(rest) is None


def test_a_frame_that_is_larger_than_its_header_says_is_not_decoded(monkeypatch):
    monkeypatch.setattr(codecs, "_decode", None)
    error = refused(make_compressed([jpeg(coloured())], JPEGBaseline8Bit, coloured()[:8]))
    assert error.code is SkipCode.CORRUPT
    assert "rows and columns" in error.reason


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless, PROGRESSIVE])
def test_a_damaged_frame_is_corrupt(syntax):
    error = refused(make_compressed([b"\0" * 100], syntax, smooth()))
    assert error.code is SkipCode.CORRUPT
    assert error.reason.startswith("It is damaged: frame 1 of its ")


def test_a_panic_of_a_decoder_is_a_damaged_frame():
    # segment offsets beyond the frame make pylibjpeg-rle panic: no Exception
    segments = struct.pack("<16L", 2, 64, 4_000_000_000, *[0] * 13) + b"\x81\0" * 10
    error = refused(make_compressed([segments], RLELossless, smooth()))
    assert error.code is SkipCode.CORRUPT


def test_fewer_frames_than_declared_is_corrupt():
    content = make_compressed(
        [encoded(smooth(), RLELossless)], RLELossless, smooth(), NumberOfFrames=3
    )
    assert refused(content).code is SkipCode.CORRUPT


def test_an_unsupported_syntax_is_named():
    error = refused(make_compressed([b"\0" * 10], MPEG4HP41, smooth()))
    assert error.code is SkipCode.UNSUPPORTED
    assert error.reason.startswith(
        "Its transfer syntax, MPEG-4 AVC/H.264 High Profile / Level 4.1, is not read."
    )


def test_a_private_syntax_is_named_by_its_uid():
    content = make_compressed([b"\0" * 10], RLELossless, smooth())
    error = refused(content.replace(b"1.2.840.10008.1.2.5\0", b"1.2.840.113619.5.2\0\0"))
    assert error.code is SkipCode.UNSUPPORTED
    assert "1.2.840.113619.5.2," in error.reason


def test_compressed_single_bits_are_unsupported():
    content = make_compressed([b"\0" * 10], RLELossless, smooth(), BitsAllocated=1, BitsStored=1)
    assert refused(content).code is SkipCode.UNSUPPORTED


@pytest.mark.parametrize(
    ("syntax", "name"),
    [
        (MPEG4HP41, "MPEG-4 AVC/H.264 High Profile / Level 4.1"),
        ("1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile / Level 5.1"),
        ("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Multi-component"),
        ("1.2.840.10008.1.2.4.95", "JPIP Referenced Deflate"),
        ("1.2.840.10008.1.2.7.1", "SMPTE ST 2110-20"),
        ("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression"),
        ("1.2.840.10008.1.2.4.52", "JPEG Extended (Process 3 and 5)"),
        ("1.2.840.113619.5.2", "1.2.840.113619.5.2"),
    ],
)
def test_a_file_of_an_unsupported_syntax_is_kept_with_its_tags(syntax, name):
    content = make_compressed([b"\0" * 10], MPEG4HP41, smooth(), Modality="XA")
    unnamed = syntax.encode().ljust(len(MPEG4HP41), b"\0")  # pydicom writes those it knows
    read = read_content(content.replace(MPEG4HP41.encode(), unnamed), "0" * 64, Rules())
    assert read.kept.code is CatalogueCode.UNSUPPORTED_SYNTAX
    assert name in read.kept.reason
    assert (read.instance.tags.modality, read.instance.tags.rows) == ("XA", 48)


def test_single_bits_without_compression_are_read():
    # bits are packed from the least significant one: PS3.5 section 8.1.1 and annex D
    content = make_dicom(
        np.zeros((2, 4), np.uint8), BitsAllocated=1, BitsStored=1, HighBit=0,
        PixelData=bytes([0b0011_0101, 0]),
    )  # fmt: skip
    assert read(content)[:, :, 0].tolist() == [[255, 0, 255, 0], [255, 255, 0, 0]]


def test_fragments_of_one_frame_are_joined():
    codestream = encoded(smooth(), JPEGLSLossless)
    whole = make_compressed([codestream], JPEGLSLossless, smooth(), **WINDOW)
    split = make_compressed(
        [], JPEGLSLossless, smooth(), NumberOfFrames=1, **WINDOW,
        PixelData=encapsulate([codestream], fragments_per_frame=2),
    )  # fmt: skip
    assert len(split) > len(whole)
    assert (read(split) == read(whole)).all()


def test_a_native_frame_in_a_fragment_is_read():
    frames = [smooth(), smooth()[::-1]]
    content = make_compressed(
        [frame.astype("<u2").tobytes() for frame in frames], ENCAPSULATED, smooth(), **WINDOW
    )
    for picture, frame in zip(read_pictures_from_bytes(content), frames, strict=True):
        assert (picture.pixels == read(make_dicom(frame, **WINDOW))).all()


def test_a_native_frame_that_is_shorter_than_its_header_says_is_corrupt():
    short = make_compressed([smooth()[:40].tobytes()], ENCAPSULATED, smooth())
    assert refused(short).code is SkipCode.CORRUPT


@pytest.mark.parametrize("photometric", ["YBR_RCT", "RGB", "YBR_FULL"])
def test_a_colour_transform_of_jpeg_2000_goes_before_the_header(photometric):
    codestream = get_encoder(JPEG2000Lossless).encode(
        coloured().tobytes(), rows=48, columns=64, samples_per_pixel=3, number_of_frames=1,
        bits_allocated=8, bits_stored=8, pixel_representation=0, planar_configuration=0,
        photometric_interpretation="YBR_RCT", pixel_keyword="PixelData",
    )  # fmt: skip
    assert has_colour_transform(codestream)
    content = make_compressed(
        [codestream], JPEG2000Lossless, coloured(), PhotometricInterpretation=photometric
    )
    assert (read(content) == coloured()).all()


def test_a_jpeg_2000_of_ybr_without_a_transform_is_converted():
    ybr = np.full((48, 64, 3), (76, 85, 255), np.uint8)  # red
    codestream = get_encoder(JPEG2000Lossless).encode(
        ybr.tobytes(), rows=48, columns=64, samples_per_pixel=3, number_of_frames=1,
        bits_allocated=8, bits_stored=8, pixel_representation=0, planar_configuration=0,
        photometric_interpretation="RGB", pixel_keyword="PixelData", use_mct=False,
    )  # fmt: skip
    assert not has_colour_transform(codestream)
    content = make_compressed(
        [codestream], JPEG2000Lossless, ybr, PhotometricInterpretation="YBR_FULL"
    )
    assert np.abs(read(content).astype(int) - (254, 0, 0)).max() <= 1


@pytest.mark.parametrize(
    ("codestream", "bits"),
    [
        (jpeg(coloured()), 8),
        (encoded(smooth(), JPEGLSLossless), 16),
        (encoded(smooth(), JPEG2000Lossless), 16),
        (b"", None),
        (b"\xff\xd8\xff\xda" + b"\0" * 20, None),
        (b"\xff\x4f\xff\x51", None),
    ],
)
def test_a_codestream_declares_its_precision(codestream, bits):
    assert declared_precision(codestream) == bits


@pytest.mark.parametrize("rest", [b"", b"\xff\x4f\xff\x51" + b"\0" * 60, b"\xff\x4f\xff\x51"])
def test_what_is_no_jpeg_2000_has_no_colour_transform(rest):
    assert not has_colour_transform(rest)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_compressed_values_below_another_high_bit_are_moved_down(syntax):
    raised = smooth() << 4
    content = make_compressed(
        [encoded(raised, syntax)], syntax, raised, BitsStored=12, HighBit=15, **WINDOW
    )
    assert (read(content) == read(make_dicom(smooth(), **WINDOW))).all()


def test_a_high_bit_that_the_codestream_does_not_reach_is_a_mistake():
    pixels = smooth().astype(np.uint8)
    content = make_compressed(
        [encoded(pixels, JPEGLSLossless)], JPEGLSLossless, smooth(),
        BitsStored=12, HighBit=15, **WINDOW,
    )  # fmt: skip
    assert (read(content) == read(make_dicom(pixels.astype(np.uint16), **WINDOW))).all()


def test_copies_without_loss_have_the_same_pixels_and_hash(dcmtk):
    lossless = [copy for copy in copies(ct_slice(96)) if copy.is_lossless]
    (native, *others) = (picture_of(copy.content) for copy in lossless)
    assert len(others) == 8  # JPEG lossless twice, deflated, RLE, JPEG-LS, JPEG 2000 ...
    for other in others:
        assert (other.pixels == native.pixels).all()
        assert other.pixel_sha256 == native.pixel_sha256


def test_copies_with_loss_are_near(dcmtk):
    native = picture_of(next(copies(ct_slice(96))).content).pixels.astype(int)
    lossy = [copy for copy in copies(ct_slice(96)) if not copy.is_lossless]
    assert len(lossy) == 6
    for copy in lossy:  # the noise of 12 HU is 8 of the 255 levels of its window
        assert np.abs(picture_of(copy.content).pixels - native).mean() < 5


def picture_of(content):
    (picture,) = read_content(content, "0" * 64, Rules()).pictures
    return picture


def test_dcmtk_decodes_what_the_other_decoders_do(dcmtk, monkeypatch):
    jpegs = [copy for copy in copies(ct_slice(96)) if copy.syntax in BY_DCMTK]
    assert {copy.syntax for copy in jpegs} == set(BY_DCMTK)
    expected = [picture_of(copy.content).pixels.astype(int) for copy in jpegs]
    monkeypatch.setattr(codecs, "DECODERS", dict.fromkeys(BY_DCMTK, (codecs.DCMTK,)))
    for copy, pixels in zip(jpegs, expected, strict=True):
        assert np.abs(picture_of(copy.content).pixels - pixels).max() <= 1


def test_dcmtk_decodes_colours(dcmtk, monkeypatch):
    monkeypatch.setattr(codecs, "DECODERS", {JPEGBaseline8Bit: (codecs.DCMTK,)})
    codestream = jpeg(coloured())
    content = make_compressed(
        [codestream], JPEGBaseline8Bit, coloured(), PhotometricInterpretation="YBR_FULL_422"
    )
    assert np.abs(read(content).astype(int) - seen_by_pillow(codestream)).max() <= 2


def test_without_dcmtk_a_frame_for_it_is_corrupt(monkeypatch):
    monkeypatch.setattr(codecs, "DECODERS", {JPEGBaseline8Bit: (codecs.DCMTK,)})
    monkeypatch.setenv("PATH", "")
    assert refused(make_compressed([jpeg(coloured())], JPEGBaseline8Bit, coloured())).code is (
        SkipCode.CORRUPT
    )


def test_a_program_that_hangs_is_ended(monkeypatch, tmp_path):
    program = tmp_path / "dcmdjpeg"
    program.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dcmtk_program, "SECONDS", 1)
    started = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        dcmtk_program.decompress(jpeg(coloured()), JPEGBaseline8Bit, LAYOUT)
    assert time.monotonic() - started < 30


def test_a_codestream_in_a_jp2_file_declares_what_it_does_alone():
    alone = encoded(smooth(), JPEG2000Lossless)
    boxed = b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 73 + alone
    assert (declared_size(boxed), declared_precision(boxed)) == ((48, 64), 16)


def test_what_only_holds_the_start_of_a_codestream_declares_nothing():
    alone = encoded(smooth(), JPEG2000Lossless)
    assert (declared_size(b"\x01" + alone), declared_precision(b"\x01" + alone)) == (None, None)
