"""Where a slice lies in the patient, as a DICOM header says it."""

import math
from typing import Final

from pydicom.dataset import Dataset

from core.types import Decoded, Place
from imaging import elements
from imaging.functional_groups import PER_FRAME, SHARED, scopes

KEYWORDS: Final = ("ImageOrientationPatient", "ImagePositionPatient", SHARED, PER_FRAME)

SLICED: Final = frozenset({"CT", "MR", "PT", "NM"})  # modalities whose series are volumes
LOCALIZER: Final = "LOCALIZER"
# Cosines are written with few digits. Beyond this they are no directions.
TOLERANCE: Final = 1e-2
FURTHEST: Final = 1e6  # mm


def read_place(dataset: Dataset, frame: int) -> Place | None:
    """Read the place of a frame; None if the file does not say, or says what cannot be.

    Source: PS3.3 C.7.6.2.1.1, and C.7.6.16.2.3 and C.7.6.16.2.4 for functional groups.
    """
    orientation = _numbers(dataset, frame, "PlaneOrientationSequence", "ImageOrientationPatient")
    position = _numbers(dataset, frame, "PlanePositionSequence", "ImagePositionPatient")
    is_place = _is_orientation(orientation) and _is_position(position)
    return Place(orientation, position) if is_place else None


def is_slice(decoded: Decoded) -> bool:
    """Say whether a file is one slice of a series, which its series may leave out."""
    tags = decoded.instance.tags
    return (
        decoded.kept is None
        and decoded.instance.place is not None
        and tags.frames == 1
        and tags.modality in SLICED
        and LOCALIZER not in tags.image_type.upper().split("\\")
    )


def _numbers(dataset: Dataset, frame: int, macro: str, keyword: str) -> tuple[float, ...]:
    found = (elements.numbers(scope, keyword) for scope in scopes(dataset, macro, frame))
    return next(filter(None, found), ())


def _is_orientation(cosines: tuple[float, ...]) -> bool:
    """Say whether these are two directions at right angles."""
    if len(cosines) != 6:
        return False
    row, column = cosines[:3], cosines[3:]
    lengths = (math.hypot(*row), math.hypot(*column))
    across = sum(a * b for a, b in zip(row, column, strict=True))
    return abs(across) <= TOLERANCE and all(abs(length - 1) <= TOLERANCE for length in lengths)


def _is_position(position: tuple[float, ...]) -> bool:
    return len(position) == 3 and all(abs(distance) <= FURTHEST for distance in position)
