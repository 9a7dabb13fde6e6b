"""What a page or a command asks of a worker, one file at a time."""

from dataclasses import dataclass

from core.types import Identity, Location, Pixels
from imaging.rules import View
from imaging.unshaded import Unshaded


@dataclass(frozen=True, slots=True)
class ViewTask:
    """One picture to make."""

    number: int  # from 0
    wanted: bytes | Location  # of an upload its bytes
    view: View


@dataclass(frozen=True, slots=True)
class IdentityTask:
    """One header to read."""

    number: int  # from 0
    wanted: bytes | Location  # of an upload its bytes


@dataclass(frozen=True, slots=True)
class ReleaseTask:
    """One DICOM file to de-identify."""

    number: int  # from 0
    wanted: Location
    key: bytes


@dataclass(frozen=True, slots=True)
class FrameTask:
    """One frame to give before its window."""

    number: int  # from 0
    wanted: Location
    frame: int


Task = ViewTask | IdentityTask | ReleaseTask | FrameTask
Answered = Pixels | Identity | bytes | Unshaded
