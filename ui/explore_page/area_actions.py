"""What can be done with all pictures of an area of the map."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from radseek.archive import Archive
from ui.boards.answer_actions import export_selection
from ui.boards.keeping import board_names
from ui.language import _
from ui.pages import SEARCH, make_page
from ui.search_page.acts import keep_all
from ui.search_page.address import write_view
from ui.search_page.view import View

EXAMPLES: Final = 20  # pictures, those in the middle, that a search learns from
MOST_KEPT: Final = 5_000  # pictures that are kept or exported at once
BOARD: Final = "explore-board"


@st.fragment  # so that a dialog opens without drawing the map again
def area_actions(archive: Archive, ids: Sequence[int]) -> None:
    """Search like these, keep all, export all."""
    if not ids:
        return
    some = list(ids[:MOST_KEPT])
    with st.container(horizontal=True, vertical_alignment="center", key="explore-actions"):
        st.page_link(
            make_page(SEARCH),
            label=_("Search like these"),
            icon=":material/search:",
            query_params=write_view(View(liked=tuple(ids[:EXAMPLES]))),
        )
        keep = st.button(
            _("Keep all"), icon=":material/bookmark_add:", type="tertiary", key="explore-keep"
        )
        export = st.button(
            _("Export"), icon=":material/download:", type="tertiary", key="explore-export"
        )
    if keep:
        st.dialog(_("Keep on a board"))(_keep)(archive, some)
    elif export:
        export_selection(archive, some)


def _keep(archive: Archive, ids: Sequence[int]) -> None:
    board = st.selectbox(
        _("Board"), board_names(archive), index=None, accept_new_options=True, key=BOARD
    )
    if st.button(_("Keep there"), type="primary", key="explore-keep-now", disabled=not board):
        keep_all(ids, str(board))
        st.rerun()
