"""The one door from bytes to pictures: archive files and uploaded queries both go through it."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.errors import CannotDecode
from core.types import Picture, SkipCode
from imaging.dicom import is_dicom, read_dicom
from imaging.frames import UP_TO_FIVE, FramePolicy
from imaging.quiet import quiet_libraries
from imaging.raster import is_raster, read_raster
from imaging.sources import read_source

__all__ = ["FramePolicy", "read_pictures", "read_pictures_from_bytes"]

Reader = Callable[[bytes, FramePolicy], list[Picture]]

PACKED: Final = {b"\x1f\x8b": "gzip", b"PK": "zip"}


def read_pictures(path: Path, frames: FramePolicy = UP_TO_FIVE) -> list[Picture]:
    """Read a file and render the frames that the policy picks. Raises CannotDecode."""
    _, content = read_source(path)
    return read_pictures_from_bytes(content, frames)


def read_pictures_from_bytes(content: bytes, frames: FramePolicy = UP_TO_FIVE) -> list[Picture]:
    """Render the frames that the policy picks; the content decides, not the name of a file.

    Raises CannotDecode, whatever the bytes are. A native decoder can still abort the process:
    files that nobody vouches for belong in `workers.DecodePool`.
    """
    reader = _reader_of(content)
    with quiet_libraries():
        try:
            return reader(content, frames)
        except CannotDecode:
            raise
        except MemoryError as error:
            raise CannotDecode(
                SkipCode.TOO_LARGE, "It needs more memory than a decoder may use."
            ) from error
        except Exception as error:  # each library has its own, and a hostile file finds them all
            raise CannotDecode(
                SkipCode.CORRUPT,
                f"It is damaged ({type(error).__name__}). Copy it again from its source.",
            ) from error


def _reader_of(content: bytes) -> Reader:
    if not content:
        raise CannotDecode(SkipCode.EMPTY, "There are no bytes.")
    if is_dicom(content):  # first: a DICOM preamble may hold the header of a TIFF
        return read_dicom
    if is_raster(content):
        return read_raster
    packing = PACKED.get(content[:2])
    advice = f" It is packed with {packing}; unpack it first." if packing else ""
    raise CannotDecode(SkipCode.NOT_AN_IMAGE, f"It is not DICOM, PNG, JPEG, TIFF or WebP.{advice}")
