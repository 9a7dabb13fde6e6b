"""MR series: the contrast of each tissue, a bias field, blurred and with Rician noise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from samples.canvas import Look, Palette
from samples.ct import boxes_at
from samples.grid import Field, Grid
from samples.look import GRAIN
from samples.scanners import Scanner
from samples.series import Box, Instance, Series
from samples.texture import shifted
from samples.tissues import Tissue

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"


@dataclass(frozen=True, slots=True)
class Contrast:
    """A weighting: its times in ms and the brightness of each tissue, 0 to 1000."""

    name: str
    echo: float
    repetition: float
    inversion: float
    sequence: str  # ScanningSequence
    signal: Mapping[Tissue, float]

    def palette(self) -> Palette:
        """What each tissue is worth; those not named are as muscle."""
        middle = self.signal[Tissue.MUSCLE]
        return {
            tissue: Look(self.signal.get(tissue, middle), min(2.2 * GRAIN.get(tissue, 1.0), 16.0))
            for tissue in Tissue
        }


_DARK = dict.fromkeys((Tissue.AIR, Tissue.CORTEX, Tissue.STONE, Tissue.TABLE), 6.0)
T1 = Contrast("T1", 12, 520, 0, "SE", {
    **_DARK, Tissue.FAT: 740, Tissue.SKIN: 380, Tissue.MUSCLE: 330, Tissue.MARROW: 560,
    Tissue.GREY: 400, Tissue.WHITE: 545, Tissue.NUCLEUS: 440, Tissue.CSF: 110, Tissue.DURA: 260,
    Tissue.EYE: 130, Tissue.LENS: 350, Tissue.TUMOUR: 330, Tissue.OEDEMA: 360, Tissue.CLOT: 520,
    Tissue.CARTILAGE: 430, Tissue.MENISCUS: 60, Tissue.LIGAMENT: 55, Tissue.FLUID: 120,
    Tissue.BLOOD: 60, Tissue.VEIN: 70, Tissue.GAP: 170,
})  # fmt: skip
T2 = Contrast("T2", 98, 4200, 0, "SE", {
    **_DARK, Tissue.FAT: 540, Tissue.SKIN: 260, Tissue.MUSCLE: 170, Tissue.MARROW: 300,
    Tissue.GREY: 430, Tissue.WHITE: 300, Tissue.NUCLEUS: 340, Tissue.CSF: 950, Tissue.DURA: 120,
    Tissue.EYE: 940, Tissue.LENS: 120, Tissue.TUMOUR: 580, Tissue.OEDEMA: 690, Tissue.CLOT: 190,
    Tissue.CARTILAGE: 330, Tissue.MENISCUS: 50, Tissue.LIGAMENT: 45, Tissue.FLUID: 950,
    Tissue.BLOOD: 40, Tissue.VEIN: 60, Tissue.GAP: 820,
})  # fmt: skip
FLAIR = Contrast("FLAIR", 110, 8500, 2400, "IR", {
    **_DARK, Tissue.FAT: 600, Tissue.SKIN: 280, Tissue.MUSCLE: 210, Tissue.MARROW: 270,
    Tissue.GREY: 470, Tissue.WHITE: 355, Tissue.NUCLEUS: 400, Tissue.CSF: 70, Tissue.DURA: 160,
    Tissue.EYE: 110, Tissue.LENS: 150, Tissue.TUMOUR: 640, Tissue.OEDEMA: 790, Tissue.CLOT: 260,
})  # fmt: skip
PD_FAT_SAT = Contrast("PD FS", 34, 2900, 0, "SE", {
    **_DARK, Tissue.FAT: 110, Tissue.SKIN: 330, Tissue.MUSCLE: 330, Tissue.MARROW: 120,
    Tissue.CARTILAGE: 640, Tissue.MENISCUS: 60, Tissue.LIGAMENT: 70, Tissue.FLUID: 930,
    Tissue.BLOOD: 560, Tissue.VEIN: 600, Tissue.GAP: 720, Tissue.OEDEMA: 620,
})  # fmt: skip


def mr_instances(
    volume: Field,
    grid: Grid,
    marks: Mapping[str, NDArray[np.bool_]],
    scanner: Scanner,
    rng: np.random.Generator,
) -> Iterator[Instance]:
    """Axial slices as stored values, from the feet up."""
    bias = bias_field(volume.shape[1], volume.shape[2], rng)
    for index, height in enumerate(grid.z.positions().tolist()):
        place = {
            "ImagePositionPatient": [grid.x.start, grid.y.start, round(height, 4)],
            "SliceLocation": round(height, 4),
        }
        boxes: dict[str, Box] = boxes_at(marks, index)
        pixels = received(volume[index], bias, scanner, rng)
        yield Instance(pixels, place, boxes, round(height, 2), "AXIAL")


def sagittal_instances(
    volume: Field,
    grid: Grid,
    marks: Mapping[str, NDArray[np.bool_]],
    scanner: Scanner,
    rng: np.random.Generator,
) -> Iterator[Instance]:
    """Sagittal slices from right to left; rows run down, columns to the back."""
    bias = bias_field(volume.shape[0], volume.shape[1], rng)
    top = grid.z.start + grid.z.step * (grid.z.count - 1)
    seen = {name: np.flip(mask, axis=0).transpose(2, 0, 1) for name, mask in marks.items()}
    for index, across in enumerate(grid.x.positions().tolist()):
        place = {
            "ImagePositionPatient": [round(across, 4), grid.y.start, round(top, 4)],
            "SliceLocation": round(across, 4),
        }
        pixels = received(volume[::-1, :, index], bias, scanner, rng)
        yield Instance(pixels, place, boxes_at(seen, index), round(across, 2), "SAGITTAL")


def received(
    image: Field, bias: Field, scanner: Scanner, rng: np.random.Generator
) -> NDArray[np.uint16]:
    """The magnitude of a noisy complex signal (Gudbjartsson and Patz 1995), 12 bits."""
    sigma = 16.0 * scanner.noise
    tiles = noise_tiles(*image.shape)
    real = image * bias + shifted(tiles, rng) * np.float32(sigma)
    imaginary = shifted(tiles, rng) * np.float32(sigma)
    magnitude = np.sqrt(real * real + imaginary * imaginary)
    made: NDArray[np.uint16] = np.clip(np.rint(magnitude), 0, 4095).astype(np.uint16)
    return made


@cache
def noise_tiles(rows: int, columns: int) -> NDArray[np.float32]:
    """White noise with a deviation of 1: (8, rows, columns)."""
    return np.random.default_rng(1995).standard_normal((8, rows, columns), np.float32)


def bias_field(rows: int, columns: int, rng: np.random.Generator) -> Field:
    """How much stronger the coil hears one side: a smooth field around 1."""
    down, across = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)[None, :]
    a, b, c = rng.uniform(-0.14, 0.14, 3)
    field = 1 + a * down + b * across + c * down * across + 0.1 * (down**2 + across**2)
    made: Field = field.astype(np.float32)
    return made


def mr_series(
    key: str, body_part: str, grid: Grid, scanner: Scanner, contrast: Contrast,
    instances: Iterator[Instance], laterality: str = "",
) -> Series:  # fmt: skip
    """An MR series with the elements that its slices share (PS3.3 A.4)."""
    if laterality:
        spacing, thick, directions = [grid.z.step, grid.y.step], grid.x.step, [0, 1, 0, 0, 0, -1]
    else:
        spacing, thick, directions = [grid.y.step, grid.x.step], grid.z.step, [1, 0, 0, 0, 1, 0]
    elements = {
        "ImageType": ["DERIVED", "PRIMARY", "M"],
        "ScanningSequence": contrast.sequence,
        "SequenceVariant": "SK",
        "ScanOptions": "FS" if "FS" in contrast.name else "",
        "MRAcquisitionType": "2D",
        "AcquisitionNumber": 1,
        "EchoTime": contrast.echo,
        "RepetitionTime": contrast.repetition,
        "EchoTrainLength": 8,
        **({"InversionTime": contrast.inversion} if contrast.inversion else {}),
        "MagneticFieldStrength": 3 if "3T" in scanner.model else 1.5,
        "PatientPosition": "HFS",
        "SliceThickness": thick,
        "SpacingBetweenSlices": thick,
        "ImageOrientationPatient": directions,
        "PixelSpacing": spacing,
        "PositionReferenceIndicator": "",
        "Laterality": laterality,
        "WindowCenter": 480,
        "WindowWidth": 960,
    }
    words = f"{body_part} {contrast.name} {'SAG' if laterality else 'AX'}"
    return Series(key, MR_IMAGE, scanner, body_part, words, elements, instances)
