"""What the page shows, as its address says it. Uploads and identity never enter an address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core.errors import InvalidRequest
from search.where.tree import Condition, one_of

FACETS = ("modality", "body_part")
PAGE_SIZES = (24, 60, 120)
DEFAULT_SIZE = 60
NAMES = ("q", "like", *FACETS, "k")
MOST_DIGITS = 18  # any such number fits in 64 bits


@dataclass(frozen=True, slots=True)
class View:
    """One state of the page. `like` is the picture to resemble and goes before `text`."""

    text: str = ""
    like: int | None = None
    where: tuple[Condition, ...] = ()
    k: int = DEFAULT_SIZE

    def values(self, column: str) -> tuple[str, ...]:
        """What one facet is filtered by; nothing means not at all."""
        chosen = (c.values for c in self.where if c.field == column)
        return tuple(value for value in next(chosen, ()) if isinstance(value, str))

    def filtered(self, column: str, values: Iterable[str]) -> "View":
        """The same, with one facet filtered by other values."""
        chosen = {name: self.values(name) for name in FACETS} | {column: tuple(values)}
        return replace(self, where=_conditions(chosen))


def read_view(parameters: Mapping[str, Sequence[str]]) -> View:
    """The view that the parameters of an address name. Raises InvalidRequest."""
    chosen = {column: tuple(parameters.get(column, ())) for column in FACETS}
    return View(
        text=_last(parameters, "q").strip(),
        like=_number(parameters, "like"),
        where=_conditions(chosen),
        k=_page_size(parameters),
    )


def write_view(view: View) -> dict[str, list[str]]:
    """The parameters of a view's address; what is at its default is left out."""
    like = [] if view.like is None else [str(view.like)]
    size = [] if view.k == DEFAULT_SIZE else [str(view.k)]
    text = [view.text] if view.text else []
    facets = [list(view.values(column)) for column in FACETS]
    values = (text, like, *facets, size)
    return {name: value for name, value in zip(NAMES, values, strict=True) if value}


def current_view() -> View:
    """The view that this session's address names. Raises InvalidRequest."""
    return read_view({name: st.query_params.get_all(name) for name in NAMES})


def go(view: View) -> None:
    """Make this the session's address, as a new step in the browser's history."""
    st.query_params.from_dict(write_view(view))


def _conditions(chosen: Mapping[str, tuple[str, ...]]) -> tuple[Condition, ...]:
    return tuple(one_of(column, *values) for column, values in chosen.items() if values)


def _last(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    values = parameters.get(name, ())
    return values[-1] if values else ""


def _number(parameters: Mapping[str, Sequence[str]], name: str) -> int | None:
    text = _last(parameters, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise InvalidRequest(f"The address says {name}={text}. Write a number there, or remove it.")
    return int(text)


def _page_size(parameters: Mapping[str, Sequence[str]]) -> int:
    size = _number(parameters, "k") or DEFAULT_SIZE
    if size not in PAGE_SIZES:
        known = ", ".join(map(str, PAGE_SIZES))
        raise InvalidRequest(f"The page cannot show {size} pictures. Choose one of {known}.")
    return size
