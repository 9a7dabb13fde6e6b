"""What can be asked: parts, each with a weight, that make one query together."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.types import Pixels


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, as shares of its width and height from the left upper corner: 0..1."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class TextPart:
    """Pictures that fit these words."""

    text: str
    weight: float = 1.0  # below 0: unlike


@dataclass(frozen=True, slots=True, eq=False)
class ImagePart:
    """Pictures like this one, which need not be indexed. `pixels` is (H, W, 3), rendered."""

    pixels: Pixels
    region: Region | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class InstancePart:
    """Pictures like an indexed one, which is itself left out of the answer."""

    id: int
    region: Region | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingPart:
    """Pictures near a row (dim,) that the collection's encoder gave; any length but 0."""

    row: NDArray[np.float32]
    weight: float = 1.0


Part = TextPart | ImagePart | InstancePart | EmbeddingPart


class Refit(StrEnum):
    """How a query learns from hits that were judged."""

    ROCCHIO = "rocchio"
    LOGISTIC = "logistic"


@dataclass(frozen=True, slots=True)
class Feedback:
    """Pictures, by id, that a person found right or wrong."""

    liked: tuple[int, ...] = ()
    disliked: tuple[int, ...] = ()
    refit: Refit = Refit.ROCCHIO


NO_FEEDBACK = Feedback()


@dataclass(frozen=True, slots=True)
class Query:
    """All that is asked at once. It needs a part, or a picture that was liked."""

    parts: tuple[Part, ...]
    feedback: Feedback = NO_FEEDBACK

    def instances(self) -> tuple[int, ...]:
        """The indexed pictures that are asked with, whatever their weight."""
        return tuple(part.id for part in self.parts if isinstance(part, InstancePart))

    def wanted_instances(self) -> tuple[int, ...]:
        """Those of them that the answer shall be like, and the pictures that were liked."""
        parts = (part for part in self.parts if isinstance(part, InstancePart))
        return (*(part.id for part in parts if part.weight > 0), *self.feedback.liked)


def by_text(text: str) -> Query:
    """Ask with words alone."""
    return Query((TextPart(text),))


def by_image(pixels: Pixels) -> Query:
    """Ask with one rendered picture (H, W, 3)."""
    return Query((ImagePart(pixels),))


def by_instance(picture_id: int) -> Query:
    """Ask with one indexed picture."""
    return Query((InstancePart(picture_id),))
