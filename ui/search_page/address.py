"""What the page shows, as its address says it. Uploads and identity never enter an address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, TypeVar

import streamlit as st

from core.errors import InvalidRequest
from core.types import Ranking, Unit
from search.query import InstancePart, Region
from search.where.fields import Kind, field_of
from search.where.tree import Condition, Op, Span, Value
from ui.search_page.asked import MOST_DIGITS, Asked, SeriesOf, read_asked, write_asked

# Each a parameter of its own, with as many values as were chosen.
FACETS: Final = (
    *("modality", "body_part", "laterality", "view", "sex", "age", "date"),
    *("manufacturer", "scanner", "institution"),
)
PAGE_SIZES: Final = (24, 60, 120)
NAMES: Final = (
    *("q", "part", "liked", "disliked", *FACETS, "where", "by", "ranking"),
    *("patient", "fold", "diversity", "k", "page", "density"),
)
DIVERSITIES: Final = (0.0, 0.3, 0.6)
Chosen = TypeVar("Chosen", bound=StrEnum)


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
    fold: Folding = Folding.ON
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
        return replace(self, where=_conditions(chosen), page=1)

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


def read_view(parameters: Mapping[str, Sequence[str]]) -> View:
    """The view that the parameters of an address name. Raises InvalidRequest."""
    chosen = {facet: tuple(parameters.get(facet, ())) for facet in FACETS}
    return View(
        text=_last(parameters, "q").strip(),
        parts=tuple(map(read_asked, parameters.get("part", ()))),
        liked=_ids(parameters, "liked"),
        disliked=_ids(parameters, "disliked"),
        where=_conditions(chosen),
        filter=_last(parameters, "where").strip(),
        unit=_choice(parameters, "by", START.unit),
        ranking=_choice(parameters, "ranking", START.ranking),
        patients=_choice(parameters, "patient", START.patients),
        fold=_choice(parameters, "fold", START.fold),
        diversity=_offered(parameters, "diversity", START.diversity, DIVERSITIES),
        k=_offered(parameters, "k", START.k, PAGE_SIZES),
        page=_number(_last(parameters, "page") or "1", "page"),
        density=_choice(parameters, "density", START.density),
    )


def write_view(view: View) -> dict[str, list[str]]:
    """The parameters of a view's address; what is at its default is left out."""
    facets = {facet: list(view.values(facet)) for facet in FACETS}
    plain = {name: str(now) for name, now, usual in _plain(view) if now != usual}
    written = {
        "q": [view.text] if view.text else [],
        "part": list(map(write_asked, view.parts)),
        "liked": list(map(str, view.liked)),
        "disliked": list(map(str, view.disliked)),
        **facets,
        **{name: [value] for name, value in plain.items()},
    }
    return {name: written[name] for name in NAMES if written.get(name)}


def current_view() -> View:
    """The view that this session's address names. Raises InvalidRequest."""
    return read_view({name: st.query_params.get_all(name) for name in NAMES})


def go(view: View) -> None:
    """Make this the session's address, as a new step in the browser's history."""
    st.query_params.from_dict(write_view(view))


def _without(picture_id: int, judged: Sequence[int]) -> tuple[int, ...]:
    return tuple(each for each in judged if each != picture_id)


def _plain(view: View) -> Sequence[tuple[str, Any, Any]]:
    """What has one value: its name in the address, the value, and the default."""
    return (
        ("where", view.filter, START.filter),
        ("by", view.unit.value, START.unit.value),
        ("ranking", view.ranking.value, START.ranking.value),
        ("patient", view.patients.value, START.patients.value),
        ("fold", view.fold.value, START.fold.value),
        ("diversity", view.diversity, START.diversity),
        ("k", view.k, START.k),
        ("page", view.page, START.page),
        ("density", view.density.value, START.density.value),
    )


def _conditions(chosen: Mapping[str, tuple[str, ...]]) -> tuple[Condition, ...]:
    return tuple(
        Condition(facet, Op.IS, tuple(_value(facet, value) for value in values))
        for facet, values in chosen.items()
        if values
    )


def _value(facet: str, written: str) -> Value:
    low, dots, high = written.partition("..")
    return Span(low, high) if dots and field_of(facet).kind is not Kind.TEXT else written


def _written(value: Value) -> str:
    return f"{value.low}..{value.high}" if isinstance(value, Span) else value


def _last(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    values = parameters.get(name, ())
    return values[-1] if values else ""


def _ids(parameters: Mapping[str, Sequence[str]], name: str) -> tuple[int, ...]:
    return tuple(_number(written, name) for written in parameters.get(name, ()))


def _number(written: str, name: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= MOST_DIGITS):
        raise InvalidRequest(
            f"The address says {name}={written}. Write a number there, or remove it."
        )
    return int(written)


def _choice(parameters: Mapping[str, Sequence[str]], name: str, usual: Chosen) -> Chosen:
    choices = {choice.value: choice for choice in type(usual)}
    return choices[_known(_last(parameters, name) or usual.value, name, list(choices))]


Number = TypeVar("Number", int, float)


def _offered(
    parameters: Mapping[str, Sequence[str]], name: str, usual: Number, offered: Sequence[Number]
) -> Number:
    choices = {str(number): number for number in offered}
    return choices[_known(_last(parameters, name) or str(usual), name, list(choices))]


def _known(written: str, name: str, known: Sequence[str]) -> str:
    if written not in known:
        raise InvalidRequest(
            f"The address says {name}={written}. Write one of {', '.join(known)}, or remove it."
        )
    return written
