"""The search page."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from core.errors import RadseekError, UnknownName
from radseek.archive import Archive
from search.query import Query
from search.remarks import remarks
from search.results import Results
from storage.snapshot import Snapshot
from ui.boards.keeping import board_names
from ui.language import _
from ui.parts.notices import no_match, nothing_indexed, problem, told
from ui.search_page.acts import acts_of
from ui.search_page.address import current_view, write_view
from ui.search_page.answer import Answer, find, query_of
from ui.search_page.grid import KEY as GRID
from ui.search_page.grid import grid
from ui.search_page.held import held
from ui.search_page.options import options
from ui.search_page.paging import begun_at, remember_begun
from ui.search_page.rail import rail
from ui.search_page.remarked import remarked
from ui.search_page.search_box import search_box
from ui.search_page.summary import summary
from ui.search_page.trail import trail
from ui.search_page.upload import upload_button
from ui.search_page.view import START, View
from ui.shared import shared_archive
from ui.viewer.details import details

EVENTS = ("similar", "liked", "disliked", "keep", "keepPicked", "turn")  # of the grid


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
    """What is asked with, the answer, and the filters beside it. Raises RadseekError."""
    if not len(snapshot.ids):
        nothing_indexed(_("The collection holds no pictures. Fill it with `radseek index PATH`."))
        return
    own = held(archive.reader().rendering)
    trail(view, snapshot, own)
    boards = board_names(archive)
    with st.container(horizontal=True, key="search-body"):
        beside = st.container(key="search-rail")
        with st.container(key="search-found"):
            answered(archive, snapshot, view, query_of(view, own, snapshot), boards)
        with beside:  # behind the answer, which is what a person waits for
            rail(snapshot, boards, view)


def answered(
    archive: Archive, snapshot: Snapshot, view: View, query: Query | None, boards: Sequence[str]
) -> None:
    """The line about the answer, and the grid. Raises RadseekError."""
    with st.container(horizontal=True, vertical_alignment="center", key="line"):
        options(view)
        line = st.empty()
    with line, st.spinner(_("Searching")):
        answer = find(archive, snapshot, view, query, begun_at(view))
    line.text(summary(answer))
    with st.container(key="search-remarks"):
        if answer.results is not None:
            remember_begun(view, answer.results.sequence)
            understood(answer.results)
            remarked(answer.results)
    show(archive, view, answer, boards)


def understood(results: Results) -> None:
    """How the texts of the query were understood, where that is not as they stand."""
    if lines := list(remarks(replace(results, notes=(), alarms=(), noise_from=None))):
        told(lines)


def show(archive: Archive, view: View, answer: Answer, boards: Sequence[str]) -> None:
    """The grid, and the drawer when a tile asks for it. Raises RadseekError."""
    if not answer.pictures:
        no_match()
        return
    chosen = grid(answer, view, place_of(view), boards, acts_of(GRID, *EVENTS))
    for shown in answer.pictures:
        if shown.record.id == chosen["open"]:
            details(shown, archive.reader().related(shown.record.id))


def place_of(view: View) -> str:
    """Equal for views that a person takes for one place: sizes and judgements do not matter."""
    plain = replace(view, density=START.density, liked=(), disliked=())
    return urlencode(write_view(plain), doseq=True)
