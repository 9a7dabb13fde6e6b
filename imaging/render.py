"""Renders decoded DICOM frames as a screen shows them: one renderer for index, query and viewer."""

from typing import Final

import numpy as np
from pydicom.dataset import Dataset

from core.pixels import as_rgb
from core.types import Pixels
from imaging import mammography, overlays, ultrasound
from imaging.crop import cut
from imaging.display import (
    WHITE,
    GreyDisplay,
    Plane,
    Stored,
    Window,
    render_colour,
    render_grey,
    render_palette,
)
from imaging.geometry import Arrangement, Picture, square_pixels
from imaging.lookup_tables import PALETTE_KEYWORDS, read_palette
from imaging.pixel_layout import KEYWORDS as LAYOUT_KEYWORDS
from imaging.pixel_layout import PixelLayout
from imaging.presentation import KEYWORDS as PRESENTATION_KEYWORDS
from imaging.presentation import read_aspect, read_grey_display, read_modality, read_polarity
from imaging.profiles import Profile
from imaging.rules import View

# What is read here, for a reader that wants nothing else.
KEYWORDS: Final = (
    *LAYOUT_KEYWORDS,
    *PRESENTATION_KEYWORDS,
    *PALETTE_KEYWORDS,
    *mammography.KEYWORDS,
    *ultrasound.KEYWORDS,
)
OVERLAYS: Final = overlays.TAGS


def render(
    dataset: Dataset,
    layout: PixelLayout,
    stored: Stored,
    frame: int,
    profile: Profile,
    view: View | None = None,
    graphics: Plane | None = None,
) -> Pixels:
    """Render stored values (H, W), or RGB samples (H, W, 3), by a profile.

    `view` asks for another window, which says nothing of colours, or for a part of the picture
    that the profile makes. `graphics` (H, W) are drawn white. Raises CannotDecode (CORRUPT) for a
    palette that is missing, InvalidRequest for a part that lies outside.
    """
    own = tones_of(dataset, layout, stored, frame, profile, None)
    asked = view.window if view is not None else None
    shown = own if asked is None else tones_of(dataset, layout, stored, frame, profile, asked)
    if graphics is not None:
        shown = _drawn(shown, graphics)
    # How it is arranged must not depend on the window: a part stays where it was.
    picture = arrangement_of(dataset, layout, frame, own, profile).apply(shown)
    if profile.squares_pixels:
        picture = square_pixels(picture, read_aspect(dataset, frame))
    picture = np.ascontiguousarray(cut(picture, view.crop if view is not None else None))
    return as_rgb(picture) if picture.ndim == 2 else picture


def tones_of(
    dataset: Dataset,
    layout: PixelLayout,
    stored: Stored,
    frame: int,
    profile: Profile,
    window: Window | None,
) -> Picture:
    """Bring stored values to 8 bit, grey (H, W) or colours (H, W, 3)."""
    if layout.samples == 3:
        return render_colour(stored, layout.stored)
    if layout.photometric == "PALETTE COLOR":
        return render_palette(stored, read_palette(dataset))
    return render_grey(stored, display_of(dataset, layout, frame, profile, window))


def display_of(
    dataset: Dataset, layout: PixelLayout, frame: int, profile: Profile, window: Window | None
) -> GreyDisplay:
    """Resolve how a grey frame is shown by a profile; `window` takes the place of its own."""
    if profile.uses_voi or window is not None:
        return read_grey_display(dataset, layout, frame, window)
    modality = read_modality(dataset, frame)
    return GreyDisplay(modality=modality, inverted=read_polarity(dataset, layout))


def arrangement_of(
    dataset: Dataset, layout: PixelLayout, frame: int, picture: Picture, profile: Profile
) -> Arrangement:
    """Find what a profile cuts out of a frame, and how it turns it."""
    if not profile.crops:
        return Arrangement()
    if mammography.is_mammogram(dataset, layout):
        return mammography.hang(dataset, frame, picture)
    return Arrangement(box=ultrasound.tissue_box(dataset, layout))


def _drawn(picture: Picture, graphics: Plane) -> Picture:
    drawn = picture.copy()
    drawn[graphics] = WHITE
    return drawn
