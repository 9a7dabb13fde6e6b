"""What stands beside the map: the pictures of an area, or the hits of a search."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.types import Ids
from radseek.archive import Archive
from search.query import Query
from storage.snapshot import Snapshot
from ui.explore_page.address import Explored
from ui.explore_page.colours import Colouring
from ui.explore_page.plane import Plane, from_the_middle, inside
from ui.search_page.answer import Answer, Shown, find
from ui.search_page.view import View

LIT = 200  # hits of a search


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """All pictures in their order, and a page of them."""

    ids: Sequence[int]
    answer: Answer


def selected(plane: Plane, coloured: Colouring, explored: Explored) -> Ids:
    """The pictures of the area that are not hidden, from its middle outward."""
    mask = inside(plane.points, explored.area) & coloured.shown(explored.hidden)
    return from_the_middle(plane.ids[mask], plane.points[mask])


def pictures_of(ids: Ids, snapshot: Snapshot, view: View) -> Beside:
    """A page of pictures that are in an order of their own."""
    first = (view.page - 1) * view.k
    records = snapshot.describe(ids[first : first + view.k])
    shown = tuple(Shown(record, rank=rank) for rank, record in enumerate(records, first + 1))
    return Beside(ids.tolist(), Answer(shown, len(ids), is_last=first + view.k >= len(ids)))


def hits_of(archive: Archive, snapshot: Snapshot, view: View, query: Query | None) -> Beside:
    """The first hits of a search, and a page of them. Raises RadseekError."""
    found = find(archive, snapshot, replace(view, k=LIT, page=1), query)
    first = (view.page - 1) * view.k
    page = found.pictures[first : first + view.k]
    is_last = first + view.k >= len(found.pictures)
    noise = None if found.noise_at is None else max(0, found.noise_at - first)
    noise = None if noise is None or noise >= len(page) else noise
    answer = replace(found, pictures=page, is_last=is_last, noise_at=noise)
    return Beside([shown.record.id for shown in found.pictures], answer)
