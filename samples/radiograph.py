"""Radiographs: a body's attenuation summed along the beam, with scatter, noise, a marker."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset

from samples import cloud
from samples.canvas import Look, Palette, Part, extent, paint
from samples.grid import Axis, Field, Grid, Window, axis_around
from samples.scanners import Scanner
from samples.series import Box, Instance, Series, Stored, box_of
from samples.shapes import Bundle, Plate, Tube, as_point
from samples.texture import blurred
from samples.tissues import Tissue, attenuation

XRAY: Palette = {tissue: Look(attenuation(tissue), 0.0) for tissue in Tissue}
FOCUS = 0.75  # pixels: the blur of the focal spot and of the detector
Cloud = tuple[cloud.Points, cloud.Amounts]
ALONG_Y, ALONG_X = 1, 2  # the array axis that the beam follows: frontal, lateral


@dataclass(frozen=True, slots=True)
class Film:
    """Where a radiograph lies: its middle (across, z), its size and its pixels in mm."""

    middle: tuple[float, float]
    width: float
    height: float
    pixel: float
    beam: int  # ALONG_Y or ALONG_X
    depth: tuple[float, float]  # the body's reach along the beam, mm
    step: float = 10.0  # mm between samples along the beam

    def grid(self, along: float) -> Grid:
        """The voxels between tube and film, `along` mm apart on the way; one if that is 0."""
        across = axis_around(self.middle[0], self.width, self.pixel)
        up = axis_around(self.middle[1], self.height, self.pixel)
        low, high = self.depth
        deep = axis_around((low + high) / 2, high - low, along) if along else Axis(0.0, 1.0, 1)
        if self.beam == ALONG_Y:
            return Grid(up, deep, across, 1.1 * self.pixel, self.beam)
        return Grid(up, across, deep, 1.1 * self.pixel, self.beam)


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a body adds to each ray, the feet's end first: painted parts, and fine ones."""

    solid: Field
    fine: Field

    @property
    def rays(self) -> Field:
        """The attenuation along each ray, (rows, columns), the head's end first."""
        return np.ascontiguousarray((self.solid + self.fine)[::-1])


def reprojected(
    base: Shadow, film: Film, before: tuple[Part, ...], after: tuple[Part, ...]
) -> Field:
    """The rays of `after`, from the shadow of `before`: only what changed is projected again."""
    old, new = set(before), set(after)
    gone = [part for part in before if part not in new]
    come = [part for part in after if part not in old]
    fine = base.fine + _fine([come], film) - _fine([gone], film)
    changed = [part for part in (*gone, *come) if not part.fine]
    solid = _repainted(base.solid, film, after, changed) if changed else base.solid
    return Shadow(solid, fine).rays


def _repainted(solid: Field, film: Film, after: tuple[Part, ...], changed: list[Part]) -> Field:
    """What the painted parts add, painted anew only where parts have changed."""
    grid = film.grid(film.step)
    window = _window(grid, changed, film.beam)
    rows, columns = window[0], window[2 if film.beam == ALONG_Y else 1]
    fresh = solid.copy()
    fresh[rows, columns] = _solid(after, grid.cut(window), film.step)
    return fresh


def _window(grid: Grid, parts: list[Part], beam: int) -> Window:
    low = np.min([part.bounds[0] for part in parts], axis=0)
    high = np.max([part.bounds[1] for part in parts], axis=0)
    window = list(grid.window(as_point(low), as_point(high)))
    window[beam] = slice(0, grid.shape[beam])
    return window[0], window[1], window[2]


def _solid(parts: Iterable[Part], grid: Grid, step: float) -> Field:
    """What all but the fine parts add to each ray, the feet's end first."""
    volume = paint([part for part in parts if not part.fine], grid, [XRAY])[0]
    made: Field = volume.sum(axis=grid.beam) * np.float32(step)
    return made


def projection(parts: Iterable[Part], film: Film) -> Field:
    """The attenuation along each ray, (rows, columns), the head's end first."""
    return projected(parts, film).rays


def projected(parts: Iterable[Part], film: Film, inner: tuple[Part, ...] = ()) -> Shadow:
    """What a body adds to each ray.

    The points of the `inner` ones are made once for all films of a body.
    """
    parts, among = tuple(parts), set(inner)
    solid = _solid(parts, film.grid(film.step), film.step)
    return Shadow(solid, _fine([inner, [part for part in parts if part not in among]], film))


def _fine(groups: Iterable[Iterable[Part]], film: Film) -> Field:
    """What the parts of fine bone and vessel add to each ray, the feet's end first."""
    fine = (tuple(part for part in group if part.fine) for group in groups)
    clouds = [_cloud(group, film.pixel) for group in fine if group]
    if not clouds:
        return np.zeros((1, 1), np.float32)
    points, weights = (np.concatenate(column) for column in zip(*clouds, strict=True))
    total = cloud.deposit(points, weights, film.grid(0.0), film.beam).squeeze(axis=film.beam)
    return blurred(total / np.float32(film.pixel**2), FOCUS)


@lru_cache(maxsize=4)  # of a body, of the rest in one view, and of what has come and gone
def _cloud(parts: tuple[Part, ...], pixel: float) -> Cloud:
    """Points all over fine parts, with what each adds to the rays through it."""
    clouds = [*_thin(parts, pixel), *_bones(parts, pixel)]
    points, weights = (np.concatenate(column) for column in zip(*clouds, strict=True))
    return points, weights


def _thin(parts: Iterable[Part], pixel: float) -> Iterator[Cloud]:
    """The vessels of the lungs and plates of bone."""
    for part in parts:
        if isinstance(part.shape, Bundle):
            points, amounts = cloud.of_bundle(part.shape, pixel)
            yield points, amounts * _excess(part.tissue, Tissue.LUNG)
        elif isinstance(part.shape, Plate):
            points, amounts = cloud.of_plate(part.shape, pixel / 2)
            yield points, amounts * _excess(part.tissue, Tissue.MUSCLE)


def _bones(parts: Iterable[Part], pixel: float) -> Iterator[Cloud]:
    """The shells and the cores of long bones: all of one tissue as one cloud."""
    layers: dict[tuple[Tissue, float], list[tuple[Tube, tuple[float, float]]]] = {}
    for part in parts:
        if isinstance(part.shape, Tube):
            core, depth = part.core or (part.tissue, 0.0)
            shell = layers.setdefault((part.tissue, 1.0), [])
            shell.append((part.shape, (0.0, depth)))
            layers.setdefault((core, 1.6), []).append((part.shape, (depth, 99.0)))
    for (tissue, step), tubes in layers.items():
        shapes, depths = zip(*tubes, strict=True)
        points, amounts = cloud.of_tubes(shapes, depths, step * pixel)
        yield points, amounts * _excess(tissue, Tissue.MUSCLE)


def _excess(tissue: Tissue, around: Tissue) -> np.float32:
    return np.float32(attenuation(tissue) - attenuation(around))


@dataclass(frozen=True, slots=True)
class Exposure:
    """How a machine makes and shows a radiograph."""

    photons: float = 3e5  # per pixel without a body
    scatter: float = 0.12  # share of the unscattered beam, behind the grid
    equalise: float = 0.35  # share of the large structures taken away, as processing does
    sharpen: float = 0.5
    low: float = 0.3  # what is shown black
    high: float = 3.2  # and white


def exposed(rays: Field, how: Exposure, pixel: float, rng: np.random.Generator) -> Field:
    """A detector's picture of the rays' attenuation, 0 (black) to 1 (white)."""
    beam = np.exp(-rays)
    beam = beam + np.float32(how.scatter) * blurred(beam, 22 / pixel)
    noise = rng.standard_normal(rays.shape, np.float32) / np.sqrt(how.photons * beam)
    shown = -np.log(beam / np.float32(1 + how.scatter)) + noise
    large = blurred(shown, 26 / pixel)
    fine = shown - blurred(shown, 1.6)
    shown = shown - np.float32(how.equalise) * large + np.float32(how.sharpen) * fine
    middle, half = (how.low + how.high) / 2, (how.high - how.low) / 2
    toned: Field = 0.5 + 0.5 * np.tanh(1.15 * (shown - middle) / half) / np.tanh(1.15)
    return np.clip(toned, 0, 1)


def lead_letter(image: Field, letter: str, pixel: float, top: float, left: float) -> None:
    """Draw a lead letter 14 mm high onto a picture, its corner so many mm from the edges."""
    font = ImageFont.load_default(size=14 / pixel)
    canvas = Image.new("L", image.shape[::-1])
    ImageDraw.Draw(canvas).text((left / pixel, top / pixel), letter, fill=255, font=font)
    mask = np.asarray(canvas, np.float32) / 255
    image += mask * (1 - image)


CR_IMAGE = "1.2.840.10008.5.1.4.1.1.1"
DX_IMAGE = "1.2.840.10008.5.1.4.1.1.1.1"
WHITE = 4095


@dataclass(frozen=True, slots=True)
class View:
    """A projection: its name, the directions of its rows and columns, and its marker."""

    name: str  # ViewPosition: PA, AP, LL, LATERAL
    orientation: tuple[str, str]  # PatientOrientation, PS3.3 C.7.6.1.1.1
    letter: str
    marker: tuple[float, float]  # mm from the top and from the left


def exposure_for(scanner: Scanner, rays: Field) -> Exposure:
    """Automatic exposure: the range shown follows the body without its findings."""
    thin, thick = np.percentile(rays[rays > 0.5], [4, 96])
    return Exposure(
        photons=3e5 / scanner.noise**2,
        scatter=0.1 + 0.05 * scanner.noise,
        equalise=0.38 if scanner.modality == "DX" else 0.28,
        sharpen=0.5 * scanner.sharp,
        low=float(thin) * 0.62 - 0.5,
        high=float(thick) * 0.8,
    )


def radiograph(
    rays: Field, film: Film, view: View, scanner: Scanner, how: Exposure, rng: np.random.Generator
) -> Stored:
    """The picture as stored: 12 bits, inverted by a machine that writes MONOCHROME1."""
    image = exposed(rays, how, film.pixel, rng)
    lead_letter(image, view.letter, film.pixel, *view.marker)
    stored = np.rint(image * WHITE).astype(np.uint16)
    return np.uint16(WHITE) - stored if scanner.monochrome1 else stored


def film_boxes(marks: Mapping[str, tuple[Part, ...]], film: Film) -> dict[str, Box]:
    """Where each finding casts its shadow."""
    grid = film.grid(film.step)
    shadows = {
        name: np.flip(extent(parts, grid).max(axis=film.beam), 0) for name, parts in marks.items()
    }
    boxes = {name: box_of(shadow) for name, shadow in shadows.items()}
    return {name: box for name, box in boxes.items() if box is not None}


def radiograph_series(
    key: str, body_part: str, region: Dataset, film: Film, view: View, scanner: Scanner,
    instance: Instance, laterality: str = "",
) -> Series:  # fmt: skip
    """A series of one radiograph (PS3.3 A.2 and A.26)."""
    digital = scanner.modality == "DX"
    elements = {
        "ImageType": ["DERIVED", "PRIMARY"],
        "PatientOrientation": list(view.orientation),
        "ViewPosition": view.name,
        "KVP": 110 if body_part == "CHEST" else 55,
        "PhotometricInterpretation": "MONOCHROME1" if scanner.monochrome1 else "MONOCHROME2",
        "PresentationLUTShape": "INVERSE" if scanner.monochrome1 else "IDENTITY",
        "ImagerPixelSpacing": [round(film.pixel, 5)] * 2,
        "PixelSpacing": [round(film.pixel, 5)] * 2,
        "WindowCenter": 2048,
        "WindowWidth": 4096,
        **(
            _digital(region, laterality) if digital else {"PlateType": "", "Laterality": laterality}
        ),
    }
    words = f"{body_part} {view.name}"
    sop_class = DX_IMAGE if digital else CR_IMAGE
    return Series(key, sop_class, scanner, body_part, words, elements, iter([instance]))


def _digital(region: Dataset, laterality: str) -> dict[str, object]:
    """What the DX modules ask for beyond CR (PS3.3 C.8.11)."""
    return {
        "PresentationIntentType": "FOR PRESENTATION",
        "PixelIntensityRelationship": "LOG",
        "PixelIntensityRelationshipSign": 1,
        "RescaleIntercept": 0,
        "RescaleSlope": 1,
        "RescaleType": "US",
        "ImageLaterality": laterality or "U",
        "AnatomicRegionSequence": [region],
        "DetectorType": "SCINTILLATOR",
        "AcquisitionContextSequence": [],
    }
