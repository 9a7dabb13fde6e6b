"""The map that is drawn in the browser: what it is told, and what it tells back."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st

from core.types import Ids
from ui.component import component
from ui.explore_page.address import Area, Explored, go_explored
from ui.explore_page.colours import Colouring
from ui.explore_page.plane import Plane
from ui.language import _, number, plural

KEY: Final = "map"
HTML: Final = """
<div class="map">
  <div class="tools" role="toolbar"></div>
  <div class="field">
    <canvas class="points"></canvas>
    <canvas class="over" tabindex="0"></canvas>
    <div class="tip" hidden></div>
    <p class="state" role="status"></p>
  </div>
  <ul class="legend"></ul>
</div>
"""


def scatter(plane: Plane, coloured: Colouring, explored: Explored, lit: Sequence[int]) -> None:
    """Show the map, with some pictures lit; the browser fetches the points."""
    component("map", HTML)(
        key=KEY,
        data={
            "points": f"api/map/points?{urlencode({'at': plane.version})}",
            "colours": f"api/map/colours?{urlencode({'at': plane.version, 'by': explored.colour})}",
            "legend": [
                asdict(entry)
                | {"count": number(entry.pictures), "shown": entry.value not in explored.hidden}
                for entry in coloured.entries
            ],
            "area": explored.area,
            "lit": list(lit),
            "words": words(plane.ids),
        },
        on_area_change=_select,
        on_hide_change=_hide,
    )


def words(ids: Ids) -> dict[str, str]:
    """The texts of the map; {n} is filled in the browser."""
    return {
        "map": plural("Map of {n} picture", "Map of {n} pictures", len(ids)),
        "help": _(
            "Arrows move the map, plus and minus zoom, 0 shows all, A selects what is seen, "
            "Escape clears the selection. Hold Shift and drag to select."
        ),
        "move": _("Move"),
        "box": _("Box"),
        "lasso": _("Lasso"),
        "all": _("Show all"),
        "seen": _("Select what is seen"),
        "clear": _("Clear the selection"),
        "legend": _("What the colours mean"),
        "loading": _("Loading the map"),
        "failed": _("The map cannot be loaded. Load the page again."),
        "picture": _("Picture {id}"),
    }


def _told(event: str) -> Any:
    return st.session_state[KEY][event]


def _select() -> None:
    area: Area = tuple((float(x), float(y)) for x, y in _told("area") or ())
    go_explored(area=area)


def _hide() -> None:
    go_explored(hidden=tuple(str(value) for value in _told("hide") or ()))
