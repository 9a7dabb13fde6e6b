"""Reads PNG, JPEG, TIFF and WebP."""

from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, UnidentifiedImageError

from core.errors import CannotDecode
from core.types import Picture, Pixels, SkipCode, Tags
from imaging.display import GreyDisplay, as_rgb, render_grey
from imaging.frames import FramePolicy
from imaging.limits import check_samples

FORMATS: Final = ("PNG", "JPEG", "TIFF", "WEBP")
SIGNATURES: Final = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"II*\0",
    b"MM\0*",
    b"II+\0",  # BigTIFF
    b"MM\0+",
)

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
TIFF_PHOTOMETRIC: Final = 0x0106
WHITE_IS_ZERO: Final = 0


def is_raster(content: bytes) -> bool:
    """Say whether the first bytes are those of a format read here."""
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return is_webp or content.startswith(SIGNATURES)


def read_raster(content: bytes, frames: FramePolicy) -> list[Picture]:
    """Read the pages or animation frames that the policy picks; usually there is one.

    Raises CannotDecode (TOO_LARGE, CORRUPT); other errors of the decoder pass through.
    """
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise CannotDecode(
            SkipCode.TOO_LARGE, "It declares far more pixels than a picture has. Export it smaller."
        ) from error
    except UnidentifiedImageError as error:
        raise CannotDecode(
            SkipCode.CORRUPT,
            "Its header is damaged, or of a kind that is not read. Export it again, as PNG.",
        ) from error
    with image:
        count = _frame_count(image)
        return [_read_frame(image, frame, count) for frame in frames.choose(count)]


def _frame_count(image: Image.Image) -> int:
    # The further pictures of an MPO are previews or other views of the first.
    return 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))


def _read_frame(image: Image.Image, frame: int, count: int) -> Picture:
    if frame:
        image.seek(frame)
    check_samples(image.height, image.width, len(image.getbands()))
    image.load()  # turns a TIFF upright, and clears its orientation
    orientation = _orientation(image)
    upright = image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image
    pixels = _to_rgb(upright, inverted=_is_white_zero(image))
    rows, columns = pixels.shape[:2]
    return Picture(pixels, frame, Tags(rows=rows, columns=columns, frames=count))


def _orientation(image: Image.Image) -> int | None:
    """A damaged Exif block leaves the picture as it is stored: it says nothing of the pixels."""
    try:
        orientation: int | None = image.getexif().get(EXIF_ORIENTATION)
    except (ValueError, TypeError, OSError, SyntaxError, KeyError):
        return None
    return orientation


def _is_white_zero(image: Image.Image) -> bool:
    tags = getattr(image, "tag_v2", {})
    return bool(tags.get(TIFF_PHOTOMETRIC, 1) == WHITE_IS_ZERO)


def _to_rgb(image: Image.Image, inverted: bool) -> Pixels:
    """Values beyond 8 bit are windowed rather than cut off at 255; transparency shows black."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return as_rgb(render_grey(np.asarray(image), GreyDisplay(inverted=inverted)))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "black"), image.convert("RGBA"))
    return np.array(image.convert("RGB"))
