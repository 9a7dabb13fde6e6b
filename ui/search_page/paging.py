"""From page to page of one answer, and what the collection was like at its first."""

from dataclasses import replace
from typing import Final

import streamlit as st

from ui.search_page.address import current_view, go
from ui.search_page.view import START, View

KEY: Final = "search-begun"  # the sequence of the collection at the first page of each answer
MOST: Final = 50  # answers of a session


def turn(page: int) -> None:
    """Go to another page of what is shown."""
    go(replace(current_view(), page=page))


def begun_at(view: View) -> int | None:
    """The sequence that the collection had at the first page of this answer, if it was shown."""
    return _begun().get(_first(view)) if view.page > 1 else None


def remember_begun(view: View, sequence: int) -> None:
    """Take it that the first page is shown now."""
    if view.page > 1:
        return
    begun = _begun()
    begun.pop(_first(view), None)
    begun[_first(view)] = sequence
    while len(begun) > MOST:
        begun.pop(next(iter(begun)))


def _begun() -> dict[View, int]:
    begun: dict[View, int] = st.session_state.setdefault(KEY, {})
    return begun


def _first(view: View) -> View:
    return replace(view, page=1, density=START.density)
