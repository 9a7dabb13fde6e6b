"""The page: one run of this script answers one step of one person."""

from pathlib import Path

import streamlit as st

from core.errors import RadseekError, UnknownName
from radseek.archive import Archive
from storage.snapshot import Snapshot
from ui.parts.address import View, current_view
from ui.parts.answer import Answer, find, query_of
from ui.parts.details import details
from ui.parts.filters import filter_row
from ui.parts.grid import grid, make_tile
from ui.parts.notices import footer, no_match, nothing_indexed, problem, told
from ui.parts.search_box import search_box
from ui.parts.trail import follow, trail
from ui.parts.upload import upload_button, uploaded
from ui.shared import shared_archive

STYLE = Path(__file__).with_name("style.css")


def main() -> None:
    """Draw the page. What a person can act on becomes a notice; anything else is a bug."""
    st.set_page_config(page_title="radseek", layout="wide")
    st.html(STYLE)
    footer(body(shared_archive()))


def body(archive: Archive) -> str:
    """Draw all above the foot; the answer is what the foot says of the collection."""
    try:
        reader = archive.reader()
        snapshot = reader.snapshot()
    except UnknownName as error:
        nothing_indexed(str(error))
        return ""
    except RadseekError as error:
        problem(str(error))
        return ""
    page(archive, snapshot)
    return f"{len(snapshot.ids):,} pictures, encoder {reader.card.name} {reader.card.version}"


def page(archive: Archive, snapshot: Snapshot) -> None:
    """The page of a collection that is open."""
    try:
        view = current_view()
        heading(archive, view)
        results(archive, snapshot, view)
    except RadseekError as error:
        problem(str(error))


def heading(archive: Archive, view: View) -> None:
    """What can be asked with: words, or an image."""
    with st.container(horizontal=True, vertical_alignment="center", key="heading"):
        st.html('<span class="rs-name">radseek</span>', width="content")
        search_box(view)
        upload_button(archive)


def results(archive: Archive, snapshot: Snapshot, view: View) -> None:
    """Filters, the line about the answer, and the grid. Raises RadseekError."""
    if not len(snapshot.ids):
        nothing_indexed("The collection holds no pictures. Fill it with `radseek index PATH`.")
        return
    upload = uploaded(archive.reader().rendering)
    query = query_of(view, upload)
    filter_row(snapshot, view)
    with st.container(horizontal=True, vertical_alignment="center", key="line"):
        trail(query, snapshot, upload)
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


if __name__ == "__main__":  # so Streamlit calls its script; a worker process must not run it
    main()
