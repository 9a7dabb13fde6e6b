"""The search page."""

import streamlit as st

from core.errors import RadseekError, UnknownName
from radseek.archive import Archive
from storage.snapshot import Snapshot
from ui.parts.notices import no_match, nothing_indexed, problem, told
from ui.search_page.address import current_view
from ui.search_page.answer import Answer, find, query_of
from ui.search_page.filters import filter_row
from ui.search_page.grid import grid, make_tile
from ui.search_page.held import held
from ui.search_page.search_box import search_box
from ui.search_page.trail import follow, trail
from ui.search_page.upload import upload_button
from ui.search_page.view import View
from ui.shared import shared_archive
from ui.viewer.details import details


def main() -> None:
    """Draw it for the collection that is served, or say why there is none."""
    archive = shared_archive()
    try:
        draw(archive, archive.reader().snapshot())
    except UnknownName as error:
        nothing_indexed(str(error))
    except RadseekError as error:
        problem(str(error))


def draw(archive: Archive, snapshot: Snapshot) -> None:
    """What is asked, and what is found. Raises RadseekError."""
    view = current_view()
    heading(archive, view)
    try:
        results(archive, snapshot, view)
    except RadseekError as error:
        problem(str(error))


def heading(archive: Archive, view: View) -> None:
    """What can be asked with: words, or an image."""
    with st.container(horizontal=True, vertical_alignment="center", key="heading"):
        search_box(view)
        upload_button(archive)


def results(archive: Archive, snapshot: Snapshot, view: View) -> None:
    """Filters, the line about the answer, and the grid. Raises RadseekError."""
    if not len(snapshot.ids):
        nothing_indexed("The collection holds no pictures. Fill it with `radseek index PATH`.")
        return
    own = held(archive.reader().rendering)
    query = query_of(view, own, snapshot)
    filter_row(snapshot, view)
    with st.container(horizontal=True, vertical_alignment="center", key="line"):
        trail(view, snapshot, own)
        line = st.empty()
    with line, st.spinner("Searching"):
        answer = find(archive, snapshot, view, query)
    line.text(answer.summary)
    if answer.remarks:
        told(answer.remarks)
    show(archive, answer)


def show(archive: Archive, answer: Answer) -> None:
    """The grid, and the drawer when a tile asks for it. Raises RadseekError."""
    if not answer.pictures:
        no_match()
        return
    chosen = grid([make_tile(shown) for shown in answer.pictures], follow)
    for shown in answer.pictures:
        if shown.record.id == chosen["open"]:
            details(shown, archive.reader().related(shown.record.id))
