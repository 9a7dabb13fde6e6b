import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from core.errors import CannotDecode
from core.types import Identity, SkipCode, Tags
from imaging import limits
from imaging.decode import read_pictures_from_bytes
from imaging.frames import FramePolicy
from tests.unit.imaging.factories import make_png_header, make_raster

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
COLOUR = np.stack([GREY, GREY[::-1], 255 - GREY], axis=2)
# A ramp whose percentiles 1 and 99 are 10 and 990 times the step
RAMP = np.arange(1001).reshape(7, 143)


def read(content):
    (picture,) = read_pictures_from_bytes(content)
    return picture.pixels


def refused(content):
    with pytest.raises(CannotDecode) as caught:
        read_pictures_from_bytes(content)
    return caught.value


def as_rgb(grey):
    return np.stack([grey] * 3, axis=2)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("pixels", [GREY, COLOUR], ids=["grey", "colour"])
def test_lossless_pictures_come_back_as_they_are(kind, pixels):
    options = {"lossless": True} if kind == "WEBP" else {}
    expected = pixels if pixels.ndim == 3 else as_rgb(pixels)
    assert (read(make_raster(Image.fromarray(pixels), kind, **options)) == expected).all()


def test_a_jpeg_comes_back_nearly_as_it_is():
    content = make_raster(Image.fromarray(np.full((9, 9, 3), (10, 120, 240), np.uint8)), "JPEG")
    assert np.abs(read(content).astype(int) - (10, 120, 240)).max() <= 3


def test_size_and_frames_are_all_that_is_said_of_a_picture():
    (picture,) = read_pictures_from_bytes(make_raster(Image.fromarray(COLOUR)))
    assert picture.tags == Tags(rows=3, columns=4, frames=1)
    assert (picture.frame, picture.identity) == (0, Identity())


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (Image.fromarray((RAMP * 65).astype(np.uint16)), "PNG"),
        (Image.fromarray((RAMP * 4).astype(np.uint16)), "PNG"),
        (Image.fromarray((RAMP * 65).astype(np.uint16)), "TIFF"),
        (Image.fromarray(RAMP.astype(np.int32) - 500), "TIFF"),
        (Image.fromarray(RAMP.astype(np.float32) / 1000), "TIFF"),
    ],
    ids=["16-bit png", "12 of 16 bit", "16-bit tiff", "signed tiff", "float tiff"],
)
def test_more_than_8_bit_is_windowed_by_percentiles_and_not_cut_off(image, kind):
    shown = read(make_raster(image, kind))[:, :, 0].ravel()
    expected = np.clip((RAMP.ravel() - 10) / 980, 0, 1) * 255
    assert np.abs(shown - expected).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_tiff_whose_zero_is_white_is_inverted(dtype):
    values = RAMP.astype(dtype) if dtype == np.uint16 else GREY
    upright = read(make_raster(Image.fromarray(values), "TIFF"))
    # Pillow does not write this photometric interpretation for 16 bit: patch the entry
    content = make_raster(Image.fromarray(values), "TIFF")
    entry = b"\x06\x01\x03\x00\x01\x00\x00\x00"
    assert content.count(entry + b"\x01") == 1
    negative = read(content.replace(entry + b"\x01", entry + b"\x00"))
    assert (negative == 255 - upright).all()


def test_single_bits_are_black_and_white():
    bits = np.array([[True, False, True]])
    assert read(make_raster(Image.fromarray(bits))).tolist() == [[[255] * 3, [0] * 3, [255] * 3]]


def test_a_palette_is_looked_up():
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([10, 20, 30, 200, 100, 0])
    assert read(make_raster(image)).tolist() == [[[10, 20, 30], [200, 100, 0]]]


def test_cmyk_becomes_rgb():
    image = Image.new("CMYK", (2, 1), (0, 255, 255, 0))
    assert read(make_raster(image, "TIFF")).tolist() == [[[255, 0, 0]] * 2]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("RGBA", (1, 1), (200, 100, 50, 0)), [0, 0, 0]),
        (Image.new("RGBA", (1, 1), (200, 100, 50, 255)), [200, 100, 50]),
        (Image.new("RGBA", (1, 1), (200, 100, 50, 128)), [100, 50, 25]),
        (Image.new("LA", (1, 1), (200, 128)), [100, 100, 100]),
    ],
)
def test_transparency_shows_black(image, expected):
    assert read(make_raster(image)).tolist() == [[expected]]


def test_a_transparent_colour_of_a_palette_shows_black():
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([10, 20, 30, 200, 100, 0])
    assert read(make_raster(image, transparency=0)).tolist() == [[[0, 0, 0], [200, 100, 0]]]


TURNED = {  # Exif orientation: how the stored rows lie, to what is seen
    1: lambda seen: seen,
    2: lambda seen: seen[:, ::-1],
    3: lambda seen: seen[::-1, ::-1],
    4: lambda seen: seen[::-1],
    5: lambda seen: seen.swapaxes(0, 1),
    6: lambda seen: seen.swapaxes(0, 1)[::-1],
    7: lambda seen: seen.swapaxes(0, 1)[::-1, ::-1],
    8: lambda seen: seen.swapaxes(0, 1)[:, ::-1],
}


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", TURNED)
def test_a_picture_is_turned_upright(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if kind == "WEBP" else {}
    stored = Image.fromarray(np.ascontiguousarray(TURNED[orientation](COLOUR)))
    (picture,) = read_pictures_from_bytes(make_raster(stored, kind, exif=exif, **options))
    assert (picture.pixels == COLOUR).all()
    assert (picture.tags.rows, picture.tags.columns) == (3, 4)


def test_a_damaged_exif_block_does_not_cost_the_picture():
    content = make_raster(
        Image.fromarray(COLOUR), exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 20
    )
    assert (read(content) == COLOUR).all()


def pages(count, kind="TIFF"):
    levels = [Image.fromarray(np.full((2, 3), level, np.uint8)) for level in range(count)]
    options = {"lossless": True} if kind == "WEBP" else {}
    return make_raster(levels[0], kind, save_all=True, append_images=levels[1:], **options)


@pytest.mark.parametrize("kind", ["TIFF", "PNG", "WEBP"])
def test_pages_and_animation_frames_are_picked_by_the_policy(kind):
    pictures = read_pictures_from_bytes(pages(30, kind))
    assert [picture.frame for picture in pictures] == [3, 9, 15, 21, 27]
    assert [picture.pixels[0, 0, 0] for picture in pictures] == [3, 9, 15, 21, 27]
    assert {picture.tags.frames for picture in pictures} == {30}
    assert len(read_pictures_from_bytes(pages(30, kind), FramePolicy(count=1))) == 1


def test_the_previews_of_a_multi_picture_jpeg_are_left_out():
    images = [Image.fromarray(COLOUR), Image.fromarray(COLOUR[:2, :2])]
    content = make_raster(images[0], "MPO", save_all=True, append_images=images[1:])
    (picture,) = read_pictures_from_bytes(content)
    assert picture.tags == Tags(rows=3, columns=4, frames=1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_corrupt(kind, share):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    content = make_raster(Image.fromarray(noise), kind)
    assert refused(content[: int(len(content) * share)]).code is SkipCode.CORRUPT


@pytest.mark.parametrize("signature", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*"])
def test_a_signature_alone_is_corrupt(signature):
    assert refused(signature + b"\0" * 20).code is SkipCode.CORRUPT


@pytest.mark.parametrize(
    ("width", "height"), [(13_400, 13_400), (10_001, 10_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(width, height, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", None)
    error = refused(make_png_header(width, height))
    assert error.code is SkipCode.TOO_LARGE
    assert error.reason.endswith(".")


def test_the_limit_of_pixels_is_not_the_libraries_switch(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert refused(make_png_header(13_400, 13_400)).code is SkipCode.TOO_LARGE


def test_every_channel_counts_for_the_limit(monkeypatch):
    monkeypatch.setattr(limits, "MAX_FRAME_SAMPLES", 12)
    assert read(make_raster(Image.fromarray(GREY))).shape == (3, 4, 3)
    assert refused(make_raster(Image.fromarray(COLOUR))).code is SkipCode.TOO_LARGE


def test_a_text_chunk_that_inflates_without_end_is_refused():
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "0" * (1 << 25), zip=True)
    assert refused(make_raster(Image.fromarray(GREY), pnginfo=text)).code is SkipCode.CORRUPT


def test_a_colour_profile_does_not_change_the_pixels():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert (read(make_raster(Image.fromarray(COLOUR), icc_profile=profile)) == COLOUR).all()
