"""A grid of pictures with marks of their own, whose searches are those of the search page."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from radseek.archive import Archive
from ui.boards.answer_actions import export_selection
from ui.boards.keeping import board_names
from ui.component import component
from ui.explore_page.turning import turn_by
from ui.search_page.answer import Shown
from ui.search_page.elsewhere import acts_elsewhere
from ui.search_page.grid import HTML, Tile
from ui.search_page.grid import words as grid_words
from ui.search_page.view import START, Density
from ui.viewer.drawer import drawer

EVENTS: Final = ("similar", "liked", "disliked", "keep", "keepPicked")


def marked_grid(
    archive: Archive,
    key: str,
    tiles: Sequence[tuple[Shown, Tile]],
    place: str,
    page: int,
    *,
    is_last: bool,
) -> None:
    """Draw a page of tiles, and the drawer over them."""
    boards = board_names(archive)
    told = component("grid", HTML)(
        key=key,
        data={
            "tiles": [asdict(tile) for _, tile in tiles],
            "noise": None,
            "density": Density.MEDIUM.value,
            "place": place,
            "page": {"now": page, "is_last": is_last},
            "boards": boards,
            "words": grid_words(),
        },
        on_export_change=lambda: None,
        on_turn_change=lambda: turn_by(key),
        **{f"on_{name}_change": act for name, act in acts_elsewhere(key, *EVENTS).items()},
    )
    if told["export"]:
        export_selection(archive, told["export"])
    drawer(START, [shown for shown, _ in tiles], boards, {}, acts_elsewhere)
