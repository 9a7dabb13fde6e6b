"""The drawer over the grid: what it is told, and what it tells back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Final
from urllib.parse import urlencode

from imaging.heat import AGAINST, FOR, OPAQUE
from search.query import InstancePart
from ui.component import component
from ui.language import _
from ui.parts.notices import NOT_FOR_DIAGNOSIS
from ui.search_page.acts import acts_of
from ui.search_page.address import write_view
from ui.search_page.answer import Shown
from ui.search_page.asked import Held
from ui.search_page.grid import make_tile
from ui.search_page.held import Own, Upload
from ui.search_page.view import View
from ui.viewer.words import facts_words, words

KEY: Final = "viewer"
EVENTS: Final = ("similar", "series", "region", "liked", "disliked", "keep")
HTML: Final = '<div class="viewer-room"></div>'

Acts = Callable[..., Mapping[str, Callable[[], None]]]  # of a component's key, and of events


def drawer(
    view: View,
    shown: Sequence[Shown],
    boards: Sequence[str],
    own: Mapping[str, Own],
    acts: Acts = acts_of,
) -> None:
    """Put the drawer beside the grid, closed; the browser opens it and fetches what it shows.

    `own` is what the session holds of the query, `acts` what follows the drawer's events.
    """
    component("viewer", HTML)(
        key=KEY,
        data={
            "hits": [asdict(make_tile(each, view)) for each in shown],
            "query": {
                "isGiven": is_asked(view),
                "pictures": _pictures(view),
                "uploads": _uploads(view, own),
            },
            "heat": {
                "address": _address(view),
                "for": FOR,
                "against": AGAINST,
                "opaque": OPAQUE,
            },
            "boards": list(boards),
            "words": words() | {"facts": facts_words(), "standing": _(NOT_FOR_DIAGNOSIS)},
        },
        **{f"on_{name}_change": follow for name, follow in acts(KEY, *EVENTS).items()},
    )


def _pictures(view: View) -> list[int]:
    """The pictures of the collection that are asked with."""
    return [part.id for part in view.parts if isinstance(part, InstancePart)]


def _uploads(view: View, own: Mapping[str, Own]) -> list[str]:
    """The person's own pictures that are asked with, as data: addresses."""
    held = [own.get(part.token) for part in view.parts if isinstance(part, Held)]
    return [each.thumbnail for each in held if isinstance(each, Upload)]


def is_asked(view: View) -> bool:
    """Whether a view asks with anything, beside its filters."""
    return bool(view.text or view.parts or view.liked or view.disliked)


def _address(view: View) -> str | None:
    """What was asked, for the route of heat maps; None where the session alone holds some of it."""
    if not is_asked(view) or any(isinstance(part, Held) for part in view.parts):
        return None
    return urlencode(write_view(view), doseq=True)
