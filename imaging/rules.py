"""What a run, or a viewer, asks of the readers of files."""

from dataclasses import dataclass, field
from typing import Final

from imaging.display import Window
from imaging.frames import FramePolicy
from imaging.limits import Limits
from imaging.profiles import VOI, Profile


@dataclass(frozen=True, slots=True)
class Rules:
    """How a run reads files. Picklable, so that its workers read all of them alike."""

    profile: Profile = VOI
    frames: FramePolicy = field(default_factory=FramePolicy)
    limits: Limits = field(default_factory=Limits)
    default_charset: str = "iso8859_1"  # of text that declares none and is no UTF-8; Python's name


RULES: Final = Rules()


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of the rendered picture, in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class View:
    """One picture as a viewer asks for it, instead of what the profile chooses."""

    frame: int | None = None  # from 0; None: the middle one
    window: Window | None = None  # in modality values, such as Hounsfield units
    crop: Crop | None = None
    overlays: bool = False  # whether graphics of the file are drawn on top

    def frame_of(self, frames: int) -> int:
        """Give the frame to show of a file that has `frames`; one beyond its last is the last."""
        return frames // 2 if self.frame is None else min(max(self.frame, 0), frames - 1)
