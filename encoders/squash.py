"""The resize of MedImageInsight and of encoders trained here, for processes without torch."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.pixels import grey_channel, repeated
from core.types import Pixels


@dataclass(frozen=True, slots=True)
class Squash:
    """Stretch a picture to the encoder's size; the aspect ratio is not kept and nothing is cut."""

    size: tuple[int, int]  # (H, W) in pixels

    @property
    def profile(self) -> str:
        """The name a collection remembers, such as "squash-480-bicubic"."""
        height, width = self.size
        side = f"{height}" if height == width else f"{height}x{width}"
        return f"squash-{side}-bicubic"

    def kept(self, height: int, width: int) -> tuple[float, float]:  # noqa: ARG002 (whatever it is)
        """All of a picture."""
        return 1.0, 1.0

    def __call__(self, pixels: Pixels) -> Pixels:
        """Resize uint8 RGB (H, W, 3) to `size` by Pillow's bicubic filter with antialiasing.

        Resizing tensors instead differs by up to 14 grey levels from what the model was trained
        on, so the filter must be Pillow's.
        """
        height, width = self.size
        grey = grey_channel(pixels)
        image = Image.fromarray(pixels if grey is None else grey)
        resized = np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))
        return resized if grey is None else repeated(resized)
