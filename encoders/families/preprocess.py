"""The resize of published processors. Runs in worker processes, without torch or transformers."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from core.pixels import grey_channel, repeated
from core.types import Pixels

LONGEST: Final = 16  # times the shorter side: of a longer picture the middle is taken


@dataclass(frozen=True, slots=True)
class Fit:
    """Resize as a processor says: to a height and width, or by the shorter side; then crop."""

    resized: tuple[int, int] | int  # (H, W), or what the shorter side becomes
    crop: tuple[int, int] | None  # (H, W) of the middle that is kept
    filter: Image.Resampling

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of what comes out, in pixels."""
        if self.crop is not None:
            return self.crop
        return self.resized if isinstance(self.resized, tuple) else (self.resized, self.resized)

    @property
    def profile(self) -> str:
        """The name of it, such as "squash-448-bilinear" or "shortest-224-bicubic-crop-224"."""
        way = "squash" if isinstance(self.resized, tuple) else "shortest"
        cropped = "" if self.crop is None else f"-crop-{_side(self.crop)}"
        return f"{way}-{_side(self.resized)}-{self.filter.name.lower()}{cropped}"

    def kept(self, height: int, width: int) -> tuple[float, float]:
        """The shares of a picture's height and width, about its middle, that are not cut off."""
        if isinstance(self.resized, tuple):
            seen, resized = (height, width), self.resized
        else:
            most = LONGEST * min(height, width)
            seen = min(height, most), min(width, most)
            resized = self._resized(*seen)
        crop = self.crop or resized
        return crop[0] / resized[0] * seen[0] / height, crop[1] / resized[1] * seen[1] / width

    def __call__(self, pixels: Pixels) -> Pixels:
        """Resize uint8 RGB (H, W, 3) to `size`, as Pillow does in the reference.

        By the shorter side, a picture that is over 16 times longer than wide loses its ends before:
        the reference would resize it to gigabytes, only to cut out its middle.
        """
        seen = pixels if isinstance(self.resized, tuple) else _middle(pixels)
        grey = grey_channel(seen)
        image = Image.fromarray(seen if grey is None else grey)
        height, width = self._resized(*seen.shape[:2])
        resized = np.asarray(image.resize((width, height), self.filter))
        cropped = resized if self.crop is None else _cropped(resized, self.crop)
        return np.ascontiguousarray(cropped) if grey is None else repeated(cropped)

    def _resized(self, height: int, width: int) -> tuple[int, int]:
        if isinstance(self.resized, tuple):
            return self.resized
        if width <= height:
            return int(self.resized * height / width), self.resized
        return self.resized, int(self.resized * width / height)


def _side(size: tuple[int, int] | int) -> str:
    height, width = size if isinstance(size, tuple) else (size, size)
    return f"{height}" if height == width else f"{height}x{width}"


def _middle(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    most = LONGEST * min(height, width)
    return _cropped(pixels, (min(height, most), min(width, most)))


def _cropped(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The middle of (H, W, ...); it must be as large."""
    top, left = ((had - kept) // 2 for had, kept in zip(pixels.shape, size, strict=False))
    return pixels[top : top + size[0], left : left + size[1]]
