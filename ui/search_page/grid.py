"""The grid of thumbnails: what it is told, and what it tells back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from ui.component import component
from ui.parts.pictures import thumbnail_address
from ui.search_page.answer import Shown

KEY = "grid"
HTML = '<div class="grid" role="list" aria-label="Pictures"></div>'


@dataclass(frozen=True, slots=True)
class Tile:
    """One thumbnail. Its texts are shown as text, never read as HTML."""

    id: int
    src: str
    score: str  # empty where nothing was asked
    badge: str  # how many pictures it stands for; empty for itself alone
    caption: str
    label: str  # for screen readers


def make_tile(shown: Shown) -> Tile:
    """The tile of one picture."""
    record = shown.record
    score = "" if shown.score is None else f"{shown.score:.2f}"
    caption = " ".join(filter(None, (record.tags.modality, record.tags.body_part)))
    alike = f"{shown.copies} more with the same pixels" if shown.copies else ""
    spoken = (f"Picture {record.id}", caption, score and f"score {score}", alike)
    return Tile(
        id=record.id,
        src=thumbnail_address(record),
        score=score,
        badge=f"×{shown.copies + 1}" if shown.copies else "",
        caption=caption,
        label=", ".join(filter(None, spoken)),
    )


def grid(tiles: Sequence[Tile], on_similar: Callable[[], None]) -> Mapping[str, Any]:
    """Show the tiles. The answer's `open` is the id whose details were asked for, or None."""
    answer: Mapping[str, Any] = component("grid", HTML)(
        key=KEY,
        data={"tiles": [asdict(tile) for tile in tiles]},
        on_similar_change=on_similar,
        on_open_change=lambda: None,
    )
    return answer


def asked_similar() -> int:
    """The id that the grid's `similar` event carries, inside its callback."""
    return int(st.session_state[KEY]["similar"])
