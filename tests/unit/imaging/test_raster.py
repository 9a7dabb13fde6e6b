import itertools
import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from core.errors import CannotDecode
from core.pixels import grey_channel
from core.types import Identity, SkipCode
from imaging import raster
from imaging.display import Window
from imaging.frames import FramePolicy
from imaging.limits import Limits
from imaging.pixel_hash import pixel_hash
from imaging.quiet import quiet_libraries
from imaging.raster import is_raster, raster_header, read_raster, view_raster
from imaging.rules import Crop, Rules, View
from tests.unit.imaging.factories import make_png_header, make_raster
from tests.unit.imaging.tiffs import make_tiff

SHA256 = "ab" * 32
RULES = Rules()
GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
COLOUR = np.stack([GREY, GREY[::-1], 255 - GREY], axis=2)
# A ramp whose percentiles 1 and 99 are 10 and 990 times the step
RAMP = np.arange(1001).reshape(7, 143)


def decode(content, rules=RULES):
    assert is_raster(content)
    with quiet_libraries():
        return read_raster(content, SHA256, rules)


def read(content):
    (picture,) = decode(content).pictures
    return picture.pixels


def refused(content, rules=RULES):
    """The code; an error of the library stands for `corrupt`, as at the one door."""
    try:
        decode(content, rules)
    except CannotDecode as error:
        return error.code if error.reason.endswith(".") else None
    except Exception:
        return SkipCode.CORRUPT
    raise AssertionError("it was read")


def view(content, **asked):
    with quiet_libraries():
        return view_raster(content, View(**asked), Rules())


def as_rgb(grey):
    return np.stack([grey] * 3, axis=2)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("pixels", [GREY, COLOUR], ids=["grey", "colour"])
def test_lossless_pictures_come_back_as_they_are(kind, pixels):
    options = {"lossless": True} if kind == "WEBP" else {}
    expected = pixels if pixels.ndim == 3 else as_rgb(pixels)
    assert (read(make_raster(Image.fromarray(pixels), kind, **options)) == expected).all()


@pytest.mark.parametrize(
    ("kind", "stored"), [("PNG", GREY), ("TIFF", RAMP.astype(np.uint16)), ("JPEG", GREY)]
)
def test_a_grey_picture_is_known_as_grey(kind, stored):
    content = make_raster(Image.fromarray(stored), kind)
    assert grey_channel(read(content)) is not None


def test_a_jpeg_comes_back_nearly_as_it_is():
    content = make_raster(Image.fromarray(np.full((9, 9, 3), (10, 120, 240), np.uint8)), "JPEG")
    assert np.abs(read(content).astype(int) - (10, 120, 240)).max() <= 3


def test_size_and_frames_are_all_that_is_said_of_a_picture():
    decoded = decode(make_raster(Image.fromarray(COLOUR)))
    (picture,), tags = decoded.pictures, decoded.instance.tags
    assert (tags.rows, tags.columns, tags.frames) == (3, 4, 1)
    assert (picture.frame, picture.place, decoded.kept) == (0, None, None)
    assert decoded.instance.identity == Identity()
    assert tags.derived_uids == "study,series,sop"
    assert len({tags.study_uid, tags.series_uid, tags.sop_uid}) == 3


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
    content = make_raster(stored, kind, exif=exif, **options)
    decoded = decode(content)
    assert (decoded.pictures[0].pixels == COLOUR).all()
    assert (decoded.instance.tags.rows, decoded.instance.tags.columns) == (3, 4)
    assert raster_header(content, SHA256, Rules()).instance == decoded.instance


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
    decoded = decode(pages(30, kind))
    pictures = decoded.pictures
    assert [picture.frame for picture in pictures] == [3, 9, 15, 21, 27]
    assert [picture.pixels[0, 0, 0] for picture in pictures] == [3, 9, 15, 21, 27]
    assert decoded.instance.tags.frames == 30
    middle = decode(pages(30, kind), Rules(frames=FramePolicy(cine=1)))
    assert [picture.pixels[0, 0, 0] for picture in middle.pictures] == [15]
    assert view(pages(30, kind))[0, 0, 0] == 15
    assert view(pages(30, kind), frame=29)[0, 0, 0] == 29


def test_the_previews_of_a_multi_picture_jpeg_are_left_out():
    images = [Image.fromarray(COLOUR), Image.fromarray(COLOUR[:2, :2])]
    content = make_raster(images[0], "MPO", save_all=True, append_images=images[1:])
    tags = decode(content).instance.tags
    assert (tags.rows, tags.columns, tags.frames) == (3, 4, 1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_corrupt(kind, share):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    content = make_raster(Image.fromarray(noise), kind)
    assert refused(content[: int(len(content) * share)]) is SkipCode.CORRUPT


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_picture_that_lacks_its_last_bytes_is_corrupt_or_whole(kind):
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    content = make_raster(Image.fromarray(noise), kind)
    whole = read(content)
    for lacking in range(1, 60):
        cut = content[:-lacking]
        assert refused_or_read(cut) in (SkipCode.CORRUPT, whole.tobytes())
    assert refused(content[:-60]) is SkipCode.CORRUPT


def refused_or_read(content):
    try:
        return read(content).tobytes()
    except Exception:
        return refused(content)


@pytest.mark.parametrize("signature", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*"])
def test_a_signature_alone_is_corrupt(signature):
    assert refused(signature + b"\0" * 20) is SkipCode.CORRUPT


@pytest.mark.parametrize(
    ("width", "height"), [(13_400, 13_400), (10_001, 10_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(width, height, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", None)
    content = make_png_header(width, height)
    assert refused(content) is SkipCode.TOO_LARGE
    with pytest.raises(CannotDecode, match="Export it smaller"):
        raster_header(content, SHA256, Rules())


def test_an_animation_of_too_many_pixels_is_refused_before_room_is_made_for_it(monkeypatch):
    content = bytearray(pages(3, "PNG"))
    content[16:24] = struct.pack(">LL", 10_001, 10_000)
    content[29:33] = struct.pack(">L", zlib.crc32(content[12:29]))
    monkeypatch.setattr(raster, "_open", None)
    with pytest.raises(CannotDecode, match="1 x 10000 x 10001 x 1 samples"):
        decode(bytes(content))


def test_the_limit_of_pixels_is_not_the_libraries_switch(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert refused(make_png_header(13_400, 13_400)) is SkipCode.TOO_LARGE


def test_every_channel_counts_for_the_limit():
    rules = Rules(limits=Limits(frame_samples=12))
    (picture,) = decode(make_raster(Image.fromarray(GREY)), rules).pictures
    assert picture.pixels.shape == (3, 4, 3)
    assert refused(make_raster(Image.fromarray(COLOUR)), rules) is SkipCode.TOO_LARGE
    later = make_raster(
        Image.fromarray(GREY), "TIFF", save_all=True, append_images=[Image.fromarray(COLOUR)]
    )
    assert refused(later, rules) is SkipCode.TOO_LARGE


def test_a_text_chunk_that_inflates_without_end_is_refused():
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "0" * (1 << 25), zip=True)
    assert refused(make_raster(Image.fromarray(GREY), pnginfo=text)) is SkipCode.CORRUPT


def test_a_colour_profile_does_not_change_the_pixels():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert (read(make_raster(Image.fromarray(COLOUR), icc_profile=profile)) == COLOUR).all()


# What the numbers of a file mean, written byte by byte


def by_percentiles(values):
    low, high = np.percentile(values, (1, 99))
    return np.clip((values - low) / (high - low), 0, 1) * 255


def layouts():
    """Byte order, planes, tiles, strips, compression, predictor and size of offsets."""
    for big_endian, planar, tile, rows, deflated, predictor, big in itertools.product(
        (False, True), (False, True), (0, 16), (0, 7), (False, True), (False, True), (False, True)
    ):
        if not (tile and rows) and (deflated or not predictor):
            yield {
                "big_endian": big_endian,
                "planar": planar,
                "tile": tile,
                "rows_per_strip": rows,
                "deflated": deflated,
                "predictor": predictor,
                "big": big,
            }


def noise(dtype, samples=1):
    kind = np.dtype(dtype)
    values = np.random.default_rng(0).integers(0, 2**32, (40, 37, samples), np.uint64)
    if kind.kind == "f":
        return (values / 2**20).astype(kind)
    return values.astype(f"u{kind.itemsize}").view(kind)


def is_unread(layout):
    return layout["big_endian"] and layout["big"]


@pytest.mark.parametrize("layout", list(layouts()), ids=repr)
def test_a_tiff_of_any_layout_is_read_right_or_refused(layout):
    grey = {key: value for key, value in layout.items() if key != "planar"}
    for dtype in ("u1", "i1", "u2", "i2", "u4", "i4"):
        values = noise(dtype)[:, :, 0]
        content = make_tiff(values, **grey)
        if is_unread(layout) or (dtype == "u4" and layout["big_endian"]):
            assert refused(content) is SkipCode.UNSUPPORTED
            continue
        (picture,) = decode(content).pictures
        assert picture.pixel_sha256 == pixel_hash(values)
        expected = values if dtype == "u1" else by_percentiles(values.astype(float))
        assert np.abs(picture.pixels[:, :, 0] - expected).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("layout", list(layouts()), ids=repr)
def test_a_tiff_of_colours_of_any_layout_is_read_right_or_refused(layout):
    for dtype, bits in (("u1", 0), ("u2", 8)):
        values = noise(dtype, 3)
        content = make_tiff(values, 2, **layout)
        if is_unread(layout):
            assert refused(content) is SkipCode.UNSUPPORTED
            continue
        assert (read(content) == values >> bits).all()


@pytest.mark.parametrize("layout", [each for each in layouts() if not each["predictor"]], ids=repr)
@pytest.mark.parametrize("photometric", [0, 1])
def test_a_float_tiff_is_read_right_or_refused(layout, photometric):
    values = noise("f4")[:, :, 0]
    content = make_tiff(values, photometric, **layout)
    if is_unread(layout):
        assert refused(content) is SkipCode.UNSUPPORTED
        return
    expected = by_percentiles(values.astype(float))
    expected = expected if photometric else 255 - expected
    assert np.abs(read(content)[:, :, 0] - expected).max() <= 0.5 + 1e-4


@pytest.mark.parametrize(
    ("values", "photometric", "options"),
    [
        (noise("u1", 2), 1, {"tags": {338: (3, [2])}, "planar": True}),
        (noise("u2", 2), 1, {"tags": {338: (3, [2])}}),
        (noise("u2"), 0, {"big_endian": True}),
        (noise("i2"), 0, {}),
        (noise("i2", 3), 2, {}),
        (noise("f4", 3), 2, {}),
        (noise("f2"), 1, {}),
        (noise("f8"), 1, {}),
        (noise("u8"), 1, {}),
        (noise("u1", 3), 8, {}),  # CIELab
        (noise("u1", 3), 8, {"planar": True}),
    ],
    ids=range(11),
)
def test_a_tiff_that_would_be_misread_is_unsupported(values, photometric, options):
    content = make_tiff(values, photometric, **options)
    assert refused(content) is SkipCode.UNSUPPORTED
    with pytest.raises(CannotDecode, match="PNG"), quiet_libraries():
        raster_header(content, SHA256, Rules())


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_opacity_of_a_tiff_shows_black(dtype, planar):
    values = noise(dtype, 4)
    top = np.iinfo(values.dtype).max
    pixels = read(make_tiff(values, 2, planar=planar, tags={338: (3, [2])}))
    expected = values[..., :3] / top * (values[..., 3:] / top) * 255
    assert np.abs(pixels - expected).max() < 2


def test_twelve_bits_in_a_row_are_unpacked():
    values = np.arange(64, dtype=np.uint16).reshape(8, 8) * 65
    pairs = values.reshape(-1, 2).astype(int)
    packed = b"".join(((a << 12) | b).to_bytes(3, "big") for a, b in pairs.tolist())
    rows = np.frombuffer(packed, np.uint8).reshape(8, 12)
    content = make_tiff(rows, tags={256: (4, [8]), 258: (3, [12])})
    assert decode(content).pictures[0].pixel_sha256 == pixel_hash(values)


@pytest.mark.parametrize("layout", [{"rows_per_strip": 7}, {"tile": 16}])
@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("lie", ["fewer", "beyond", "empty", "short", "none", "nowhere", "taller"])
def test_a_tiff_that_lacks_a_part_of_its_picture_is_corrupt(layout, deflated, lie):
    places, sizes = (324, 325) if "tile" in layout else (273, 279)
    with Image.open(BytesIO(make_tiff(noise("u1"), deflated=deflated, **layout))) as image:
        starts, lengths = list(image.tag_v2[places]), list(image.tag_v2[sizes])
    tags = {
        "fewer": {places: (4, starts[:3]), sizes: (4, lengths[:3])},
        "beyond": {places: (4, [*starts[:-1], 10**6])},
        "empty": {sizes: (4, [0] * len(lengths))},
        "short": {sizes: (4, [length // 2 for length in lengths])},
        "none": {sizes: None},
        "nowhere": {places: (4, [*starts[:-1], 0]), sizes: (4, [*lengths[:-1], 0])},
        "taller": {257: (4, [80])},
    }[lie]
    assert (
        refused(make_tiff(noise("u1"), deflated=deflated, tags=tags, **layout)) is SkipCode.CORRUPT
    )


def test_a_tiff_that_does_not_say_what_zero_is_is_corrupt():
    assert refused(make_tiff(GREY, tags={262: None})) is SkipCode.CORRUPT


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate", "zstd"])
@pytest.mark.parametrize("pixels", [GREY, COLOUR], ids=["grey", "colour"])
def test_lossless_compressions_of_a_tiff_are_read(compression, pixels):
    content = make_raster(Image.fromarray(pixels), "TIFF", compression=compression)
    assert (read(content) == np.atleast_3d(pixels)).all()


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_a_fax_is_black_on_white(compression):
    bits = np.random.default_rng(0).integers(0, 2, (20, 30)).astype(bool)
    content = make_raster(Image.fromarray(bits), "TIFF", compression=compression)
    assert (read(content)[:, :, 0] == bits * 255).all()


def test_a_jpeg_inside_a_tiff_is_read():
    content = make_raster(Image.new("RGB", (20, 20), (10, 120, 240)), "TIFF", compression="jpeg")
    assert np.abs(read(content).astype(int) - (10, 120, 240)).max() <= 4


def test_pages_of_different_sizes_and_kinds_are_read():
    images = [
        Image.fromarray(GREY),
        Image.fromarray(COLOUR[:2]),
        Image.fromarray(RAMP.astype("u2")),
    ]
    content = make_raster(images[0], "TIFF", save_all=True, append_images=images[1:])
    first, second, third = decode(content).pictures
    assert (first.pixels[:, :, 0] == GREY).all()
    assert (second.pixels == COLOUR[:2]).all()
    assert third.pixel_sha256 == pixel_hash(RAMP)


def test_pages_that_go_round_in_a_circle_end():
    content = make_tiff(GREY)
    directory = struct.unpack("<L", content[4:8])[0]
    circle = content[:-4] + struct.pack("<L", directory)  # the next page is this one
    assert (read(circle)[:, :, 0] == GREY).all()


# PNG, written byte by byte


def make_png(rows, width, height, bits, kind, interlaced=False, chunks=()):
    """Write filtered rows; `kind` is the colour type. Source: PNG, sections 5 and 11."""
    header = struct.pack(">LLBBBBB", width, height, bits, kind, 0, 0, interlaced)
    written = ((b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))
        for name, body in written
    )


def unfiltered(values):
    """Rows of big-endian samples, each after the filter type 0."""
    ordered = values.astype(values.dtype.newbyteorder(">"))
    return b"".join(b"\0" + row.tobytes() for row in ordered)


@pytest.mark.parametrize(("kind", "samples"), [(0, 1), (4, 2), (2, 3), (6, 4)])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("interlaced", [False, True])
def test_a_png_of_any_kind_is_read(kind, samples, dtype, interlaced):
    values = noise(dtype, samples)
    bits = values.dtype.itemsize * 8
    rows = b"".join(map(unfiltered, adam7(values))) if interlaced else unfiltered(values)
    pixels = read(make_png(rows, 37, 40, bits, kind, interlaced))
    if (kind, bits) == (0, 16):
        expected = by_percentiles(values.astype(float))
    else:
        eight = (values >> (bits - 8)).astype(float)
        opacity = eight[..., -1:] / 255 if samples in (2, 4) else 1
        expected = eight[..., : 1 if samples < 3 else 3] * opacity
    assert np.abs(pixels - expected).max() < 1


def adam7(values):
    """Source: PNG, section 8.2."""
    steps = [
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    ]
    return [values[top::down, left::across] for top, left, down, across in steps]


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits_are_spread_over_the_whole_range(bits):
    levels = np.arange(8, dtype=np.uint8) % 2**bits
    packed = int("".join(f"{level:0{bits}b}" for level in levels.tolist()), 2).to_bytes(bits, "big")
    pixels = read(make_png(b"\0" + packed, 8, 1, bits, 0))
    assert pixels[0, :, 0].tolist() == (levels * (255 // (2**bits - 1))).tolist()


def test_the_transparent_level_of_a_grey_png_is_black():
    content = make_png(unfiltered(GREY[:, :, None]), 4, 3, 8, 0, chunks=[(b"tRNS", b"\0\xdc")])
    assert GREY.max() == 220
    assert (read(content)[:, :, 0] == np.where(GREY == 220, 0, GREY)).all()
    deep = RAMP.astype(np.uint16)
    top = struct.pack(">H", 1000)
    content = make_png(unfiltered(deep[:, :, None]), 143, 7, 16, 0, chunks=[(b"tRNS", top)])
    expected = np.clip((deep - 9.99) / (989.01 - 9.99), 0, 1) * 255  # percentiles of 0 .. 999
    assert np.abs(read(content)[:, :, 0] - np.where(deep == 1000, 0, expected)).max() <= 0.5 + 1e-3


def test_a_transparent_colour_of_a_png_is_black():
    colour = struct.pack(">3H", *COLOUR[1, 2].tolist())
    content = make_png(unfiltered(COLOUR), 4, 3, 8, 2, chunks=[(b"tRNS", colour)])
    hidden = (COLOUR[1, 2] == COLOUR).all(axis=2, keepdims=True)
    assert hidden.sum() == 1
    assert (read(content) == np.where(hidden, 0, COLOUR)).all()


def test_a_colour_profile_that_inflates_without_end_is_refused():
    bomb = b"x\0\0" + zlib.compress(b"\0" * (1 << 27))
    content = make_png(unfiltered(GREY[:, :, None]), 4, 3, 8, 0, chunks=[(b"iCCP", bomb)])
    assert len(content) < 200_000
    assert refused_or_read(content) in (SkipCode.CORRUPT, as_rgb(GREY).tobytes())


@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("interlaced", [False, True])
def test_a_png_that_lacks_rows_is_corrupt(dtype, interlaced):
    """Its packing is whole, it only ends too early: Pillow would show the rest black."""
    values = noise(dtype, 3)
    rows = b"".join(map(unfiltered, adam7(values))) if interlaced else unfiltered(values)
    bits = values.dtype.itemsize * 8
    (whole,) = decode(make_png(rows, 37, 40, bits, 2, interlaced)).pictures
    assert whole.pixels.any(axis=(1, 2)).all()
    for lacking in (1, len(rows) // 40, len(rows) // 2, len(rows)):
        short = make_png(rows[: len(rows) - lacking], 37, 40, bits, 2, interlaced)
        assert refused(short) is SkipCode.CORRUPT


@pytest.mark.parametrize("kind", ["L", "RGB", "1", "P", "I;16"])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 5), (37, 40), (8, 8)])
def test_a_black_png_is_whole(kind, width, height):
    image = Image.new(kind, (width, height))
    assert read(make_raster(image)).shape == (height, width, 3)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 2), (4, 9), (9, 4)])
def test_small_interlaced_pictures_have_passes_without_pixels(size):
    values = noise("u1")[: size[1], : size[0]]
    rows = b"".join(unfiltered(part) for part in adam7(values) if part.size)
    assert (read(make_png(rows, *size, 8, 0, True)) == values).all()


@pytest.mark.parametrize("damage", [60, 90, 110])
def test_a_damaged_png_is_corrupt(damage):
    content = bytearray(make_png(unfiltered(noise("u1")), 37, 40, 8, 0))
    content[damage] ^= 0xFF
    assert refused(bytes(content)) is SkipCode.CORRUPT


# JPEG


def test_the_inverted_cmyk_of_a_jpeg_becomes_rgb():
    """Adobe's programs, and Pillow with their mark, store ink as its opposite."""
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    content = make_raster(image, "JPEG", quality=100)
    assert b"Adobe" in content
    assert np.abs(read(content).astype(int) - (255, 0, 0)).max() <= 3


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 2}, {"subsampling": 0}])
def test_kinds_of_jpeg_are_read(options):
    content = make_raster(Image.new("RGB", (33, 17), (10, 120, 240)), "JPEG", **options)
    assert np.abs(read(content).astype(int) - (10, 120, 240)).max() <= 3


def test_a_jpeg_of_twelve_bits_is_unsupported():
    content = make_raster(Image.fromarray(GREY), "JPEG")
    start = content.index(b"\xff\xc0\x00\x0b\x08")
    deep = content[: start + 4] + b"\x0c" + content[start + 5 :]
    assert refused(deep) is SkipCode.UNSUPPORTED


@pytest.mark.parametrize("filler", [b"", b"\0"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_jpeg_whose_end_never_came_is_corrupt(filler, options):
    """As a download leaves it that took its room beforehand; Pillow would show the rest grey."""
    image = Image.fromarray(noise("u1", 3))
    content = make_raster(image, "JPEG", exif=exif_with_preview(), **options)
    assert content.count(b"\xff\xd9") == 2
    half = content[: len(content) * 3 // 4]
    assert refused(half + filler * (len(content) - len(half))) is SkipCode.CORRUPT
    assert read(content + b"\xff\xda\0").shape == (40, 37, 3)  # what follows the end is no matter


def exif_with_preview():
    """A block as cameras write it, with a JPEG inside that has an end of its own."""
    return b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + make_raster(Image.fromarray(GREY), "JPEG")


# What a viewer asks for


def test_a_window_is_applied_to_grey_and_not_to_colours():
    ramp = RAMP.astype(np.int32)
    shown = view(make_raster(Image.fromarray(RAMP.astype(np.uint16))), window=Window(500.5, 201))
    assert np.abs(shown[:, :, 0] - np.clip((ramp - 400) / 200, 0, 1) * 255).max() <= 0.5 + 1e-9
    shown = view(make_raster(Image.fromarray(GREY)), window=Window(100.5, 101))
    assert np.abs(shown[:, :, 0] - np.clip((GREY - 50.0) / 100, 0, 1) * 255).max() <= 0.5 + 1e-9
    assert (view(make_raster(Image.fromarray(COLOUR)), window=Window(9, 9)) == COLOUR).all()


def test_a_part_is_cut_from_the_upright_picture():
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(np.ascontiguousarray(TURNED[6](COLOUR)))
    part = view(make_raster(stored, exif=exif), crop=Crop(left=1, top=0, width=2, height=9))
    assert (part == COLOUR[:, 1:3]).all()


def test_the_hash_is_of_stored_values_whatever_the_format():
    contents = [make_raster(Image.fromarray(GREY), kind) for kind in ("PNG", "TIFF")]
    contents.append(make_tiff(GREY, tile=16, deflated=True))
    assert {decode(content).pictures[0].pixel_sha256 for content in contents} == {pixel_hash(GREY)}
    deep = [make_raster(Image.fromarray(RAMP.astype("u2")), kind) for kind in ("PNG", "TIFF")]
    assert {decode(content).pictures[0].pixel_sha256 for content in deep} == {pixel_hash(RAMP)}
