"""What a rendering hands to the writer: series of images with their own elements and truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samples.scanners import Scanner

Stored = NDArray[np.uint16] | NDArray[np.int16] | NDArray[np.uint8]
Elements = Mapping[str, Any]  # DICOM keyword to value


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels of an image: left and top are inside, right and bottom are the first outside."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Instance:
    """One image: stored values, its own elements, and where each finding (by name) is in it."""

    pixels: Stored  # (rows, columns), (rows, columns, 3) or (frames, rows, columns, 3)
    elements: Elements
    boxes: Mapping[str, Box] = field(default_factory=dict)
    slice_mm: float | None = None
    view: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Images of one kind by one machine; `key` tells it from the study's other series."""

    key: str
    sop_class: str
    scanner: Scanner
    body_part: str
    description: str
    elements: Elements
    instances: Iterator[Instance]


def box_of(mask: NDArray[np.bool_], margin: int = 2) -> Box | None:
    """The box of a mask (rows, columns) with a margin for soft edges; None when it is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    height, width = mask.shape
    return Box(
        max(0, int(columns[0]) - margin),
        max(0, int(rows[0]) - margin),
        min(width, int(columns[-1]) + 1 + margin),
        min(height, int(rows[-1]) + 1 + margin),
    )
