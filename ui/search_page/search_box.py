"""The box for words and identifiers: what is typed there becomes what is asked."""

from collections.abc import Mapping
from dataclasses import replace

from search.identifiers import look_up, may_identify
from search.query import TextPart, by_text
from storage.snapshot import Snapshot
from ui.search_page.asked import Asked, Held
from ui.search_page.held import Own, Typed, hold
from ui.search_page.view import View


def in_box(view: View, own: Mapping[str, Own]) -> str:
    """The words that the box shows: those of the address, or some that the session alone holds."""
    typed = _held_words(view, own)
    return view.text if typed is None else typed.text


def beside_box(view: View, own: Mapping[str, Own]) -> tuple[Asked, ...]:
    """The parts of the query that the box does not show."""
    return view.parts if _held_words(view, own) is None else view.parts[1:]


def with_words(view: View, own: Mapping[str, Own], words: str, snapshot: Snapshot) -> View:
    """The view that asks with these words in the box, and with what stood beside it.

    What is an identifier by itself is asked alone: it is looked up, not compared. Words that may
    name somebody are held by the session, and do not enter the address.
    """
    others = beside_box(view, own)
    if not words:
        return replace(view, text="", parts=others, page=1)
    alone = look_up(by_text(words), snapshot) is not None
    view = view.asking() if alone else replace(view, text="", parts=others, page=1)
    if may_identify(words, snapshot):
        return replace(view, parts=(hold(Typed(words)), *view.parts))
    return replace(view, text=words)


def and_words(view: View, words: str, snapshot: Snapshot) -> View:
    """The view that asks with further words beside all that it asks with."""
    if not words:
        return view
    further = hold(Typed(words)) if may_identify(words, snapshot) else TextPart(words)
    return replace(view, parts=(*view.parts, further), page=1)


def _held_words(view: View, own: Mapping[str, Own]) -> Typed | None:
    match view.text, view.parts:
        case "", (Held(token, weight=1.0), *_):
            held = own.get(token)
            return held if isinstance(held, Typed) else None
    return None
