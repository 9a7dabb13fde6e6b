"""What can be asked: parts, each with a weight, that make one query together."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRequest
from core.types import Pixels


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, as shares of its width and height from the left upper corner: 0..1."""

    left: float
    top: float
    right: float
    bottom: float

    def check(self) -> None:
        """Raise InvalidRequest unless it lies within the picture."""
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise InvalidRequest(
                "A region is left,top,right,bottom as shares of the picture from 0 to 1, such as "
                "0.5,0,1,0.5 for its right upper quarter."
            )


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
    same_patient: int | None = None  # an indexed picture of its patient; None: there is none


@dataclass(frozen=True, slots=True)
class InstancePart:
    """Pictures like an indexed one, which is itself left out of the answer."""

    id: int
    region: Region | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class SeriesPart:
    """Series like an indexed one, by all its slices, or pictures like their mean."""

    uid: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingPart:
    """Pictures near a row (dim,) that the collection's encoder gave; any length but 0."""

    row: NDArray[np.float32]
    weight: float = 1.0


Part = TextPart | ImagePart | InstancePart | SeriesPart | EmbeddingPart


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

    def is_given(self) -> bool:
        """Whether a picture was judged."""
        return bool(self.liked or self.disliked)

    def check(self) -> None:
        """Raise InvalidRequest for a picture that was found right and wrong."""
        both = set(self.liked) & set(self.disliked)
        if both:
            raise InvalidRequest(f"Picture {min(both)} is both liked and disliked. Choose one.")


NO_FEEDBACK = Feedback()


@dataclass(frozen=True, slots=True)
class Query:
    """All that is asked at once. It needs a part, or a picture that was liked."""

    parts: tuple[Part, ...]
    feedback: Feedback = NO_FEEDBACK

    def is_one_picture(self) -> bool:
        """Whether it asks for what is like one picture, and for nothing else."""
        if len(self.parts) != 1 or self.feedback.is_given():
            return False
        (part,) = self.parts
        return isinstance(part, ImagePart | InstancePart) and part.weight > 0

    def instances(self) -> tuple[int, ...]:
        """The indexed pictures that are asked with, whatever their weight, or were judged."""
        parts = (part.id for part in self.parts if isinstance(part, InstancePart))
        return (*parts, *self.feedback.liked, *self.feedback.disliked)

    def check(self) -> None:
        """Raise InvalidRequest for what cannot be asked."""
        if not self.parts and not self.feedback.liked:
            raise InvalidRequest("Nothing is asked with. Give a text, a picture, or one you liked.")
        self.feedback.check()
        for part in self.parts:
            _check(part)

    def patients(self) -> tuple[int, ...]:
        """An indexed picture of each patient that the answer shall be like, or that was liked."""
        wanted = [part for part in self.parts if part.weight > 0]
        ids = [part.id for part in wanted if isinstance(part, InstancePart)]
        of_files = [part.same_patient for part in wanted if isinstance(part, ImagePart)]
        return (*ids, *(one for one in of_files if one is not None), *self.feedback.liked)

    def all_series(self) -> tuple[str, ...]:
        """The series that are asked with, whatever their weight."""
        return tuple(part.uid for part in self.parts if isinstance(part, SeriesPart))

    def wanted_series(self) -> tuple[str, ...]:
        """Those of them that the answer shall be like."""
        parts = (part for part in self.parts if isinstance(part, SeriesPart))
        return tuple(part.uid for part in parts if part.weight > 0)

    def text(self) -> str | None:
        """The text that is asked with, when nothing else is."""
        match self.parts, self.feedback:
            case (TextPart(text, weight),), Feedback(liked=(), disliked=()) if weight > 0:
                return text
        return None

    def series(self) -> str | None:
        """The series that is asked with, when nothing else is."""
        match self.parts, self.feedback:
            case (SeriesPart(uid, weight),), Feedback(liked=(), disliked=()) if weight > 0:
                return uid
        return None


def _check(part: Part) -> None:
    if not isfinite(part.weight) or not part.weight:
        raise InvalidRequest(f"A weight of {part.weight} says nothing. Give one above or below 0.")
    match part:
        case TextPart(text) if not any(map(str.isalnum, text)):
            raise InvalidRequest(
                "Cannot search for a text without a letter or digit. Say what to look for."
            )
        case ImagePart(region=Region() as region) | InstancePart(region=Region() as region):
            region.check()
        case EmbeddingPart(row) if not np.isfinite(row).all() or not row.any():
            raise InvalidRequest("The embedding has a value that is not finite, or none but 0.")
        case _:
            pass


def by_text(text: str) -> Query:
    """Ask with words alone."""
    return Query((TextPart(text),))


def by_instance(picture_id: int) -> Query:
    """Ask with one indexed picture."""
    return Query((InstancePart(picture_id),))


def by_series(uid: str) -> Query:
    """Ask with all pictures of one indexed series."""
    return Query((SeriesPart(uid),))
