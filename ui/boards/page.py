"""The page of what people keep: boards of pictures, and saved searches."""

from typing import Final

import streamlit as st

from core.errors import RadseekError, UnknownName
from radseek.archive import Archive
from storage.cohorts import Cohort
from ui.boards.board import board
from ui.boards.listing import boards
from ui.boards.searches import saved_searches
from ui.parts.notices import nothing_indexed, refusal
from ui.shared import shared_archive

BOARD: Final = "board"  # the parameter of the address with the id of the board that is open


def main() -> None:
    """Draw one board, or all that there is."""
    archive = shared_archive()
    try:
        archive.reader()
    except UnknownName as error:
        nothing_indexed(str(error))
        return
    except RadseekError as error:
        refusal(str(error))
        return
    try:
        draw(archive)
    except RadseekError as error:
        refusal(str(error))


def draw(archive: Archive) -> None:
    """The board that the address names, else all of them. Raises RadseekError."""
    opened = opened_board(archive)
    if opened is not None:
        board(archive, opened)
        return
    st.query_params.clear()
    chosen = boards(archive)
    if chosen is not None:
        st.query_params[BOARD] = str(chosen)
        st.rerun()
    saved_searches(archive)


def opened_board(archive: Archive) -> Cohort | None:
    """The board whose id is in the address, if it is still there."""
    written = st.query_params.get(BOARD, "")
    is_number = written.isascii() and written.isdigit() and len(written) < 19
    return archive.reader().cohorts.find(int(written)) if is_number else None
