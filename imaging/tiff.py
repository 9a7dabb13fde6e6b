"""Opens TIFF files so that Pillow reads them whole and right, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from PIL import Image, TiffImagePlugin
from PIL.ImageFile import ImageFile

from core.errors import CannotDecode
from core.types import SkipCode
from imaging.display import Stored

# TIFF 6.0, section 8 and 19
PHOTOMETRIC: Final = 262
BITS_PER_SAMPLE: Final = 258
PLANAR_CONFIGURATION: Final = 284
SAMPLE_FORMAT: Final = 339
WHITE_IS_ZERO: Final = 0
CIELAB: Final = 8
SEPARATE_PLANES: Final = 2
UNSIGNED, SIGNED = 1, 2

# libtiff gives values in the order of the machine, and Pillow takes these for the file's.
NATIVE: Final = {"I;16BS": "I;16NS", "I;32BS": "I;32NS", "F;32BF": "F;32NF"}
# What Pillow has one mode for, whatever the sign: (its mode, sample format, bits) to the type.
TRUE_TYPE: Final = {("L", SIGNED, 8): np.int8, ("I", UNSIGNED, 32): np.uint32}


@contextmanager
def by_libtiff() -> Iterator[None]:
    """Have libtiff read every TIFF inside, also those without compression.

    Pillow's own reader leaves black what a missing strip should fill, and takes separate planes of
    16 bit for 8. The switch is the process's: enter it as `quiet_libraries` is entered.
    """
    before = TiffImagePlugin.READ_LIBTIFF
    TiffImagePlugin.READ_LIBTIFF = True
    try:
        yield
    finally:
        TiffImagePlugin.READ_LIBTIFF = before


def check_page(image: ImageFile) -> None:
    """Refuse the page at hand if Pillow would misread it, and set right what can be.

    Raises CannotDecode (CORRUPT, UNSUPPORTED).
    """
    if PHOTOMETRIC not in _tags(image):
        raise CannotDecode(
            SkipCode.CORRUPT,
            "It does not say whether zero is black or white. Export it again, as PNG.",
        )
    if _is_misread(image):
        raise CannotDecode(
            SkipCode.UNSUPPORTED, "It is a TIFF of a kind that is not read. Export it as PNG."
        )
    image.tile = [_in_native_order(tile) for tile in image.tile]


def _is_misread(image: ImageFile) -> bool:
    tags = _tags(image)
    is_separate = tags.get(PLANAR_CONFIGURATION) == SEPARATE_PLANES
    return tags[PHOTOMETRIC] == CIELAB or (is_separate and image.mode in ("LA", "La", "PA"))


def _in_native_order(tile: Any) -> Any:
    return tile._replace(args=(NATIVE.get(tile.args[0], tile.args[0]), *tile.args[1:]))


def is_white_zero(image: Image.Image) -> bool:
    """Say whether the file's zero is white, which Pillow turns by itself up to 8 bit only."""
    return bool(_tags(image).get(PHOTOMETRIC, 1) == WHITE_IS_ZERO)


def with_sign(image: Image.Image, stored: Stored) -> Stored:
    """See values as the signed or unsigned ones that they are."""
    tags = _tags(image)
    kind = (
        image.mode,
        *tags.get(SAMPLE_FORMAT, (UNSIGNED,))[:1],
        *tags.get(BITS_PER_SAMPLE, (1,))[:1],
    )
    return stored.view(TRUE_TYPE[kind]) if kind in TRUE_TYPE else stored


def _tags(image: Image.Image) -> Any:
    return getattr(image, "tag_v2", {})
