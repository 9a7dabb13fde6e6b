"""From uint8 pictures to what the image tower takes."""

from typing import Protocol

from torch import Tensor


class Statistics(Protocol):
    """What pixels in 0..1 of the training images were like, by channel."""

    @property
    def mean(self) -> tuple[float, float, float]:
        """Their mean."""

    @property
    def std(self) -> tuple[float, float, float]:
        """Their standard deviation."""


def normalise(pixels: Tensor, config: Statistics) -> Tensor:
    """Scale to 0..1, then to the statistics of the training images, in float32.

    uint8 (B, H, W, 3) -> float32 (B, 3, H, W), a channels-last view on the same device.
    """
    scaled = pixels.float().div_(255)
    scaled.sub_(scaled.new_tensor(config.mean)).div_(scaled.new_tensor(config.std))
    return scaled.permute(0, 3, 1, 2)
