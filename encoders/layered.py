"""Towers that can be trained from some layer on."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from torch import nn

Layer: TypeAlias = Sequence[nn.Module | nn.Parameter]


@runtime_checkable
class Layered(Protocol):
    """Towers that know their layers in order."""

    def layers(self) -> Sequence[Sequence[Layer]]:
        """Of each tower all layers, the first one first; what follows the towers is in none."""
