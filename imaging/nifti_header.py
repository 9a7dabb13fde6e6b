"""Reads the header of a NIfTI file: what its voxels are, and how they lie in the patient.

Sources: nifti1.h and nifti2.h of the NIfTI data format working group (nifti.nimh.nih.gov).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import CannotDecode
from core.types import SkipCode
from imaging.display import Rescale

Affine = NDArray[np.float64]  # (4, 4), from voxel indices to mm

HEADER_BYTES: Final = 540  # of NIfTI-2, the longer one
SIZES: Final = {1: 348, 2: 540}  # bytes of a header, by version
FOUR: Final = 4  # bytes after the header that tell of extensions
MAGIC: Final = {  # version and whether it is one file, by place and bytes
    (344, b"n+1\0"): (1, True),
    (344, b"ni1\0"): (1, False),
    (4, b"n+2\0\r\n\x1a\n"): (2, True),
    (4, b"ni2\0\r\n\x1a\n"): (2, False),
}
ANALYZE_SIZES: Final = (b"\x5c\x01\0\0", b"\0\0\x01\x5c")  # 348, the first field of Analyze 7.5
ANALYZE_REGULAR: Final = 38  # the place of a field that is always "r"

MILLIMETRES: Final = {1: 1000.0, 3: 0.001}  # in a metre, in a micrometre: xyzt_units
FURTHEST: Final = 1e6  # mm; a place beyond it is a mistake
FLATTEST: Final = (
    1e-6  # volume of a voxel over that of its edges; below it an affine has no inverse
)
# NIFTI_INTENT codes whose voxels are labels, vectors, matrices or points.
NO_PICTURE: Final = range(1002, 1011)


@dataclass(frozen=True, slots=True)
class NiftiHeader:
    """What a NIfTI header says of its first three dimensions and the fourth."""

    shape: tuple[int, int, int]  # voxels of one volume, the first index fastest
    volumes: int  # the fourth dimension
    values: int  # of a voxel: the further dimensions together
    dtype: np.dtype[Any]  # of a voxel; with fields R, G, B and perhaps A for colours
    offset: int  # bytes before the first voxel
    rescale: Rescale
    shown: tuple[float, float]  # cal_min and cal_max, in rescaled values; what cannot be is kept
    to_patient: Affine  # to mm that increase to the patient's left, posterior and superior
    is_placed: bool  # false: the file does not say how it lies, `to_patient` is an assumption
    is_picture: bool  # by its intent

    @property
    def samples(self) -> int:
        """How many values a voxel has: 1 for grey, 3 or 4 for colours."""
        return len(self.dtype.names or "1")

    @property
    def volume_bytes(self) -> int:
        """The bytes of one volume."""
        return math.prod(self.shape) * self.dtype.itemsize


def is_nifti_start(start: bytes) -> bool:
    """Say whether a file begins like NIfTI or Analyze; HEADER_BYTES of it are enough."""
    return _version(start) is not None or _is_analyze(start)


def read_nifti_header(start: bytes) -> NiftiHeader:
    """Read the header at the start of a file.

    Raises CannotDecode (CORRUPT, UNSUPPORTED).
    """
    version, is_whole = _version(start) or (0, False)
    if not is_whole:
        raise CannotDecode(
            SkipCode.UNSUPPORTED,
            "It is a header whose voxels are in another file (.img). Convert both into one .nii.",
        )
    size = SIZES[version]
    if len(start) < size:
        raise corrupt("Its header is cut off")
    kind = getattr(import_module(f"nibabel.nifti{version}"), f"Nifti{version}Header")
    fields = kind(start[:size], check=False)
    dims = _dims(fields)
    to_patient = _to_patient(fields)
    return NiftiHeader(
        shape=(dims[0], dims[1], dims[2]),
        volumes=dims[3],
        values=math.prod(dims[4:]),
        dtype=_dtype(fields),
        offset=_offset(fields, size + FOUR),
        rescale=_rescale(fields),
        shown=(float(fields["cal_min"]), float(fields["cal_max"])),
        to_patient=_assumed(fields) if to_patient is None else to_patient,
        is_placed=to_patient is not None,
        is_picture=int(fields["intent_code"]) not in NO_PICTURE,
    )


def corrupt(what: str) -> CannotDecode:
    """Make the error of a damaged file."""
    return CannotDecode(SkipCode.CORRUPT, f"{what}. Copy it again from its source.")


def _version(start: bytes) -> tuple[int, bool] | None:
    found = (told for (place, magic), told in MAGIC.items() if start.startswith(magic, place))
    return next(found, None)


def _is_analyze(start: bytes) -> bool:
    return start.startswith(ANALYZE_SIZES) and start[ANALYZE_REGULAR:][:1] == b"r"


def _dims(fields: Any) -> list[int]:
    """Give all seven dimensions; those that a file does not use are 1."""
    count, *sizes = (int(size) for size in fields["dim"])
    used = sizes[: max(count, 0)]
    if not 1 <= count <= len(sizes) or min(used) < 1:
        raise corrupt("Its dimensions cannot be")
    return used + [1] * (len(sizes) - count)


def _dtype(fields: Any) -> np.dtype[Any]:
    try:
        dtype: np.dtype[Any] = fields.get_data_dtype()
    except KeyError:
        dtype = np.dtype(np.void)
    if dtype.names or (dtype.kind in "iuf" and dtype.itemsize <= 8):
        return dtype
    raise CannotDecode(
        SkipCode.UNSUPPORTED,
        "Its voxels are complex, single bits or of an unknown type. Convert them to float.",
    )


def _offset(fields: Any, least: int) -> int:
    offset = float(fields["vox_offset"])
    if not (least <= offset < math.inf and offset.is_integer()):
        raise corrupt("Its voxels begin where they cannot")
    return int(offset)


def _rescale(fields: Any) -> Rescale:
    """A slope that is 0 or no number stands for none, an intercept that is no number for 0."""
    slope, intercept = float(fields["scl_slope"]), float(fields["scl_inter"])
    if slope == 0 or not math.isfinite(slope):
        return Rescale()
    return Rescale(slope, intercept if math.isfinite(intercept) else 0.0)


def _to_patient(fields: Any) -> Affine | None:
    """Find the first of sform and qform that is there and can be inverted."""
    for affine in _affines(fields):
        to_patient = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine  # from right, anterior, superior
        to_patient[:3] *= MILLIMETRES.get(int(fields["xyzt_units"]) & 7, 1.0)
        if _is_invertible(to_patient):
            return to_patient
    return None


def _affines(fields: Any) -> Iterator[Affine]:
    if fields["sform_code"] > 0:
        yield fields.get_sform()
    if fields["qform_code"] > 0:
        fields = fields.copy()
        fields["pixdim"][1:4] = _zooms(fields)
        fields["pixdim"][0] = -1 if fields["pixdim"][0] < 0 else 1  # nifti1.h: 0 counts as 1
        yield from _attempt(fields.get_qform)


def _attempt(affine: Callable[[], Affine]) -> Iterator[Affine]:
    try:
        yield affine()
    except ValueError:  # a quaternion that is none
        return


def _zooms(fields: Any) -> list[float]:
    """Give the size of a voxel in the file's unit; a size that cannot be is 1."""
    sizes = (abs(float(size)) for size in fields["pixdim"][1:4])
    return [size if 0 < size < math.inf else 1.0 for size in sizes]


def _assumed(fields: Any) -> Affine:
    """Take a file that does not say how it lies as radiological: nifti1.h, method 1."""
    x, y, z = _zooms(fields)
    return np.diag([x, -y, z, 1.0])


def _is_invertible(affine: Affine) -> bool:
    if not (np.isfinite(affine).all() and np.abs(affine).max() < FURTHEST):
        return False
    edges = np.linalg.norm(affine[:3, :3], axis=0)
    return bool(abs(np.linalg.det(affine[:3, :3])) > FLATTEST * edges.prod() > 0)
