"""The facets of the page: their titles, and their values as people read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import InvalidFilter
from search.facets import Counted
from search.where.fields import FIELDS, Kind, field_of
from search.where.quantities import stretch
from search.where.tree import Span
from ui.language import _, number

OPEN: Final = ("modality", "body_part", "age", "date")  # unfolded at the first look
MOST_SENT: Final = 300  # values of a facet, the most frequent ones; a rule reaches the others
LABELS: Final = "label"
BOARDS: Final = "in"
DATE: Final = r"\d{4}(-\d{1,2}(-\d{1,2})?)?"
AGE: Final = r"\d{1,3}\s*[ymwd]?"


@dataclass(frozen=True, slots=True)
class Option:
    """One value that can be chosen."""

    value: str  # as a filter takes it; "" is not stated
    text: str  # as people read it
    pictures: int
    count: str  # the same in the person's language
    chosen: bool
    is_none: bool = False
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """One facet with its values."""

    facet: str
    title: str
    options: tuple[Option, ...]
    is_open: bool
    is_range: bool = False
    low: str = ""  # of the range that is chosen
    high: str = ""
    rarer: int = 0  # further values that are not among the options
    pattern: str = ""  # of what can be typed for one
    example: str = ""


def group(facet: str, counted: Counted, chosen: Sequence[str]) -> Group:
    """A facet whose values are chosen one by one, or as a range."""
    return _range(facet, counted, chosen) if has_scale(facet) else _values(facet, counted, chosen)


def has_scale(facet: str) -> bool:
    """Whether it is chosen from a scale."""
    return facet in _SCALES and field_of(facet).kind in {Kind.AGE, Kind.DATE}


def title(facet: str) -> str:
    """What people call it."""
    return titles()[facet]


def titles() -> Mapping[str, str]:
    """The titles of all facets."""
    return {
        "modality": _("Modality"),
        "body_part": _("Body part"),
        "laterality": _("Side"),
        "view": _("View position"),
        "sex": _("Sex"),
        "age": _("Age"),
        "date": _("Study date"),
        "manufacturer": _("Manufacturer"),
        "scanner": _("Scanner"),
        "institution": _("Institution"),
        LABELS: _("Labels"),
        BOARDS: _("Boards"),
    }


def text(facet: str, value: str) -> str:
    """How one value is shown."""
    if not value:
        return _("not stated")
    if has_scale(facet):
        return _spanned(value)
    return _words(facet).get(value, value)


_SCALES: Final = frozenset(field.name for field in FIELDS)


def _values(facet: str, counted: Counted, chosen: Sequence[str]) -> Group:
    """What is not stated comes last. A value that only the address names counts no picture."""
    counts = dict(counted)
    known = [*counted, *((value, 0) for value in chosen if value not in counts)]
    sent = [
        (value, count)
        for place, (value, count) in enumerate(known)
        if place < MOST_SENT or not value or value in chosen
    ]
    ordered = sorted(sent, key=lambda pair: not pair[0])
    options = tuple(_option(facet, value, count, chosen) for value, count in ordered)
    is_open = facet in OPEN or bool(chosen)
    return Group(facet, title(facet), options, is_open, rarer=len(known) - len(sent))


def _option(facet: str, value: str, count: int, chosen: Sequence[str]) -> Option:
    is_chosen = value in chosen
    shown = text(facet, value)
    return Option(value, shown, count, number(count), is_chosen, is_none=not value)


def _range(facet: str, counted: Counted, chosen: Sequence[str]) -> Group:
    low, high = _ends(chosen)
    options = tuple(_bin(facet, value, count, chosen) for value, count in counted)
    return Group(
        facet,
        title(facet),
        options,
        is_open=facet in OPEN or bool(chosen),
        is_range=True,
        low=low,
        high=high,
        pattern=AGE if facet == "age" else DATE,
        example="40" if facet == "age" else "2020-06",
    )


def _bin(facet: str, value: str, count: int, chosen: Sequence[str]) -> Option:
    ranges = [each for each in chosen if each]
    is_chosen = value in chosen if not value else any(_holds(facet, one, value) for one in ranges)
    return Option(
        value,
        text(facet, value),
        count,
        number(count),
        is_chosen,
        is_none=not value,
        is_alone=_ends(ranges) == _ends([value]),
    )


def _holds(facet: str, outer: str, inner: str) -> bool:
    """Whether a range holds all of another one; one that cannot be read holds nothing."""
    field = field_of(facet)
    try:
        wide, narrow = (stretch(field, Span(*_ends([each]))) for each in (outer, inner))
    except InvalidFilter:
        return False
    return wide.low <= narrow.low and narrow.high <= wide.high


def _ends(chosen: Sequence[str]) -> tuple[str, str]:
    """From where to where the first range that is chosen reaches; empty is open."""
    first = next((value for value in chosen if value), "")
    low, dots, high = first.partition("..")
    return (low, high) if dots else (first, first)


def _spanned(value: str) -> str:
    low, high = _ends([value])
    if low == high:
        return low
    if not low:
        return _("up to {high}").format(high=high)
    if not high:
        return _("from {low}").format(low=low)
    return f"{low}–{high}"


def _words(facet: str) -> Mapping[str, str]:
    match facet:
        case "sex":
            return {"F": _("female"), "M": _("male"), "O": _("other")}
        case "laterality":
            return {"L": _("left"), "R": _("right"), "B": _("both"), "U": _("unpaired")}
    return {}
