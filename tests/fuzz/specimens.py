"""Gathers whole files of every kind, from which the mutants are made."""

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import nibabel
import numpy as np
import pydicom
from PIL import Image
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)

from imaging.header import is_dicom
from tests.unit.imaging.archives import Member, make_dicomdir, make_zip
from tests.unit.imaging.factories import make_compressed, make_dicom, make_raster
from tests.unit.imaging.tiffs import make_tiff

MOST_BYTES = 256 << 10  # of a specimen: larger ones are read too slowly to be worth it
# Nobody's name. A reason that has it quotes the file.
CANARY = "Quetzalwing"
PROGRESSIVE = "1.2.840.10008.1.2.4.55"
IMAGE_NAME = "IMG0001"  # the file that the DICOMDIR names
SYNTAX = b"\x02\x00\x10\x00UI"  # the element that names the transfer syntax

DEEP = (np.arange(32 * 40) * 13 % 4096).astype(np.uint16).reshape(32, 40)
COLOURS = np.stack([DEEP >> 4, DEEP >> 5, DEEP >> 6], axis=2).astype(np.uint8)


@dataclass(frozen=True)
class Specimen:
    """One whole file. Kinds get equal shares of the mutants, however many specimens they have."""

    kind: str
    name: str
    content: bytes


def all_specimens(shared: Path) -> list[Specimen]:
    """Give those that are made here, and the small DICOM files of pydicom and of `shared`."""
    made = [Specimen(kind, kind, content) for kind, content in _made()]
    return [*made, *_real(_folders(shared))]


def _made() -> Iterator[tuple[str, bytes]]:
    yield from _dicom()
    yield from _raster()
    yield from _nifti()
    image = make_dicom(DEEP, PatientName=CANARY)
    members = [Member(f"{CANARY}/{name}", image) for name in ("a.dcm", "b.dcm")]
    text = Member("note.txt", CANARY.encode())
    yield "zip", make_zip(*members, Member("c.png", make_raster(Image.fromarray(COLOURS))), text)
    yield "DICOMDIR", make_dicomdir(IMAGE_NAME, f"..\\{CANARY}", "MISSING")


def _dicom() -> Iterator[tuple[str, bytes]]:
    named = {"PatientName": CANARY, "PatientID": CANARY, "StudyDescription": CANARY}
    for syntax in (
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    ):
        yield syntax, make_dicom(DEEP, syntax, **named)
    for syntax, options in ((JPEGBaseline8Bit, {}), (PROGRESSIVE, {"progressive": True})):
        frame = make_raster(Image.fromarray(COLOURS), "JPEG", **options)
        yield syntax, make_compressed([frame] * 3, syntax, COLOURS, **named)


def _raster() -> Iterator[tuple[str, bytes]]:
    pictures = [
        Image.fromarray(pixels) for pixels in (DEEP.astype(np.uint8), COLOURS, COLOURS[::-1])
    ]
    several = {"save_all": True, "append_images": pictures[1:]}
    yield "PNG", make_raster(Image.fromarray(DEEP))
    yield "APNG", make_raster(pictures[0], "PNG", **several)
    yield "palette", make_raster(pictures[1].quantize(16))
    yield "JPEG", make_raster(pictures[1], "JPEG", exif=_exif())
    yield "progressive", make_raster(pictures[1], "JPEG", progressive=True)
    yield "WebP", make_raster(pictures[1], "WEBP", exif=_exif())
    yield "animation", make_raster(pictures[0], "WEBP", **several)
    yield "pages", make_raster(pictures[0], "TIFF", **several)
    for compression in ("tiff_lzw", "packbits", "jpeg", "zstd", "tiff_adobe_deflate"):
        yield compression, make_raster(pictures[1], "TIFF", compression=compression)
    for compression in ("group3", "group4"):
        yield compression, make_raster(pictures[1].convert("1"), "TIFF", compression=compression)
    yield "tiles", make_tiff(DEEP, tile=16, deflated=True, predictor=True)
    yield "planes", make_tiff(COLOURS, 2, planar=True, rows_per_strip=7, big=True)


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, CANARY  # Orientation, ImageDescription
    return exif


def _nifti() -> Iterator[tuple[str, bytes]]:
    volume = np.moveaxis(np.stack([DEEP] * 5), 0, 2).astype(np.int16)
    for kind in (nibabel.Nifti1Image, nibabel.Nifti2Image):
        image = kind(volume, np.diag([1.0, -1.5, 3, 1]))
        image.header["descrip"], image.header["cal_max"] = CANARY.encode(), 3000
        yield f"{kind.__name__}", image.to_bytes()
        yield f"{kind.__name__} gzip", gzip.compress(image.to_bytes(), 1, mtime=0)


def _folders(shared: Path) -> Iterator[Path]:
    yield Path(pydicom.__file__).parent / "data" / "test_files"
    found = find_spec("data_store")
    if found is not None:
        yield Path(str(found.origin)).parent / "data"
    yield shared / "data" / "dicom"


def _real(folders: Iterator[Path]) -> Iterator[Specimen]:
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    for path in paths:
        content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
        if is_dicom(content):
            yield Specimen(_syntax(content), path.name, content)


def _syntax(content: bytes) -> str:
    """Name the transfer syntax, as far as it can be found without a parser."""
    place = content.find(SYNTAX)
    length = int.from_bytes(content[place + 6 : place + 8], "little")
    return content[place + 8 :][:length].rstrip(b"\0").decode("latin-1") if place > 0 else "bare"


def kinds_of(specimens: Sequence[Specimen]) -> dict[str, list[Specimen]]:
    """Group specimens by kind."""
    kinds: dict[str, list[Specimen]] = {}
    for specimen in specimens:
        kinds.setdefault(specimen.kind, []).append(specimen)
    return kinds
