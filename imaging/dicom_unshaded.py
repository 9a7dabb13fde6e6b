"""A frame of a DICOM file before its window is applied."""

from dataclasses import replace

import numpy as np
from pydicom.dataset import Dataset

from imaging.display import Plane, Stored, resolved
from imaging.pixel_layout import PixelLayout
from imaging.presentation import read_aspect, read_grey_display
from imaging.profiles import Profile
from imaging.render import arrangement_of, display_of, tones_of
from imaging.unshaded import Unshaded


def unshaded_frame(
    dataset: Dataset,
    layout: PixelLayout,
    stored: Stored,
    frame: int,
    profile: Profile,
    graphics: Plane | None,
) -> Unshaded:
    """A frame of a DICOM file. Raises as `render` does."""
    tones = tones_of(dataset, layout, stored, frame, profile, None)
    arrangement = arrangement_of(dataset, layout, frame, tones, profile)

    def arrange(each: Stored) -> Stored:
        return np.ascontiguousarray(arrangement.apply(each))

    made = Unshaded(
        arrange(tones),
        aspect=read_aspect(dataset, frame) if profile.squares_pixels else 1.0,
        graphics=None if graphics is None or not graphics.any() else arrange(graphics),
        is_mirrored=arrangement.mirrored,
    )
    if tones.ndim == 3:
        return made
    own = resolved(stored, display_of(dataset, layout, frame, profile, None))
    padding = read_grey_display(dataset, layout, frame).padding
    return replace(made, stored=arrange(stored), display=own, padding=padding)
