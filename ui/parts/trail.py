"""Asking with a picture: how one gets there, and the way back."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from search.query import ImagePart, InstancePart, Query
from storage.snapshot import Snapshot
from ui.parts.address import current_view, go
from ui.parts.grid import asked_similar
from ui.parts.pictures import thumbnail_address
from ui.parts.search_box import examples
from ui.parts.upload import Upload, forget_upload


def trail(query: Query | None, snapshot: Snapshot, upload: Upload | None) -> None:
    """Show the picture that is asked with, or examples where nothing is. Raises UnknownName."""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key="trail"):
        match query:
            case None:
                examples()
            case Query((InstancePart(id),)):
                (record,) = snapshot.describe([id])
                _step(f"Similar to picture {id}", thumbnail_address(record), _leave)
            case Query((ImagePart(),)) if upload is not None:
                _step("Similar to your image", upload.thumbnail, forget_upload)


def follow() -> None:
    """Ask with the picture that was clicked in the grid; the words are kept for the way back."""
    go(replace(current_view(), like=asked_similar()))


def _leave() -> None:
    go(replace(current_view(), like=None))


def _step(label: str, thumbnail: str, leave: Callable[[], None]) -> None:
    st.html(f'<img class="rs-asked" src="{thumbnail}" alt="">', width="content")
    st.button(label, icon=":material/close:", icon_position="right", on_click=leave, key="leave")
