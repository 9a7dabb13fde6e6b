"""The one door from bytes to pictures: archive files and uploaded queries both go through it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import Final

from core.errors import CannotDecode, InvalidRequest
from core.types import Decoded, Location, Picture, Pixels, SkipCode
from imaging.deidentify import deidentified
from imaging.dicom import dicom_header, read_dicom, unshaded_dicom, view_dicom
from imaging.header import is_dicom
from imaging.nifti import is_nifti, nifti_header, read_nifti, unshaded_nifti, view_nifti
from imaging.quiet import quiet_libraries
from imaging.raster import is_raster, raster_header, read_raster, unshaded_raster, view_raster
from imaging.rules import RULES, Rules, View
from imaging.sources import read_source
from imaging.unshaded import Unshaded

PACKED: Final = {b"\x1f\x8b": "gzip", b"PK": "zip"}


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file, and its readers: the content, its sha256, and the rules."""

    recognises: Callable[[bytes], bool]
    read: Callable[[bytes, str, Rules], Decoded]
    header: Callable[[bytes, str, Rules], Decoded]
    view: Callable[[bytes, View, Rules], Pixels]
    unshaded: Callable[[bytes, int, Rules], Unshaded]  # one frame


# DICOM comes first: its preamble may hold the header of a TIFF.
FORMATS: Final = (
    Format(is_dicom, read_dicom, dicom_header, view_dicom, unshaded_dicom),
    Format(is_raster, read_raster, raster_header, view_raster, unshaded_raster),
    Format(is_nifti, read_nifti, nifti_header, view_nifti, unshaded_nifti),
)


def read_content(content: bytes, sha256: str, rules: Rules) -> Decoded:
    """Read what a file says, and render the frames that the rules pick.

    `sha256` is that of the content, which decides what it is: its name does not. Raises
    CannotDecode, whatever the bytes are. A native decoder can still abort the process: files that
    nobody vouches for belong in `workers.DecodePool`.
    """
    with _translated():
        return _format_of(content).read(content, sha256, rules)


def read_header(content: bytes, sha256: str, rules: Rules) -> Decoded:
    """Read what a file says, without its pictures; as `read_content` otherwise."""
    with _translated():
        return _format_of(content).header(content, sha256, rules)


def read_view(content: bytes, view: View, rules: Rules) -> Pixels:
    """Render one picture as a viewer asks for it: (H, W, 3).

    Raises CannotDecode, UNSUPPORTED for a file without a picture; InvalidRequest for a crop that
    lies outside of it.
    """
    with _translated():
        return _format_of(content).view(content, view, rules)


def read_released(content: bytes, key: bytes, rules: Rules) -> bytes:
    """De-identify a DICOM file, see `imaging.deidentify`. Raises CannotDecode."""
    with _translated():
        return deidentified(content, key, rules)


def read_unshaded(content: bytes, frame: int, rules: Rules) -> Unshaded:
    """Read one frame, from 0, before its window is applied. Raises as `read_view` does."""
    with _translated():
        return _format_of(content).unshaded(content, frame, rules)


def read_pictures(path: Path, rules: Rules = RULES) -> list[Picture]:
    """Read a file on disk and render the frames that the rules pick. Raises CannotDecode."""
    _, content = read_source(Location(path))
    return read_pictures_from_bytes(content, rules)


def read_pictures_from_bytes(content: bytes, rules: Rules = RULES) -> list[Picture]:
    """Render the frames that the rules pick. Raises CannotDecode, UNSUPPORTED without a picture."""
    decoded = read_content(content, sha256_of(content).hexdigest(), rules)
    if decoded.kept is not None:
        raise CannotDecode(SkipCode.UNSUPPORTED, decoded.kept.reason)
    return list(decoded.pictures)


@contextmanager
def _translated() -> Iterator[None]:
    """Keep the libraries quiet, and turn what they raise into the one error of this door."""
    with quiet_libraries():
        try:
            yield
        except (CannotDecode, InvalidRequest):
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


def _format_of(content: bytes) -> Format:
    if not content:
        raise CannotDecode(SkipCode.EMPTY, "There are no bytes.")
    for format_ in FORMATS:
        if format_.recognises(content):
            return format_
    packing = PACKED.get(content[:2])
    advice = f" It is packed with {packing}; unpack it first." if packing else ""
    raise CannotDecode(
        SkipCode.NOT_AN_IMAGE, f"It is not DICOM, NIfTI, PNG, JPEG, TIFF or WebP.{advice}"
    )
