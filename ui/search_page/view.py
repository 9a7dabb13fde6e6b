"""What the page shows: the state that its address keeps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from core.types import Ranking, Unit
from search.query import InstancePart, Region
from search.where.fields import Kind, field_of
from search.where.tree import Condition, Op, Span, Value
from ui.search_page.asked import Asked, SeriesOf

# Each a parameter of its own, with as many values as were chosen.
FACETS: Final = (
    *("modality", "body_part", "laterality", "view", "sex", "age", "date"),
    *("manufacturer", "scanner", "institution"),
)
PAGE_SIZES: Final = (24, 60, 120)
DIVERSITIES: Final = (0.0, 0.3, 0.6)


class Density(StrEnum):
    """How large the thumbnails are."""

    DENSE = "dense"
    MEDIUM = "medium"
    LARGE = "large"


class Patients(StrEnum):
    """Whose pictures answer to a picture that is asked with."""

    OTHERS = "others"
    ALL = "all"
    SAME = "same"  # nobody else's


class Folding(StrEnum):
    """Whether a patient's near-duplicates are folded under the best of them."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class View:
    """One state of the page."""

    text: str = ""
    parts: tuple[Asked, ...] = ()  # beside the words
    liked: tuple[int, ...] = ()
    disliked: tuple[int, ...] = ()
    where: tuple[Condition, ...] = ()  # what the facets filter
    filter: str = ""  # in the language of `--where`
    unit: Unit = Unit.PICTURE
    ranking: Ranking = Ranking.EMBEDDING
    patients: Patients = Patients.OTHERS
    fold: Folding = Folding.OFF
    diversity: float = 0.0
    k: int = 60  # hits on a page
    page: int = 1
    density: Density = Density.MEDIUM

    def values(self, facet: str) -> tuple[str, ...]:
        """What one facet is filtered by, as `search.facets` gives it; nothing: not at all."""
        chosen = (condition.values for condition in self.where if condition.field == facet)
        return tuple(_written(value) for value in next(chosen, ()))

    def filtered(self, facet: str, values: Iterable[str]) -> "View":
        """The same from its first page on, with one facet filtered by other values."""
        chosen = {name: self.values(name) for name in FACETS} | {facet: tuple(values)}
        return replace(self, where=conditions(chosen), page=1)

    def asking(self, text: str = "", *parts: Asked) -> "View":
        """The same filters and choices, with something else asked, from the first page on."""
        return replace(self, text=text, parts=parts, liked=(), disliked=(), page=1)

    def like(self, picture_id: int, region: Region | None = None) -> "View":
        """Asking for what is like one picture, or a part of it, and nothing else."""
        return self.asking("", InstancePart(picture_id, region))

    def like_series(self, picture_id: int) -> "View":
        """Asking for series like that of one picture, and nothing else."""
        return self.asking("", SeriesOf(picture_id))

    def judged(self, picture_id: int, *, liked: bool) -> "View":
        """The same with a picture found right or wrong; not any more, where it was so already."""
        before = self.liked if liked else self.disliked
        judged = () if picture_id in before else (picture_id,)
        right, wrong = _without(picture_id, self.liked), _without(picture_id, self.disliked)
        if liked:
            return replace(self, liked=right + judged, disliked=wrong, page=1)
        return replace(self, liked=right, disliked=wrong + judged, page=1)


START: Final = View()


def conditions(chosen: Mapping[str, tuple[str, ...]]) -> tuple[Condition, ...]:
    """The filters of facets by the values chosen in each; without any it does not filter."""
    return tuple(
        Condition(facet, Op.IS, tuple(_value(facet, value) for value in values))
        for facet, values in chosen.items()
        if values
    )


def _without(picture_id: int, judged: Sequence[int]) -> tuple[int, ...]:
    return tuple(each for each in judged if each != picture_id)


def _value(facet: str, written: str) -> Value:
    low, dots, high = written.partition("..")
    return Span(low, high) if dots and field_of(facet).kind is not Kind.TEXT else written


def _written(value: Value) -> str:
    return f"{value.low}..{value.high}" if isinstance(value, Span) else value
