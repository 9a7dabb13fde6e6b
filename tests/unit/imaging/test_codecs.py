"""Compressed frames, against what an independent encoder put in or another decoder takes out."""

import struct
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
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from core.errors import CannotDecode
from core.types import SkipCode
from imaging import codecs
from imaging.codestream import declared_size, is_adobe_ycc
from imaging.decode import read_pictures_from_bytes
from tests.unit.imaging.factories import make_compressed, make_dicom, make_raster

PROGRESSIVE = "1.2.840.10008.1.2.4.55"
WINDOW = {"WindowCenter": 2048, "WindowWidth": 4096}


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
