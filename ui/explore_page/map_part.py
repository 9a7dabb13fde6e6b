"""The map, and the pictures beside it."""

from urllib.parse import urlencode

import streamlit as st

from core.errors import RadseekError
from radseek.archive import Archive
from storage.snapshot import Snapshot
from ui.archive_page.tables import note
from ui.boards.answer_actions import export_selection
from ui.boards.keeping import board_names
from ui.explore_page.address import Explored, current_explored, go_explored
from ui.explore_page.area_actions import area_actions
from ui.explore_page.colours import colouring, offered
from ui.explore_page.plane import Plane, current_plane
from ui.explore_page.scatter import scatter
from ui.explore_page.shown import Beside, hits_of, pictures_of, selected
from ui.explore_page.turning import turn_by
from ui.explore_page.words import lit_line, selected_line, trust_lines
from ui.language import _
from ui.pages import SEARCH, make_page
from ui.parts.notices import empty, refusal
from ui.search_page.acts import acts_of
from ui.search_page.address import current_view, go, kept_address, write_view
from ui.search_page.answer import query_of
from ui.search_page.grid import KEY as GRID
from ui.search_page.grid import grid
from ui.search_page.held import held
from ui.search_page.view import View
from ui.viewer.drawer import drawer, is_asked

EVENTS = ("similar", "liked", "disliked", "keep", "keepPicked")  # of the grid
COLOUR = "explore-colour"


def map_part(archive: Archive, snapshot: Snapshot) -> None:
    """Draw both, or say how to make a map. Raises RadseekError."""
    reader = archive.reader()
    plane = current_plane(reader, snapshot)
    if plane is None:
        empty(_("There is no map yet"), _("Make it with `radseek map`, then load the page again."))
        return
    explored, view = current_explored(), current_view()
    coloured = colouring(snapshot, plane.rows, explored.colour)
    hits, why = asked(archive, snapshot, view)
    with st.container(horizontal=True, key="explore-body"):
        with st.container(key="explore-map"):
            colours(snapshot, explored)
            scatter(plane, coloured, explored, [] if hits is None else hits.ids)
            for line in trust_lines(plane, snapshot):
                note(line)
        with st.container(key="explore-beside"):
            if why:
                refusal(why)
            if explored.area:
                chosen = pictures_of(selected(plane, coloured, explored), snapshot, view)
                area(archive, view, chosen)
            elif hits is not None:
                search(archive, plane, view, hits)
            elif not why:
                st.text(_("Select an area of the map: its pictures stand here."))


def asked(archive: Archive, snapshot: Snapshot, view: View) -> tuple[Beside | None, str]:
    """The hits of the search that the address names, or why there are none; None: it names none."""
    if not (is_asked(view) or view.where or view.filter):
        return None, ""
    try:
        query = query_of(view, held(archive.reader().rendering), snapshot)
        return hits_of(archive, snapshot, view, query), ""
    except RadseekError as error:
        return None, str(error)


def colours(snapshot: Snapshot, explored: Explored) -> None:
    """What to colour by."""
    names = offered(snapshot)
    st.session_state[COLOUR] = explored.colour
    st.selectbox(
        _("Colour by"),
        list(names),
        format_func=lambda name: names[name],
        key=COLOUR,
        label_visibility="collapsed",
        width=240,
        on_change=lambda: go_explored(colour=st.session_state[COLOUR], hidden=()),
    )


def area(archive: Archive, view: View, chosen: Beside) -> None:
    """The pictures of the area, and what can be done with all of them."""
    with st.container(horizontal=True, vertical_alignment="center", key="explore-line"):
        st.text(selected_line(chosen), width="content")
        area_actions(archive, chosen.ids)
    pictures(archive, view, chosen)


def search(archive: Archive, plane: Plane, view: View, hits: Beside) -> None:
    """The hits that are lit, and the way back to their search."""
    with st.container(horizontal=True, vertical_alignment="center", key="explore-line"):
        st.text(lit_line(plane, hits), width="content")
        st.page_link(
            make_page(SEARCH),
            label=_("To the search"),
            icon=":material/search:",
            query_params=kept_address(view),
        )
        st.button(
            _("Clear the search"), type="tertiary", key="explore-out", on_click=lambda: go(View())
        )
    pictures(archive, view, hits)


def pictures(archive: Archive, view: View, shown: Beside) -> None:
    """The grid of a page, and the drawer over it."""
    boards = board_names(archive)
    acts = {**acts_of(GRID, *EVENTS), "turn": lambda: turn_by(GRID), "export": lambda: None}
    told = grid(shown.answer, view, place_of(view), boards, acts)
    if told["export"]:
        export_selection(archive, told["export"])
    drawer(view, shown.answer.pictures, boards, held(archive.reader().rendering))


def place_of(view: View) -> str:
    """Equal where the same is shown again."""
    return f"{st.query_params.get('area', '')}?{urlencode(write_view(view), doseq=True)}"
