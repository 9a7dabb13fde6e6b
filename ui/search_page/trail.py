"""What is asked with beside the words, each with a way to leave it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from core.types import Record
from search.query import TextPart
from storage.snapshot import Snapshot
from ui.parts.pictures import thumbnail_address
from ui.search_page.address import current_view, go
from ui.search_page.asked import Asked, Held, SeriesOf
from ui.search_page.held import Own, Upload
from ui.search_page.search_box import examples
from ui.search_page.view import View


def trail(view: View, snapshot: Snapshot, own: Mapping[str, Own]) -> None:
    """Show what is asked with, or examples where nothing is. Raises UnknownName."""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key="trail"):
        for place, asked in enumerate(view.parts):
            _part(place, asked, snapshot, own)
        if not (view.text or view.parts):
            examples()


def _part(place: int, asked: Asked, snapshot: Snapshot, own: Mapping[str, Own]) -> None:
    leave = partial(_leave, place)
    if isinstance(asked, TextPart):
        st.button(asked.text, icon=":material/close:", on_click=leave, key=f"part-{place}")
        return
    if isinstance(asked, Held):
        held = own.get(asked.token)
        if isinstance(held, Upload):
            _step(f"part-{place}", "Similar to your image", held.thumbnail, leave)
        return
    (record,) = snapshot.describe([asked.id])
    label = f"Similar to {_named(asked, record)}"
    _step(f"part-{place}", label, thumbnail_address(record), leave)


def _named(asked: Asked, record: Record) -> str:
    return f"the series of {record.id}" if isinstance(asked, SeriesOf) else f"picture {record.id}"


def _leave(place: int) -> None:
    view = current_view()
    go(replace(view, parts=view.parts[:place] + view.parts[place + 1 :], page=1))


def _step(key: str, label: str, thumbnail: str, leave: Callable[[], None]) -> None:
    st.html(f'<img class="rs-asked" src="{thumbnail}" alt="">', width="content")
    st.button(label, icon=":material/close:", icon_position="right", on_click=leave, key=key)
