"""What the page Explore keeps in its address, beside the search whose hits are lit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import streamlit as st

from core.errors import InvalidRequest

NAMES: Final = ("show", "colour", "hide", "area", "set", "tag", "pair", "sort")
CORNER: Final = re.compile(r"(-?\d{1,6}),(-?\d{1,6})")
STEPS: Final = 100_000  # of an address from the middle of the map to its edge
MOST_CORNERS: Final = 100

Area = tuple[tuple[float, float], ...]  # the corners of a polygon on the map


class Part(StrEnum):
    """What is looked at."""

    MAP = "map"
    DISAGREEMENTS = "disagreements"
    COPIES = "copies"


@dataclass(frozen=True, slots=True)
class Explored:
    """One state of the page."""

    show: Part = Part.MAP
    colour: str = "modality"  # what points are coloured by
    hidden: tuple[str, ...] = ()  # values whose points are not shown
    area: Area = ()  # what is selected; nothing: no selection
    labels: str = ""  # the set that tags are compared with; empty: the first
    tag: str = "body_part"
    pair: str = ""  # what the tag says and the pixels look like, SAID>SEEN; empty: all
    sort: str = ""  # of copies; empty: the first that there are


START: Final = Explored()


def read_explored(parameters: Mapping[str, Sequence[str]]) -> Explored:
    """The state that the parameters of an address name. Raises InvalidRequest."""
    given = {name: values[-1] for name, values in parameters.items() if values}
    show = given.get("show", START.show.value)
    if show not in list(Part):
        raise InvalidRequest(
            f"The address says show={show}. Write one of {', '.join(Part)}, or remove it."
        )
    return Explored(
        Part(show),
        given.get("colour", START.colour),
        tuple(parameters.get("hide", ())),
        read_area(given.get("area", "")),
        given.get("set", START.labels),
        given.get("tag", START.tag),
        given.get("pair", START.pair),
        given.get("sort", START.sort),
    )


def write_explored(explored: Explored) -> dict[str, list[str]]:
    """The parameters of a state; what is at its default is left out."""
    written = {
        "show": [explored.show.value] if explored.show is not START.show else [],
        "colour": [explored.colour] if explored.colour != START.colour else [],
        "hide": list(explored.hidden),
        "area": [write_area(explored.area)] if explored.area else [],
        "set": [explored.labels] if explored.labels else [],
        "tag": [explored.tag] if explored.tag != START.tag else [],
        "pair": [explored.pair] if explored.pair else [],
        "sort": [explored.sort] if explored.sort else [],
    }
    return {name: values for name, values in written.items() if values}


def read_area(written: str) -> Area:
    """The corners of a polygon. Raises InvalidRequest."""
    if not written:
        return ()
    corners = [CORNER.fullmatch(corner) for corner in written.split(";")]
    found = [(int(one[1]) / STEPS, int(one[2]) / STEPS) for one in corners if one]
    if len(found) < len(corners) or not 3 <= len(found) <= MOST_CORNERS:
        raise InvalidRequest(
            "The area of the address cannot be read. Remove it, and select on the map again."
        )
    return tuple(found)


def write_area(area: Area) -> str:
    """The same as the address has it."""
    return ";".join(f"{round(x * STEPS)},{round(y * STEPS)}" for x, y in area)


def current_explored() -> Explored:
    """The state that this session's address names. Raises InvalidRequest."""
    return read_explored({name: st.query_params.get_all(name) for name in NAMES})


def go_explored(**changes: object) -> None:
    """Make a changed state this session's address; the search, but for its page, stays."""
    written = write_explored(replace(current_explored(), **changes))  # type: ignore[arg-type]
    others = {name: st.query_params.get_all(name) for name in st.query_params}
    kept = {name: all_ for name, all_ in others.items() if name not in (*NAMES, "page")}
    st.query_params.from_dict(kept | written)
