"""Ultrasound: a plane of echoes under a fan of beams, with speckle, shadows and a label."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from samples.canvas import Look, Palette
from samples.dicom_files import item
from samples.grid import Field
from samples.scanners import Scanner
from samples.series import Box, Elements, Instance, Series
from samples.texture import filtered, frequencies, moved
from samples.tissues import Tissue

US_IMAGE = "1.2.840.10008.5.1.4.1.1.6.1"
US_CINE = "1.2.840.10008.5.1.4.1.1.3.1"
SAMPLES, BEAMS = 320, 160  # along a beam, and side by side

# Echo (0 to 1) and loss (1/mm, beside what the machine's gain makes up for) of each tissue.
ECHOES: dict[Tissue, tuple[float, float]] = {
    Tissue.AIR: (0.95, 0.35), Tissue.LUNG: (0.95, 0.3), Tissue.FAT: (0.52, 0.001),
    Tissue.SKIN: (0.7, 0.002), Tissue.MUSCLE: (0.19, 0.001), Tissue.SOFT: (0.34, 0.001),
    Tissue.LIVER: (0.30, 0.0), Tissue.SPLEEN: (0.33, 0.0), Tissue.KIDNEY: (0.17, 0.0),
    Tissue.MEDULLA: (0.07, 0.0), Tissue.URINE: (0.012, -0.006), Tissue.BILE: (0.008, -0.007),
    Tissue.FLUID: (0.05, -0.003), Tissue.BLOOD: (0.015, -0.002), Tissue.VEIN: (0.015, -0.002),
    Tissue.CORTEX: (1.0, 0.5), Tissue.MARROW: (0.6, 0.3), Tissue.STONE: (1.2, 0.45),
    Tissue.TUMOUR: (0.16, 0.001), Tissue.OEDEMA: (0.07, 0.0),
}  # fmt: skip
ECHO: Palette = {t: Look(ECHOES.get(t, (0.25, 0.0))[0]) for t in Tissue}
LOSS: Palette = {t: Look(ECHOES.get(t, (0.25, 0.0))[1]) for t in Tissue}


@dataclass(frozen=True, slots=True)
class Fan:
    """A curved probe at the top: where its beams go in a picture of (rows, columns)."""

    rows: int
    columns: int
    depth: float = 165.0  # mm
    radius: float = 52.0  # mm of the probe's curve
    half_angle: float = 0.56  # radians

    @property
    def pixel(self) -> float:
        """Millimetres per pixel; the fan fills the picture below a margin of a tenth."""
        return self.depth / (self.rows * 0.86)

    @property
    def top(self) -> int:
        """The row of the probe's middle."""
        return int(self.rows * 0.10)


@lru_cache(maxsize=4)
def beams(fan: Fan) -> tuple[NDArray[np.bool_], Field, Field]:
    """For each pixel whether the fan reaches it, its depth in mm and its angle in radians."""
    x = (np.arange(fan.columns) - (fan.columns - 1) / 2)[None, :] * fan.pixel
    y = (np.arange(fan.rows) - fan.top)[:, None] * fan.pixel + fan.radius
    angle, depth = np.arctan2(x, y), np.hypot(x, y) - fan.radius
    seen = (np.abs(angle) < fan.half_angle) & (depth > 0) & (depth < fan.depth)
    return seen, depth.astype(np.float32), angle.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where the pixels that the fan reaches lie among the beams (samples, beams)."""

    sample: NDArray[np.intp]  # the one above and to the left, as an index into all of them
    below: Field  # the share of the next sample
    beside: Field  # the share of the next beam


@lru_cache(maxsize=4)
def lookup(fan: Fan) -> Lookup:
    """What each pixel that the fan reaches is made of: worked out once for all pictures."""
    seen, depth, angle = beams(fan)
    rows = np.minimum(depth[seen] / fan.depth, 0.9999) * (SAMPLES - 1)
    share = (angle[seen] / fan.half_angle + 1) / 2
    columns = np.clip(share, 0, 0.9999).astype(np.float32) * np.float32(BEAMS - 1)
    first, left = np.floor(rows), np.floor(columns)
    index = first.astype(np.intp) * BEAMS + left.astype(np.intp)
    return Lookup(index, rows - first, columns - left)


@lru_cache(maxsize=4)
def paths(fan: Fan) -> tuple[Field, Field]:
    """How far below the probe's middle, and beside it, each sample is in mm. (samples, beams)"""
    angle = np.linspace(-fan.half_angle, fan.half_angle, BEAMS)[None, :]
    way = np.linspace(0, fan.depth, SAMPLES)[:, None] + fan.radius
    down, across = way * np.cos(angle) - fan.radius, way * np.sin(angle)
    return down.astype(np.float32), across.astype(np.float32)


def polar(
    planes: tuple[Field, Field], spacing: float, probe: tuple[float, float], fan: Fan
) -> tuple[Field, Field]:
    """Two planes (down, across) along the beams, (samples, beams), by the nearest pixel.

    `probe` is the row and the column of the planes under the middle of the probe.
    """
    places = []
    for way, start, count in zip(paths(fan), probe, planes[0].shape, strict=True):
        at = np.rint(way / np.float32(spacing) + np.float32(start))
        places.append(np.clip(at, 0, count - 1).astype(np.intp))
    rows, columns = places
    return planes[0][rows, columns], planes[1][rows, columns]


def scan(echo: Field, loss: Field, fan: Fan, rng: np.random.Generator) -> Field:
    """What the beams (samples, beams) bring back, on the screen, 0 to 1."""
    step = np.float32(fan.depth / echo.shape[0])
    there = np.exp(-2 * step * np.cumsum(loss, axis=0))
    edges = np.abs(np.diff(echo, axis=0, prepend=echo[:1]))
    signal = (echo + np.float32(0.9) * edges) * np.clip(there, 0, 2.2) * speckle(echo.shape, rng)
    shown = np.clip(0.60 + 0.40 * np.log10(signal + np.float32(1e-4)), 0, 1)
    picture = np.zeros((fan.rows, fan.columns), np.float32)
    picture[beams(fan)[0]] = _between(shown, lookup(fan))
    return picture


def _between(samples: Field, places: Lookup) -> Field:
    """Values between the samples, bilinear."""
    values, first = samples.ravel(), places.sample
    above = values[first] * (1 - places.beside) + values[first + 1] * places.beside
    first = first + BEAMS
    below = values[first] * (1 - places.beside) + values[first + 1] * places.beside
    mixed: Field = above + (below - above) * places.below
    return mixed


def speckle(shape: tuple[int, int], rng: np.random.Generator) -> Field:
    """Fully developed speckle with a mean of 1: one of a few pieces, moved."""
    return moved(_speckle_tiles(shape), rng)


@cache
def _speckle_tiles(shape: tuple[int, int]) -> NDArray[np.float32]:
    """The magnitude of narrow-band complex fields (Goodman 1975). (8, samples, beams)"""
    rng = np.random.default_rng(1975)
    narrow = np.exp(-((frequencies(*shape) / 0.19) ** 2))
    fields = [filtered(rng.standard_normal(shape, np.float32), narrow) for _ in range(16)]
    tiles = [np.hypot(*pair) for pair in zip(fields[::2], fields[1::2], strict=True)]
    return np.stack([tile / tile.mean() for tile in tiles])


def screen(image: Field, scanner: Scanner, label: str) -> NDArray[np.uint8]:
    """The picture as a machine shows it: RGB with its name and a grey bar in the corners."""
    grey = Image.fromarray((image * 255).astype(np.uint8)).convert("RGB")
    draw, rows = ImageDraw.Draw(grey), image.shape[0]
    font = ImageFont.load_default(size=max(8, rows / 24))
    for place, text in (((4, 2), "SYNTHETIC"), ((4, 2 + rows / 20), scanner.model)):
        draw.text(place, text, fill=(230, 220, 120), font=font)
    draw.text((4, rows - rows / 14), label, fill=(120, 220, 230), font=font)
    for row in range(rows // 4):
        shade = 255 - row * 1020 // rows
        draw.line([(image.shape[1] - 8, 6 + row), (image.shape[1] - 5, 6 + row)], (shade,) * 3)
    return np.asarray(grey)


def region(fan: Fan) -> Elements:
    """The calibrated part of the picture (PS3.3 C.8.5.5)."""
    side = min(fan.columns / 2, np.sin(fan.half_angle) * (fan.radius + fan.depth) / fan.pixel)
    return {
        "SequenceOfUltrasoundRegions": [
            item(
                RegionSpatialFormat=1,
                RegionDataType=1,
                RegionFlags=0,
                RegionLocationMinX0=int(max(0, fan.columns / 2 - side)),
                RegionLocationMinY0=fan.top,
                RegionLocationMaxX1=int(min(fan.columns - 1, fan.columns / 2 + side)),
                RegionLocationMaxY1=int(min(fan.rows - 1, fan.top + fan.depth / fan.pixel)),
                PhysicalUnitsXDirection=3,
                PhysicalUnitsYDirection=3,
                PhysicalDeltaX=fan.pixel / 10,
                PhysicalDeltaY=fan.pixel / 10,
            )
        ]
    }


def on_screen(
    mask: NDArray[np.bool_], spacing: float, probe: tuple[float, float], fan: Fan
) -> Box | None:
    """The box on the screen of a mask of the plane, as far as the fan reaches it."""
    seen, _, _ = beams(fan)
    rows, columns = np.nonzero(mask)
    y = np.rint(fan.top + (rows - probe[0]) * spacing / fan.pixel).astype(int)
    x = np.rint((columns - probe[1]) * spacing / fan.pixel + (fan.columns - 1) / 2).astype(int)
    inside = (y >= 0) & (y < fan.rows) & (x >= 0) & (x < fan.columns)
    y, x = y[inside], x[inside]
    y, x = y[seen[y, x]], x[seen[y, x]]
    if not len(y):
        return None
    margin = 4
    return Box(
        max(0, int(x.min()) - margin), max(0, int(y.min()) - margin),
        min(fan.columns, int(x.max()) + 1 + margin), min(fan.rows, int(y.max()) + 1 + margin),
    )  # fmt: skip


def us_series(key: str, scanner: Scanner, description: str, instance: Instance, fan: Fan) -> Series:
    """One still or one cine (PS3.3 A.6 and A.7)."""
    cine = instance.pixels.ndim == 4
    elements = {
        "ImageType": ["DERIVED", "PRIMARY", "ABDOMINAL"],
        "BurnedInAnnotation": "NO",
        "PatientOrientation": "",
        **region(fan),
        **({"FrameTime": 50.0, "CineRate": 20, "FrameIncrementPointer": 0x00181063,
            "NumberOfFrames": len(instance.pixels)} if cine else {}),
    }  # fmt: skip
    if scanner.syntax.is_encapsulated:
        elements |= {
            "LossyImageCompression": "01",
            "LossyImageCompressionRatio": 10,
            "LossyImageCompressionMethod": "ISO_10918_1",
        }
    sop_class = US_CINE if cine else US_IMAGE
    return Series(key, sop_class, scanner, "ABDOMEN", description, elements, iter([instance]))
