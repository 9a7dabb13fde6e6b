"""Towers whose tokens a fusion block reads together."""

from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class Fuses(Protocol):
    """A dual encoder that also says of a picture and a text whether they belong together."""

    def see(self, pixels: Tensor) -> Tensor:
        """The tokens of pictures: normalised (B, 3, H, W) -> (B, N, width)."""

    def read(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The tokens of texts: ids and mask (B, L) -> (B, L, width)."""

    def row_of_image(self, seen: Tensor) -> Tensor:
        """Unit rows of pictures from their tokens: (B, N, width) -> (B, dim)."""

    def row_of_text(self, read: Tensor) -> Tensor:
        """Unit rows of texts from their tokens: (B, L, width) -> (B, dim)."""

    def match(self, seen: Tensor, read: Tensor, is_real: Tensor) -> Tensor:
        """How well texts fit pictures, by the tokens of both; bool (B, L) -> logits (B,)."""
