"""The search page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from core.errors import RadseekError, UnknownName
from radseek.archive import Archive
from search.query import Query
from storage.snapshot import Snapshot
from ui.boards.answer_actions import answer_actions, export_selection
from ui.boards.keeping import board_names
from ui.language import _
from ui.pages import EXPLORE, make_page
from ui.parts.notices import no_match, nothing_found, nothing_indexed, problem
from ui.search_page.acts import acts_of
from ui.search_page.address import current_view, kept_address, write_view
from ui.search_page.answer import Answer, find, query_of
from ui.search_page.asking import ask_bar
from ui.search_page.grid import KEY as GRID
from ui.search_page.grid import grid
from ui.search_page.held import Own, held
from ui.search_page.options import options
from ui.search_page.paging import begun_at, remember_begun
from ui.search_page.rail import rail
from ui.search_page.remarked import remarked
from ui.search_page.summary import summary
from ui.search_page.understood import understood_line
from ui.search_page.view import START, View
from ui.shared import shared_archive
from ui.viewer.drawer import drawer

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
    own = held(archive.reader().rendering)
    ask_bar(archive, snapshot, view, own)
    try:
        results(archive, snapshot, view, own)
    except RadseekError as error:
        problem(str(error))


def results(archive: Archive, snapshot: Snapshot, view: View, own: Mapping[str, Own]) -> None:
    """The answer, and the filters beside it. Raises RadseekError."""
    if not len(snapshot.ids):
        nothing_indexed(_("The collection holds no pictures. Fill it with `radseek index PATH`."))
        return
    boards = board_names(archive)
    with st.container(horizontal=True, key="search-body"):
        beside = st.container(key="search-rail")
        with st.container(key="search-found"):
            try:
                answered(archive, snapshot, view, query_of(view, own, snapshot), boards)
            except RadseekError as error:  # the filters stay, to be changed
                problem(str(error))
        with beside:  # behind the answer, which is what a person waits for
            rail(snapshot, boards, view)


def answered(
    archive: Archive, snapshot: Snapshot, view: View, query: Query | None, boards: Sequence[str]
) -> None:
    """The line about the answer, and the grid. Raises RadseekError."""
    with st.container(horizontal=True, vertical_alignment="center", key="line"):
        options(view)
        actions = st.container(horizontal=True, vertical_alignment="center", width="content")
        line = st.empty()
    with line, st.spinner(_("Searching")):
        answer = find(archive, snapshot, view, query, begun_at(view))
    line.text(summary(answer))
    with actions:
        answer_actions(archive, snapshot, view, query, answer.matching)
        if query is not None:
            on_map(view)
    with st.container(key="search-remarks"):
        if answer.results is not None:
            remember_begun(view, answer.results.sequence)
            understood_line(answer.results)
            remarked(answer.results)
    show(archive, view, answer, boards)


def on_map(view: View) -> None:
    """A way to the map, on which the hits are lit."""
    st.page_link(
        make_page(EXPLORE),
        label=_("On the map"),
        icon=":material/scatter_plot:",
        query_params=kept_address(replace(view, page=1)),
    )


def show(archive: Archive, view: View, answer: Answer, boards: Sequence[str]) -> None:
    """The grid, and the drawer that a tile opens over it. Raises RadseekError."""
    if not answer.pictures and view.page == 1:
        (nothing_found if answer.matching else no_match)()
        return
    acts = {**acts_of(GRID, *EVENTS), "export": lambda: None}
    told = grid(answer, view, place_of(view), boards, acts)
    if told["export"]:
        export_selection(archive, told["export"])
    drawer(view, answer.pictures, boards, held(archive.reader().rendering))


def place_of(view: View) -> str:
    """Equal for views that a person takes for one place: sizes and judgements do not matter."""
    plain = replace(view, density=START.density, liked=(), disliked=())
    return urlencode(write_view(plain), doseq=True)
