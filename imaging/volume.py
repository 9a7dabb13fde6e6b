"""Lays a volume out as slices, the way a radiologist looks at them."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.types import Place

Affine = NDArray[np.float64]  # (4, 4), from indices to mm
Volume = NDArray[Any]  # (columns, rows, slices)

# Both ends of the patient's axes; mm increase towards the second, as in DICOM (PS3.3 C.7.6.2.1.1).
AXES: Final = (("R", "L"), ("A", "P"), ("I", "S"))
# Where columns, rows and slices go. The patient's right is on the left, or the anterior is.
AXIAL, CORONAL, SAGITTAL = "LPS", "LIP", "PIR"
COARSE: Final = 2.0  # times the other edges of a voxel: it was taken in this plane


@dataclass(frozen=True, slots=True)
class Stack:
    """The slices of a volume."""

    columns: int
    rows: int
    slices: int
    to_patient: Affine  # from column, row and slice
    turns: NDArray[np.float64]  # (3, 2), from the volume's axes: as nibabel.orientations has them

    @property
    def spacing(self) -> tuple[float, float, float]:
        """The distance in mm from column to column, row to row and slice to slice."""
        column, row, across = (float(edge) for edge in _edges(self.to_patient))
        return column, row, across

    def turn(self, volume: Volume) -> Volume:
        """See a volume, with its axes as they were given, as columns, rows and slices."""
        turned: Volume = _orientations().apply_orientation(volume, self.turns)
        return turned

    def place(self, number: int) -> Place:
        """Say where a slice lies."""
        directions = self.to_patient[:3, :2] / _edges(self.to_patient)[:2]
        position = self.to_patient @ (0, 0, number, 1)
        return Place(tuple(directions.T.ravel().tolist()), tuple(position[:3].tolist()))


def lay_out(shape: tuple[int, int, int], to_patient: Affine) -> Stack:
    """Choose the plane of the slices, by how a volume lies: axial, unless it was taken otherwise.

    `to_patient` is an invertible affine from voxel indices to mm that increase to the patient's
    left, posterior and superior. A volume is taken in another plane when its voxels are at least
    twice as long across that plane, or when it has one slice there.
    """
    orientations = _orientations()
    lies = orientations.io_orientation(to_patient)
    order = np.argsort(lies[:, 0])  # the volume's axes as the patient's
    plane = _plane(np.array(shape)[order], _edges(to_patient)[order])
    turns = orientations.ornt_transform(lies, orientations.axcodes2ornt(plane, AXES))
    columns, rows, slices = (shape[axis] for axis in np.argsort(turns[:, 0]))
    turned = to_patient @ orientations.inv_ornt_aff(turns, shape)
    return Stack(columns, rows, slices, turned, turns)


def _plane(sizes: NDArray[np.int64], edges: NDArray[np.float64]) -> str:
    """Choose by sizes in voxels and edges in mm along the patient's axes."""
    for axis, plane in enumerate((SAGITTAL, CORONAL)):
        is_coarse = edges[axis] >= COARSE * np.delete(edges, axis).max()
        has_area = np.delete(sizes, axis).min() > 1
        if has_area and (is_coarse or sizes[axis] == 1):
            return plane
    return AXIAL


def _edges(affine: Affine) -> NDArray[np.float64]:
    edges: NDArray[np.float64] = np.linalg.norm(affine[:3, :3], axis=0)
    return edges


def _orientations() -> Any:
    return import_module("nibabel.orientations")  # 0.1 s that few runs need
