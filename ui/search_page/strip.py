"""The strip of what is asked with: each part with its sign and weight, and what was judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.errors import UnknownName
from core.types import Record
from search.query import InstancePart, Region, TextPart
from storage.snapshot import Snapshot
from ui.language import _
from ui.parts.pictures import thumbnail_address
from ui.search_page.asked import Asked, Held, SeriesOf
from ui.search_page.held import Own, Typed, Upload
from ui.search_page.search_box import beside_box, in_box
from ui.search_page.view import View

BOX: Final = -1  # the place of the words in the box, which stand before all parts
WEIGHTS: Final = (0.3, 0.5, 1.0, 2.0)  # that are offered


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of the query."""

    place: int  # in the view's parts, or BOX
    label: str  # what a person reads, and what a screen reader says
    src: str = ""  # its thumbnail; empty: words
    region: tuple[float, float, float, float] | None = None  # left, top, right, bottom, 0..1
    weight: float = 1.0
    is_lost: bool = False  # it cannot be asked with any more


@dataclass(frozen=True, slots=True)
class Judged:
    """Pictures that were found right, or wrong."""

    label: str
    sources: tuple[str, ...]  # of their thumbnails
    count: int


def chips(view: View, own: Mapping[str, Own], snapshot: Snapshot) -> tuple[Chip, ...]:
    """A chip for each part; none where the words in the box are all that is asked with."""
    parts = view.parts
    if not beside_box(view, own) and not (view.liked or view.disliked):
        return ()
    words = (Chip(BOX, in_box(view, own)),) if view.text else ()
    return (*words, *(_chip(place, part, own, snapshot) for place, part in enumerate(parts)))


def weighed(view: View, place: int, weight: float) -> View:
    """The view with another weight for one part; words in the box become a part for it."""
    if place == BOX:
        return replace(view, text="", parts=(TextPart(view.text, weight), *view.parts), page=1)
    part = replace(view.parts[place], weight=weight)
    return replace(view, parts=(*view.parts[:place], part, *view.parts[place + 1 :]), page=1)


def without(view: View, place: int) -> View:
    """The view without one part."""
    if place == BOX:
        return replace(view, text="", page=1)
    return replace(view, parts=view.parts[:place] + view.parts[place + 1 :], page=1)


def judged(ids: Sequence[int], label: str, snapshot: Snapshot) -> Judged | None:
    """The judged pictures in one chip; None where there are none."""
    if not ids:
        return None
    return Judged(label, tuple(sources(ids[-3:], snapshot)), len(ids))


def sources(ids: Iterable[int], snapshot: Snapshot) -> list[str]:
    """The thumbnails of those pictures that are there."""
    records = (_record(picture_id, snapshot) for picture_id in ids)
    return [thumbnail_address(record) for record in records if record is not None]


def _chip(place: int, part: Asked, own: Mapping[str, Own], snapshot: Snapshot) -> Chip:
    match part:
        case TextPart(text, weight):
            return Chip(place, text, weight=weight)
        case Held():
            return _of_session(place, part, own)
        case InstancePart(id) | SeriesOf(id):
            return _of_picture(place, part, _record(id, snapshot))


def _of_picture(place: int, part: InstancePart | SeriesOf, record: Record | None) -> Chip:
    is_series = isinstance(part, SeriesOf)
    label = (_("Series of picture {id}") if is_series else _("Picture {id}")).format(id=part.id)
    if record is None:
        return Chip(place, label, weight=part.weight, is_lost=True)
    region = None if isinstance(part, SeriesOf) else part.region
    if region is not None:
        label = _("Region of picture {id}").format(id=part.id)
    return Chip(place, label, thumbnail_address(record), _sides(region), part.weight)


def _of_session(place: int, part: Held, own: Mapping[str, Own]) -> Chip:
    match own.get(part.token):
        case Upload(thumbnail=thumbnail):
            label = _("Region of your image") if part.region else _("Your image")
            return Chip(place, label, thumbnail, _sides(part.region), part.weight)
        case Typed(text):
            return Chip(place, text, weight=part.weight)
    return Chip(place, _("No longer held"), weight=part.weight, is_lost=True)


def _sides(region: Region | None) -> tuple[float, float, float, float] | None:
    return None if region is None else (region.left, region.top, region.right, region.bottom)


def _record(picture_id: int, snapshot: Snapshot) -> Record | None:
    try:
        (record,) = snapshot.describe([picture_id])
    except UnknownName:
        return None
    return record
