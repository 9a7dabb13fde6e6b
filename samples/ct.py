"""CT series: slices of a painted volume through a scanner's kernel, noise and table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from samples.canvas import Part, extent, paint
from samples.grid import Field, Grid
from samples.look import hounsfield
from samples.scanners import Scanner
from samples.series import Box, Instance, Series, Stored, box_of
from samples.shapes import Bounds
from samples.texture import filtered, frequencies, shifted
from samples.tissues import Tissue

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
OUTSIDE = -2000  # what signed scanners store where they did not measure
TILES = 8  # different pieces of noise that a series is made from


@dataclass(frozen=True, slots=True)
class Kernel:
    """A reconstruction: its name, the noise of a slice in HU, its sharpness and its window."""

    name: str
    noise: float
    sharpen: float
    windows: tuple[tuple[str, int, int], ...]  # explanation, centre, width


SOFT = Kernel("SOFT30", 11.0, 0.0, (("SOFT TISSUE", 40, 400), ("LUNG", -600, 1500)))
LUNG = Kernel("LUNG60", 34.0, 0.7, (("LUNG", -600, 1500),))
BONE = Kernel("BONE70", 40.0, 0.9, (("BONE", 400, 1800),))
BRAIN = Kernel("BRAIN20", 2.4, 0.0, (("BRAIN", 40, 80), ("SUBDURAL", 75, 200)))


@dataclass(frozen=True, slots=True)
class Table:
    """The couch under the patient: a thin curved shell."""

    top: float  # mm: how far back its middle lies

    @property
    def bounds(self) -> Bounds:
        """A wide slab."""
        return (-210.0, self.top - 40, -1e4), (210.0, self.top + 6, 1e4)

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """Distance to the middle of the shell, less half its thickness."""
        middle = self.top - np.square(x) / 1300
        made: Field = np.maximum(np.abs(y - middle) - 1.6, np.abs(x) - 205) + 0 * z
        return made


def couch(top: float) -> Part:
    """The couch as a part."""
    return Part(Tissue.TABLE, Table(top), -1)


def scanned(parts: tuple[Part, ...], grid: Grid, phase: str) -> Field:
    """The volume in Hounsfield units, (slices, rows, columns), the lowest slice first."""
    made: Field = paint(parts, grid, [hounsfield(phase)])[0]
    return made


def repainted(
    volume: Field, parts: tuple[Part, ...], changed: list[Part], grid: Grid, phase: str
) -> Field:
    """The volume again, painted anew only where parts have changed."""
    if not changed:
        return volume
    window = grid.window(*_around(changed))
    local = grid.cut(window)
    fresh = volume.copy()
    if 0 not in local.shape:
        fresh[window] = scanned(parts, local, phase)
    return fresh


def _around(parts: list[Part]) -> Bounds:
    boxes = [part.bounds for part in parts]
    low = np.min([box[0] for box in boxes], axis=0) - 6
    high = np.max([box[1] for box in boxes], axis=0) + 6
    return (float(low[0]), float(low[1]), float(low[2])), (
        float(high[0]), float(high[1]), float(high[2]),
    )  # fmt: skip


def ct_instances(
    volume: Field,
    grid: Grid,
    marks: Mapping[str, NDArray[np.bool_]],
    scanner: Scanner,
    kernel: Kernel,
    rng: np.random.Generator,
) -> Iterator[Instance]:
    """The slices as stored values, from the feet up, with the elements of each."""
    tiles = noise_tiles(grid.y.count, grid.x.count, kernel.sharpen)
    radius = _radius(grid.y.count, grid.x.count)
    strength = (1.15 - 0.6 * radius) * (kernel.noise * scanner.noise)
    for index, height in enumerate(grid.z.positions().tolist()):
        image = _sharpened(volume[index], kernel.sharpen * scanner.sharp)
        image += shifted(tiles, rng) * strength
        yield Instance(
            _stored(image, radius, scanner.signed),
            {
                "ImagePositionPatient": [grid.x.start, grid.y.start, round(height, 4)],
                "SliceLocation": round(height, 4),
            },
            boxes_at(marks, index),
            round(height, 2),
        )


def boxes_at(marks: Mapping[str, NDArray[np.bool_]], index: int) -> dict[str, Box]:
    """Where each finding is in one slice."""
    found = {name: box_of(mask[index]) for name, mask in marks.items()}
    return {name: box for name, box in found.items() if box is not None}


def marked(marks: Mapping[str, tuple[Part, ...]], grid: Grid) -> dict[str, NDArray[np.bool_]]:
    """The voxels of each finding."""
    return {name: extent(parts, grid) for name, parts in marks.items()}


@cache
def noise_tiles(rows: int, columns: int, sharpen: float) -> NDArray[np.float32]:
    """Pieces of noise with a reconstruction's spectrum and a deviation of 1: (8, rows, columns).

    The power rises with the frequency and falls with the kernel's (Riederer 1978).
    """
    rng = np.random.default_rng(1978)
    f = frequencies(rows, columns)
    response = np.sqrt(f) * np.exp(-((f / (0.22 + 0.16 * sharpen)) ** 2))
    tiles = [
        filtered(rng.standard_normal((rows, columns), np.float32), response) for _ in range(TILES)
    ]
    return np.stack([tile / tile.std() for tile in tiles])


def _sharpened(image: Field, gain: float) -> Field:
    """The slice with its Laplacian taken away, as a sharp kernel does."""
    sharp = image.copy()
    if gain:
        around = image[:-2, 1:-1] + image[2:, 1:-1] + image[1:-1, :-2] + image[1:-1, 2:]
        sharp[1:-1, 1:-1] += np.float32(gain * 0.5) * (image[1:-1, 1:-1] - around / 4)
    return sharp


@cache
def _radius(rows: int, columns: int) -> Field:
    """Distance from the middle, 1 at the edge of the circle that is measured."""
    down, across = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)[None, :]
    return np.hypot(down, across).astype(np.float32)


def _stored(image: Field, radius: Field, signed: bool) -> Stored:
    """HU as int16 with padding outside the circle, or as uint16 of HU + 1024."""
    if signed:
        np.clip(np.rint(image), -1024, 3071, out=image)
        image[radius > 1] = OUTSIDE
        return image.astype(np.int16)
    made: Stored = np.clip(np.rint(image) + 1024, 0, 4095).astype(np.uint16)
    return made


def ct_series(
    key: str, body_part: str, grid: Grid, scanner: Scanner, kernel: Kernel, phase: str,
    instances: Iterator[Instance],
) -> Series:  # fmt: skip
    """A CT series with the elements that its slices share (PS3.3 A.3)."""
    elements = {
        "ImageType": ["DERIVED", "PRIMARY", "AXIAL"],
        "ScanOptions": "HELICAL",
        "KVP": 120,
        "AcquisitionNumber": 1,
        "DataCollectionDiameter": 500,
        "ReconstructionDiameter": round(grid.x.step * grid.x.count, 2),
        "ConvolutionKernel": kernel.name,
        "GantryDetectorTilt": 0,
        "RotationDirection": "CW",
        "ExposureTime": 500,
        "XRayTubeCurrent": round(220 / scanner.noise),
        "PatientPosition": "HFS",
        "SliceThickness": grid.z.step,
        "SpacingBetweenSlices": grid.z.step,
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "PixelSpacing": [grid.y.step, grid.x.step],
        "PositionReferenceIndicator": "",
        "RescaleSlope": 1,
        "RescaleIntercept": 0 if scanner.signed else -1024,
        "RescaleType": "HU",
        "WindowCenter": [window[1] for window in kernel.windows],
        "WindowWidth": [window[2] for window in kernel.windows],
        "WindowCenterWidthExplanation": [window[0] for window in kernel.windows],
        **({"PixelRepresentation": 1, "PixelPaddingValue": OUTSIDE} if scanner.signed else {}),
        **({"ContrastBolusAgent": "INVENTED CONTRAST 300"} if phase else {}),
    }
    words = " ".join(filter(None, (body_part, kernel.windows[0][0], phase)))
    return Series(key, CT_IMAGE, scanner, body_part, words, elements, instances)
