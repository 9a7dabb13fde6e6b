"""Towers as modules that embed and can be trained, and what belongs to them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from core.types import Pixels, Unread

LOWERED = torch.bfloat16  # what a GPU computes pictures in


class ImageTower(nn.Module, ABC):
    """Pictures to unit rows."""

    dim: int

    @property
    @abstractmethod
    def picture_layers(self) -> nn.Module:
        """The layers that only pictures go through."""

    @abstractmethod
    def encode_images(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, H, W) -> float32 unit rows (B, dim)."""

    @abstractmethod
    def lower(self) -> None:
        """Keep in bfloat16 what a GPU loses nothing by; it then takes bfloat16 pixels."""


@runtime_checkable
class SeesRegions(Protocol):
    """A tower whose rows are means over regions of the picture."""

    def encode_regions(self, pixels: Tensor) -> Tensor:
        """What each region adds to a row: (B, 3, H, W) -> float32 (B, H', W', dim).

        The mean over the regions is the row that `encode_images` gives.
        """


class DualTowers(ImageTower):
    """Pictures and texts to unit rows in one space."""

    logit_scale: nn.Parameter  # the logarithm of the factor on cosines
    logit_bias: nn.Parameter | None  # what is added then; of those with a sigmoid loss

    @abstractmethod
    def encode_texts(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token ids and mask (B, L), True for real tokens, -> float32 unit rows (B, dim)."""


class Resize(Protocol):
    """Pictures (H, W, 3) to the size of a tower. Picklable, without torch."""

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of what comes out, in pixels."""

    @property
    def profile(self) -> str:
        """The name a collection remembers, such as "squash-480-bicubic"."""

    def kept(self, height: int, width: int) -> tuple[float, float]:
        """The shares of a picture's height and width, about its middle, that are seen."""

    def __call__(self, pixels: Pixels) -> Pixels:
        """Resize uint8 RGB (H, W, 3) to `size`."""


class Tokens(Protocol):
    """Texts to what a text tower reads. Safe to share between threads."""

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text with its special tokens, at most the context length."""

    def pad(self, rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Ids of several texts as one tensor (B, L), and its mask (B, L): True where it is read."""

    def unread(self, text: str) -> Unread | None:
        """What `encode` cuts off; None where that is nothing."""


@dataclass(frozen=True, slots=True)
class ImageModel:
    """An image tower, and how pictures come to it."""

    tower: ImageTower
    prepare: Resize
    normalise: Callable[[Tensor], Tensor]  # 0..255 (B, H, W, 3) -> float32 (B, 3, H, W)
    widest_map: int  # bytes of the widest map inside, of one picture in float32


@dataclass(frozen=True, slots=True)
class DualModel:
    """Two towers, and how pictures and texts come to them."""

    tower: DualTowers
    prepare: Resize
    normalise: Callable[[Tensor], Tensor]
    widest_map: int
    tokens: Tokens
    # Writes a folder that the same encoder loads: the weights under the names of `tower`.
    write: Callable[[Path, Mapping[str, Tensor]], None]


def unit(rows: Tensor) -> Tensor:
    """Rows (B, dim) in float32 and of unit length."""
    rows = rows.float()
    lengths: Tensor = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    return rows / lengths
