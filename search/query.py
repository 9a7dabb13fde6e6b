"""What can be asked."""

from dataclasses import dataclass

from core.types import Pixels


@dataclass(frozen=True, slots=True)
class TextQuery:
    """Pictures that fit these words."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class ImageQuery:
    """Pictures like this one, which need not be indexed. `pixels` is (H, W, 3), rendered."""

    pixels: Pixels


@dataclass(frozen=True, slots=True)
class InstanceQuery:
    """Pictures like an indexed one, which is itself left out of the answer."""

    id: int


Query = TextQuery | ImageQuery | InstanceQuery
