"""Finds the parts of a DICOM header that may describe one frame."""

from collections.abc import Iterator
from typing import Final

from pydicom.dataset import Dataset

from imaging import elements

PER_FRAME: Final = "PerFrameFunctionalGroupsSequence"
SHARED: Final = "SharedFunctionalGroupsSequence"


def scopes(dataset: Dataset, macro: str, frame: int) -> Iterator[Dataset]:
    """Yield what the frame says, what all frames share, and the top level: the nearest first.

    `macro` is the sequence that a group has for the subject. Source: PS3.3 C.7.6.16.
    """
    per_frame = elements.item(dataset, PER_FRAME, frame)
    shared = elements.item(dataset, SHARED)
    for groups in (per_frame, shared):
        described = elements.item(groups, macro) if groups is not None else None
        if described is not None:
            yield described
    yield dataset
