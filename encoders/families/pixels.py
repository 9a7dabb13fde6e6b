"""From uint8 pictures to what a published model takes."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a processor does to grey values: a factor, then mean and deviation of each channel."""

    factor: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def profile(self) -> str:
        """The name of it, such as "mean-0.5-std-0.5"."""
        return f"mean-{_brief(self.mean)}-std-{_brief(self.std)}"

    def __call__(self, pixels: Tensor) -> Tensor:
        """0..255 (B, H, W, 3) -> float32 (B, 3, H, W), to the bit as transformers by Pillow.

        That scales in float64 and goes on in float32.
        """
        scaled = (pixels.double() * self.factor).to(torch.float32)
        normalised = (scaled - scaled.new_tensor(self.mean)) / scaled.new_tensor(self.std)
        return normalised.permute(0, 3, 1, 2)


def _brief(values: tuple[float, ...]) -> str:
    """One value when all are the same."""
    shown = values[:1] if len(set(values)) == 1 else values
    return "/".join(f"{value:.4g}" for value in shown)
