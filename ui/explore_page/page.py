"""The page Explore."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.errors import RadseekError, UnknownName
from radseek.archive import Archive
from storage.snapshot import Snapshot
from ui.explore_page.address import Part, current_explored, go_explored
from ui.explore_page.copies import copies_part
from ui.explore_page.disagreements import disagreements_part
from ui.explore_page.map_part import map_part
from ui.language import N_, _
from ui.parts.notices import nothing_indexed, problem
from ui.search_page.elsewhere import lead
from ui.shared import shared_archive

PARTS: Mapping[Part, str] = {
    Part.MAP: N_("Map"),
    Part.DISAGREEMENTS: N_("Disagreements"),
    Part.COPIES: N_("Copies"),
}
DRAWN: Mapping[Part, Callable[[Archive, Snapshot], None]] = {
    Part.MAP: map_part,
    Part.DISAGREEMENTS: disagreements_part,
    Part.COPIES: copies_part,
}
CHOICE = "explore-show"


def main() -> None:
    """Draw it for the collection that is served, or say why there is none."""
    lead()
    archive = shared_archive()
    try:
        draw(archive, archive.reader().snapshot())
    except UnknownName as error:
        nothing_indexed(str(error))
    except RadseekError as error:
        problem(str(error))


def draw(archive: Archive, snapshot: Snapshot) -> None:
    """The part that the address names. Raises RadseekError."""
    if not len(snapshot.ids):
        nothing_indexed(_("The collection holds no pictures. Fill it with `radseek index PATH`."))
        return
    explored = current_explored()
    st.session_state[CHOICE] = explored.show
    st.segmented_control(
        _("What to look at"),
        list(PARTS),
        format_func=lambda part: _(PARTS[part]),
        key=CHOICE,
        label_visibility="collapsed",
        on_change=choose,
    )
    DRAWN[explored.show](archive, snapshot)


def choose() -> None:
    """Show another part; pressing the one that is shown changes nothing."""
    go_explored(show=st.session_state[CHOICE] or current_explored().show)
