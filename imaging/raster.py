"""Reads PNG, JPEG, TIFF and WebP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from core.errors import CannotDecode
from core.pixels import as_rgb
from core.types import Decoded, Instance, Picture, Pixels, SkipCode, Tags
from imaging.codestream import has_end
from imaging.crop import cut
from imaging.display import GreyDisplay, Stored, Window, render_grey, whole_range
from imaging.limits import Limits
from imaging.pixel_hash import pixel_hash
from imaging.plain_tags import plain_tags
from imaging.png import SIGNATURE, check_chunks, check_rows, declared_size
from imaging.rules import Rules, View
from imaging.tiff import by_libtiff, check_page, is_white_zero, with_sign
from imaging.unshaded import Unshaded, unshaded_grey

# By its own class, a multi-picture JPEG is its first picture: the others are previews and views.
BIG_ENDIAN_BIGTIFF: Final = b"MM\0+"  # Pillow takes it for a damaged one
PLUGINS: Final[dict[bytes, type[ImageFile]]] = {
    SIGNATURE: PngImageFile,
    b"\xff\xd8\xff": JpegImageFile,
    b"II*\0": TiffImageFile,
    b"MM\0*": TiffImageFile,
    b"II+\0": TiffImageFile,  # BigTIFF
    BIG_ENDIAN_BIGTIFF: TiffImageFile,
}
UNREAD: Final = ("unknown pixel mode", "cannot handle")  # Pillow's words

EXIF_ORIENTATION: Final = 0x0112
UPRIGHT: Final = {  # Exif 2.32, 4.6.4 A, tag Orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS: Final = (5, 6, 7, 8)
GREY: Final = ("L", "I", "F", "I;16", "I;16B", "I;16L")


def is_raster(content: bytes) -> bool:
    """Say whether the first bytes are those of a format read here."""
    return _plugin(content) is not None


def read_raster(content: bytes, sha256: str, rules: Rules) -> Decoded:
    """Read the pages or animation frames that the rules pick; usually there is one.

    Raises CannotDecode (TOO_LARGE, CORRUPT, UNSUPPORTED); other errors of the decoder pass through.
    """
    with _opened(content, rules.limits) as image:
        tags = _read_tags(image, sha256)
        frames = rules.frames.choose(tags.frames)
        pictures = tuple(_read_picture(image, frame, content, rules.limits) for frame in frames)
        return Decoded(Instance(tags), pictures)


def raster_header(content: bytes, sha256: str, rules: Rules) -> Decoded:
    """Read the size of the first picture and how many there are. Raises as `read_raster` does."""
    with _opened(content, rules.limits) as image:
        _check_page(image, rules.limits)
        return Decoded(Instance(_read_tags(image, sha256)))


def view_raster(content: bytes, view: View, rules: Rules) -> Pixels:
    """Render one frame as asked; a window changes grey pictures only.

    Raises as `read_raster` does.
    """
    with _opened(content, rules.limits) as image:
        frame = view.frame_of(_frame_count(image))
        values = _read_values(image, frame, content, rules.limits)
        return cut(values.render(view.window), view.crop)


def unshaded_raster(content: bytes, frame: int, rules: Rules) -> Unshaded:
    """One frame before its window. Raises as `read_raster` does."""
    with _opened(content, rules.limits) as image:
        number = View(frame).frame_of(_frame_count(image))
        return _read_values(image, number, content, rules.limits).unshaded()


def _plugin(content: bytes) -> type[ImageFile] | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WebPImageFile
    found = (plugin for start, plugin in PLUGINS.items() if content.startswith(start))
    return next(found, None)


@contextmanager
def _opened(content: bytes, limits: Limits) -> Iterator[ImageFile]:
    if content.startswith(SIGNATURE):  # Pillow makes room for an animation when it opens it
        limits.check_samples(*declared_size(content))
    with by_libtiff(), _open(content) as image:
        _check_whole(image, content)
        yield image


def _check_whole(image: ImageFile, content: bytes) -> None:
    """Refuse what Pillow fills up with grey or black."""
    if image.format == "PNG":
        check_chunks(content)
    if image.format == "JPEG" and not has_end(content):
        raise CannotDecode(SkipCode.CORRUPT, "Its end is missing. Copy it again from its source.")


def _open(content: bytes) -> ImageFile:
    plugin = _plugin(content)
    if plugin is None or content.startswith(BIG_ENDIAN_BIGTIFF):
        raise _unsupported()
    try:
        return plugin(BytesIO(content))
    except SyntaxError as error:
        if str(error).startswith(UNREAD):
            raise _unsupported() from error
        raise CannotDecode(
            SkipCode.CORRUPT, "Its header is damaged. Copy it again from its source."
        ) from error


def _unsupported() -> CannotDecode:
    return CannotDecode(
        SkipCode.UNSUPPORTED, "It is of a kind that is not read. Export it again, as PNG."
    )


def _read_tags(image: ImageFile, sha256: str) -> Tags:
    width, height = image.size
    # Pillow gives the size of a TIFF upright, that of the others as stored.
    if image.format != "TIFF" and _orientation(image) in SIDEWAYS:
        width, height = height, width
    return plain_tags(sha256, height, width, _frame_count(image))


def _frame_count(image: ImageFile) -> int:
    return int(getattr(image, "n_frames", 1))


def _orientation(image: Image.Image) -> int | None:
    """A damaged Exif block leaves the picture as it is stored: it says nothing of the pixels."""
    try:
        orientation: int | None = image.getexif().get(EXIF_ORIENTATION)
    except (ValueError, TypeError, OSError, SyntaxError, KeyError):
        return None
    return orientation


@dataclass(frozen=True, slots=True)
class _Values:
    """One upright picture as its file holds it."""

    stored: Stored  # grey (H, W), or what is seen (H, W, 3)
    display: GreyDisplay | None = None  # None: 8 bit, seen as it is

    def render(self, window: Window | None = None) -> Pixels:
        """Values beyond 8 bit are windowed rather than cut off at 255."""
        display = self.display
        if self.stored.ndim == 2 and window is not None:
            display = replace(display or GreyDisplay(), voi=window)
        if display is not None:
            return as_rgb(render_grey(self.stored, display))
        return self.stored if self.stored.ndim == 3 else as_rgb(self.stored)

    def unshaded(self) -> Unshaded:
        """The same before its window."""
        if self.stored.ndim == 3:
            return Unshaded(self.stored)
        return unshaded_grey(self.stored, self.display or GreyDisplay(voi=whole_range(8)))


def _read_picture(image: ImageFile, frame: int, content: bytes, limits: Limits) -> Picture:
    values = _read_values(image, frame, content, limits)
    return Picture(values.render(), frame, pixel_hash(values.stored))


def _read_values(image: ImageFile, frame: int, content: bytes, limits: Limits) -> _Values:
    if frame:
        image.seek(frame)
    _check_page(image, limits)
    image.load()  # turns a TIFF upright, and clears its orientation
    if image.format == "PNG" and frame == 0 and _may_lack_rows(image):
        check_rows(content)
    orientation = _orientation(image)
    upright = image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image
    if image.mode in GREY:
        return _grey(image, with_sign(image, np.asarray(upright)))
    return _Values(_colours(upright))


def _may_lack_rows(image: ImageFile) -> bool:
    """Pillow leaves missing rows black, the last one first; of passes, any one."""
    last = image.crop((0, image.height - 1, image.width, image.height))
    return bool(image.info.get("interlace")) or not np.asarray(last).any()


def _check_page(image: ImageFile, limits: Limits) -> None:
    limits.check_samples(image.height, image.width, len(image.getbands()))
    if image.format == "TIFF":
        check_page(image)


def _grey(image: ImageFile, stored: Stored) -> _Values:
    """Pillow turns white-is-zero of up to 8 bit by itself."""
    level = image.info.get("transparency")
    padding = (level, level) if isinstance(level, int) else None
    if stored.dtype == np.uint8 and padding is None:
        return _Values(stored)
    voi = whole_range(8) if stored.dtype == np.uint8 else None
    inverted = is_white_zero(image) and stored.dtype != np.uint8
    return _Values(stored, GreyDisplay(voi=voi, padding=padding, inverted=inverted))


def _colours(upright: Image.Image) -> Pixels:
    """Give what is seen; transparency shows black."""
    if upright.has_transparency_data:
        behind = Image.new("RGBA", upright.size, "black")
        upright = Image.alpha_composite(behind, upright.convert("RGBA"))
    return np.asarray(upright.convert("RGB"))
