"""The address of a view. Uploads, and words that may name somebody, never enter it."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, TypeVar

import streamlit as st

from core.errors import InvalidRequest
from ui.search_page.asked import MOST_DIGITS, read_asked, write_asked
from ui.search_page.held import Typed, hold, recall
from ui.search_page.view import DIVERSITIES, FACETS, PAGE_SIZES, START, View, conditions

# Each a parameter; a facet with as many values as were chosen.
NAMES: Final = (
    *("q", "part", "liked", "disliked", *FACETS, "where", "by", "ranking"),
    *("patient", "fold", "diversity", "k", "page", "density"),
)
LEAVING: Final = "search-leaving"  # of a session whose page is another one: it goes to this one
BESIDE: Final = ("show", "colour", "hide")  # of the page Explore, where a view is lit
HELD: Final = re.compile(r"held:([0-9a-f]{16})")  # a filter that the session holds
UID: Final = re.compile(r"[0-2](\.\d+){3,}")  # DICOM PS3.5 chapter 9; not a number or a date
Chosen = TypeVar("Chosen", bound=StrEnum)


def read_view(parameters: Mapping[str, Sequence[str]]) -> View:
    """The view that the parameters of an address name. Raises InvalidRequest."""
    chosen = {facet: tuple(parameters.get(facet, ())) for facet in FACETS}
    return View(
        text=_last(parameters, "q").strip(),
        parts=tuple(map(read_asked, parameters.get("part", ()))),
        liked=_ids(parameters, "liked"),
        disliked=_ids(parameters, "disliked"),
        where=conditions(chosen),
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
    parameters = {name: st.query_params.get_all(name) for name in NAMES}
    token = HELD.fullmatch(_last(parameters, "where"))
    return read_view(parameters | {"where": [recall(token[1])]} if token else parameters)


def go(view: View) -> None:
    """Make this the session's address, as a new step in the browser's history.

    What another page asks for waits for `elsewhere`.
    """
    written = kept_address(view)
    if LEAVING in st.session_state:
        st.session_state[LEAVING] = written
    else:
        beside = {name: st.query_params.get_all(name) for name in BESIDE if name in st.query_params}
        st.query_params.from_dict(beside | written)


def kept_address(view: View) -> dict[str, list[str]]:
    """The parameters of a view as an address may have them: the session holds a UID's filter."""
    written = write_view(view)
    if UID.search(view.filter):
        written["where"] = [f"held:{hold(Typed(view.filter)).token}"]
    return written


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
