"""Pictures before their window is applied, for a viewer that lets a person move it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.pixels import as_rgb
from core.types import Pixels
from imaging.display import WHITE, GreyDisplay, Plane, Stored, Window, render_grey, resolved
from imaging.geometry import square_pixels

Padding = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Unshaded:
    """One frame, cut and turned as it is shown, and how it becomes visible."""

    stored: Stored  # grey (H, W) as the file holds it, or what is seen of colours (H, W, 3)
    display: GreyDisplay | None = None  # by its own window, which is there; None: colours
    padding: Padding | None = None  # of grey under any other window
    aspect: float = 1.0  # the height of a pixel over its width, to stretch by
    graphics: Plane | None = None  # (H, W), drawn white where a viewer asks for it
    is_mirrored: bool = False  # left and right have changed places to hang it

    def shade(self, window: Window | None = None, with_graphics: bool = False) -> Pixels:
        """What a screen shows, (H, W, 3): as the readers of files render it, to the pixel."""
        seen = self._seen(window)
        if with_graphics and self.graphics is not None:
            seen = np.where(
                self.graphics if seen.ndim == 2 else self.graphics[..., None], WHITE, seen
            )
        stretched = square_pixels(seen.astype(np.uint8), self.aspect)
        return as_rgb(stretched) if stretched.ndim == 2 else stretched

    def _seen(self, window: Window | None) -> NDArray[np.uint8]:
        if self.display is None:
            return self.stored
        if window is None:
            return render_grey(self.stored, self.display)
        return render_grey(self.stored, replace(self.display, voi=window, padding=self.padding))


def unshaded_grey(stored: Stored, display: GreyDisplay, aspect: float = 1.0) -> Unshaded:
    """A grey frame (H, W) that is shown whole; its window is resolved."""
    return Unshaded(stored, resolved(stored, display), display.padding, aspect)
