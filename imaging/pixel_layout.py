"""What a DICOM header declares of its pixels."""

from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset

from core.errors import CannotDecode
from core.types import SkipCode
from imaging import elements
from imaging.limits import Limits

PIXEL_KEYWORDS: Final = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
KEYWORDS: Final = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    *PIXEL_KEYWORDS,
)
COLOURS: Final = frozenset(
    {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_ICT", "YBR_RCT"}
)
GREYS: Final = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
# Retired (PS3.3 C.7.6.3.1.2), and no sample is known to test a reader with.
RETIRED: Final = frozenset({"ARGB", "CMYK", "HSV", "YBR_PARTIAL_420"})


@dataclass(frozen=True, slots=True)
class PixelLayout:
    """The Image Pixel module, with what is missing filled in. Source: PS3.3 C.7.6.3."""

    rows: int
    columns: int
    samples: int  # 1, or 3 for colour
    frames: int
    photometric: str
    allocated: int  # bits
    stored: int  # bits
    high_bit: int  # the place of the highest of them, from 0
    signed: bool
    planar: int
    keyword: str  # which of PIXEL_KEYWORDS the pixels are in

    @property
    def frame_bits(self) -> int:
        """The size of one native frame; those of 1 bit follow each other without a gap."""
        bits = self.rows * self.columns * self.samples * self.allocated
        if self.photometric in ("YBR_FULL_422", "YBR_PARTIAL_422"):
            bits = bits // 3 * 2  # two pixels share a colour: C.7.6.3.1.2
        return bits


def read_layout(dataset: Dataset, keyword: str, limits: Limits) -> PixelLayout:
    """Read the layout of the pixels under `keyword`.

    Raises CannotDecode: CORRUPT, UNSUPPORTED, and TOO_LARGE before anything is allocated.
    """
    rows, columns = _size(dataset)
    samples = _samples(dataset)
    frames = max(elements.integer(dataset, "NumberOfFrames") or 1, 1)
    limits.check_samples(rows, columns, samples, frames)
    allocated, stored, high_bit = _bits(dataset)
    return PixelLayout(
        rows=rows,
        columns=columns,
        samples=samples,
        frames=frames,
        photometric=_photometric(dataset, samples),
        allocated=allocated,
        stored=stored,
        high_bit=high_bit,
        signed=elements.integer(dataset, "PixelRepresentation") == 1,
        planar=1 if elements.integer(dataset, "PlanarConfiguration") == 1 else 0,
        keyword=keyword,
    )


def _size(dataset: Dataset) -> tuple[int, int]:
    rows = elements.integer(dataset, "Rows") or 0
    columns = elements.integer(dataset, "Columns") or 0
    if rows <= 0 or columns <= 0:
        raise CannotDecode(
            SkipCode.CORRUPT,
            f"Its header declares {rows} rows and {columns} columns. Copy it again from its"
            " source.",
        )
    return rows, columns


def _samples(dataset: Dataset) -> int:
    samples = elements.integer(dataset, "SamplesPerPixel") or 1
    if samples not in (1, 3):
        raise CannotDecode(
            SkipCode.UNSUPPORTED,
            f"It has {samples} samples a pixel; 1 and 3 are read. Export it as RGB.",
        )
    return samples


def _bits(dataset: Dataset) -> tuple[int, int, int]:
    """Read bits allocated, bits stored and high bit; the last two where they are possible."""
    allocated = elements.integer(dataset, "BitsAllocated") or 0
    if allocated not in (1, 8, 16, 32, 64):
        raise CannotDecode(
            SkipCode.UNSUPPORTED,
            f"It has {allocated} bits allocated a sample; 1, 8, 16, 32 and 64 are read. Export it"
            " with 16.",
        )
    stored = elements.integer(dataset, "BitsStored") or allocated
    stored = stored if 0 < stored <= allocated else allocated
    high_bit = elements.integer(dataset, "HighBit") or 0
    return allocated, stored, high_bit if stored <= high_bit < allocated else stored - 1


def _photometric(dataset: Dataset, samples: int) -> str:
    """The number of samples is what the pixels have; a name that contradicts it is a mistake."""
    declared = elements.text(dataset, "PhotometricInterpretation")
    if declared in RETIRED:
        raise CannotDecode(
            SkipCode.UNSUPPORTED,
            f"Its colours are {declared}, which DICOM has retired. Export it as RGB.",
        )
    if samples == 1:
        return declared if declared in GREYS else "MONOCHROME2"
    return declared if declared in COLOURS else "RGB"
