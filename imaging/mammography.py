"""Hangs mammograms as readers do: chest wall to its side, the dark around the breast cut off."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from core.pixels import Grey
from imaging import elements
from imaging.functional_groups import scopes
from imaging.geometry import Arrangement
from imaging.pixel_layout import PixelLayout
from imaging.rules import Crop

KEYWORDS: Final = (
    "Modality",
    "SOPClassUID",
    "BodyPartExamined",
    "PresentationIntentType",
    "ImageLaterality",
    "Laterality",
    "PatientOrientation",
)
SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"  # and what is below: screens and reports

RADIOGRAPHS: Final = ("CR", "DX", "RG")

CELLS: Final = 128  # along the longer side: fine enough for an outline
SAMPLES: Final = 4  # a side, of each cell
LEAST_PART: Final = 0.02  # of the picture; less is no breast
DARKEST: Final = 64  # of 255; what is brighter is no background
EVEN: Final = 16.0  # grey levels between its quartiles; what varies more is none either
OUTLINE: Final = 0.15  # of the way from the background to tissue: skin is dim
THIN: Final = 3  # cells; what is at most twice as wide is no breast
LEAST_CONTRAST: Final = 4.0  # grey levels

Mask = NDArray[np.bool_]  # (rows of cells, columns of cells)


@dataclass(frozen=True, slots=True)
class Outline:
    """Where the breast is in a picture, in cells."""

    cells: Mask
    size: int  # of a cell, in pixels

    def box(self) -> Crop:
        """The rectangle around the breast, a cell wider at each side; in pixels."""
        rows, columns = (np.flatnonzero(self.cells.any(axis)) for axis in (1, 0))
        left, right = int(columns[0]) - 1, int(columns[-1]) + 2
        top, bottom = int(rows[0]) - 1, int(rows[-1]) + 2
        place = (max(left, 0) * self.size, max(top, 0) * self.size)
        return Crop(*place, right * self.size - place[0], bottom * self.size - place[1])

    def chest_wall(self) -> str:
        """The side, "left" or "right", along which more of the breast lies; "" if neither."""
        left, right = int(self.cells[:, 0].sum()), int(self.cells[:, -1].sum())
        if left == right:
            return ""
        return "left" if left > right else "right"


def is_mammogram(dataset: Dataset, layout: PixelLayout) -> bool:
    """Say whether a file is a projection or a slice of a breast, rather than a screen about one.

    A scanned film is a secondary capture, as a screen is, but says how the patient lies in it.
    """
    modality = elements.text(dataset, "Modality")
    is_breast = elements.text(dataset, "BodyPartExamined").upper() == "BREAST"
    is_capture = elements.text(dataset, "SOPClassUID").startswith(SECONDARY_CAPTURE)
    is_of_breast = modality == "MG" or (modality in RADIOGRAPHS and is_breast)
    return (
        layout.photometric in ("MONOCHROME1", "MONOCHROME2")
        and is_of_breast
        and elements.text(dataset, "PresentationIntentType") != "FOR PROCESSING"
        and not (is_capture and _directions(dataset, 0) == ("", ""))
    )


def hang(dataset: Dataset, frame: int, grey: Grey) -> Arrangement:
    """Find how a mammogram (H, W) is cut to the breast and turned, by its header and its tissue.

    The chest wall of a left breast goes to the left, of a right one to the right; the head or the
    outer side goes up. A breast without a side stays as it is. Source: PS3.3 C.8.11.7.1.3 (Patient
    Orientation of mammograms), IHE Mammography Image profile, RAD TF 4.16.4.2.2.1.1.2.
    """
    outline = find_breast(grey)
    side = _laterality(dataset, frame)
    along_rows, along_columns = _directions(dataset, frame)
    wall = {"A": "left", "P": "right"}.get(along_rows, outline.chest_wall() if outline else "")
    return Arrangement(
        box=outline.box() if outline else None,
        mirrored=bool(side and wall) and wall != {"L": "left", "R": "right"}[side],
        upside_down=bool(side) and along_columns in ("H", side),
    )


def _laterality(dataset: Dataset, frame: int) -> str:
    """Read the side, "L" or "R"; "" where there is none or both."""
    for scope in scopes(dataset, "FrameAnatomySequence", frame):
        for keyword in ("FrameLaterality", "ImageLaterality", "Laterality"):
            side = elements.text(scope, keyword)
            if side:
                return side if side in ("L", "R") else ""
    return ""


def _directions(dataset: Dataset, frame: int) -> tuple[str, str]:
    """Read the main directions of rows and columns: A or P, and H or F, else L or R; "" if unsaid.

    Digitised film has the name of the view there instead: that says nothing.
    """
    for scope in scopes(dataset, "PatientOrientationInFrameSequence", frame):
        declared = elements.text(scope, "PatientOrientation").split("\\")
        if len(declared) == 2 and all(set(axis) <= set("APHFLR") for axis in declared):
            return _first_of("AP", declared[0]), _first_of("HFLR", declared[1])
    return "", ""


def _first_of(wanted: str, direction: str) -> str:
    return next((letter for letter in wanted if letter in direction), "")


def find_breast(grey: Grey) -> Outline | None:
    """Find the largest connected area that is brighter than the background of (H, W).

    Letters and markers lie apart from it, or hang on it by something thin, as the edge of a film
    does. None where there is no dark, even background, as in a magnified view, or nothing on it.
    """
    size = -(-max(grey.shape) // CELLS)
    cells = _means(grey, size)
    least = _least_tissue(cells)
    if least is None:
        return None
    bright = cells > least
    breast = _grown(largest_area(_shrunk(bright))) & bright
    return Outline(breast, size) if breast.mean() >= LEAST_PART else None


def _means(grey: Grey, size: int) -> NDArray[np.float64]:
    """Give the mean grey of each cell; a rest that fills no cell belongs to the one before it."""
    step = max(size // SAMPLES, 1)
    coarse = grey[::step, ::step].astype(np.float64)
    rows, columns = (np.arange(0, length, size / step) for length in coarse.shape)
    starts = (rows.astype(np.int64), columns.astype(np.int64))
    sums = np.add.reduceat(np.add.reduceat(coarse, starts[0], axis=0), starts[1], axis=1)
    heights, widths = (
        np.diff(start, append=length) for start, length in zip(starts, coarse.shape, strict=True)
    )
    means: NDArray[np.float64] = sums / np.outer(heights, widths)
    return means


def _least_tissue(cells: NDArray[np.float64]) -> float | None:
    """Find the grey above which there is tissue; None without a dark, even background."""
    is_dark = cells <= _split(cells)
    dark, bright = cells[is_dark], cells[~is_dark]
    if not dark.size or not bright.size:
        return None
    lower, background, upper = (float(grey) for grey in np.percentile(dark, (25, 50, 75)))
    if background > DARKEST or upper - lower > EVEN:
        return None
    contrast = float(np.median(bright)) - background
    return background + max(OUTLINE * contrast, LEAST_CONTRAST)


def _split(cells: NDArray[np.float64]) -> float:
    """Find the grey that parts the cells best in two. Source: Otsu, IEEE Trans. SMC 9:62, 1979."""
    counts = np.bincount(cells.astype(np.int64).ravel(), minlength=256) / cells.size
    below = np.cumsum(counts)
    moment = np.cumsum(counts * np.arange(256))
    apart = (moment[-1] * below - moment) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.nan_to_num(apart / (below * (1 - below)), posinf=0)
    return float(np.argmax(between)) + 1


def _shrunk(mask: Mask) -> Mask:
    for _ in range(THIN):
        mask = ~_reached(~mask, edge=True)
    return mask


def _grown(mask: Mask) -> Mask:
    for _ in range(THIN):
        mask = _reached(mask, edge=False)
    return mask


def _reached(mask: Mask, edge: bool) -> Mask:
    """Add the cells beside a mask, and the outermost ones if what is beyond the edge counts."""
    around = np.pad(mask, 1, constant_values=edge)
    across = around[1:-1, :-2] | around[1:-1, 2:]
    reached: Mask = mask | across | around[:-2, 1:-1] | around[2:, 1:-1]
    return reached


def largest_area(mask: Mask) -> Mask:
    """Keep the largest area whose cells touch at their sides."""
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        spread = np.where(mask, _highest_neighbour(labels), 0)
        if (spread == labels).all():
            break
        labels = spread
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    largest: Mask = labels == (sizes.argmax() or -1)
    return largest


def _highest_neighbour(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    around = np.pad(labels, 1)
    across = np.maximum(around[1:-1, :-2], around[1:-1, 2:])
    along = np.maximum(around[:-2, 1:-1], around[2:, 1:-1])
    return np.maximum(labels, np.maximum(across, along))
