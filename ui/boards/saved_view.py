"""Between the view of a page and a saved search: what may be saved, and where it leads later."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from urllib.parse import parse_qs, urlencode

from core.errors import InvalidRequest
from search.identifiers import may_identify
from search.query import InstancePart, TextPart
from storage.contents import Content
from storage.saved_searches import SavedSearch
from storage.snapshot import Snapshot
from ui.search_page.address import read_view, write_view
from ui.search_page.asked import Asked, Held, SeriesOf
from ui.search_page.view import View


def address_to_save(view: View, snapshot: Snapshot) -> str:
    """The address of a view, from its first page on. Raises InvalidRequest for what names somebody.

    An upload, and words that may name a patient, are of one session alone.
    """
    if any(isinstance(part, Held) for part in view.parts):
        raise InvalidRequest(
            "This search asks with a picture of your own, or with words that may name a patient. "
            "Both stay in this session, and are not saved. Take them out, then save it."
        )
    texts = [view.text, *(part.text for part in view.parts if isinstance(part, TextPart))]
    if any(may_identify(text, snapshot) for text in texts if text):
        raise InvalidRequest(
            "The words of this search may name a patient, a study or a file. Such words are not "
            "saved. Ask with others, or keep the hits on a board."
        )
    return urlencode(write_view(replace(view, page=1)), doseq=True)


def contents_asked_with(view: View, snapshot: Snapshot) -> dict[int, Content]:
    """What the pictures are of that a view names by their ids. Raises UnknownName."""
    ids = [part.id for part in view.parts if isinstance(part, InstancePart | SeriesOf)]
    named = sorted({*ids, *view.liked, *view.disliked})
    return dict(zip(named, snapshot.contents(named), strict=True))


def view_of(saved: SavedSearch, snapshot: Snapshot) -> View:
    """The view of a saved search, with the ids that its pictures have now.

    Raises InvalidRequest when one of them is not in the collection, or the address is none.
    """
    view = read_view(parse_qs(saved.address))
    now = snapshot.holding(list(saved.contents.values()))
    ids = {before: now.get(content) for before, content in saved.contents.items()}
    return replace(
        view,
        parts=tuple(_renamed(part, ids) for part in view.parts),
        liked=tuple(_id_now(one, ids) for one in view.liked),
        disliked=tuple(_id_now(one, ids) for one in view.disliked),
    )


def news_of(saved: SavedSearch, view: View) -> View:
    """The same search among the pictures that were indexed after it was saved."""
    since = f"indexed>{saved.saved_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    return replace(view, filter=f"({view.filter}) and {since}" if view.filter else since)


def _renamed(part: Asked, ids: Mapping[int, int | None]) -> Asked:
    if isinstance(part, InstancePart | SeriesOf):
        return replace(part, id=_id_now(part.id, ids))
    return part


def _id_now(before: int, ids: Mapping[int, int | None]) -> int:
    now = ids.get(before)
    if now is None:
        raise InvalidRequest("A picture that it asks with is not in the collection now.")
    return now
