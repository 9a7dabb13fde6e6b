"""All boards, each with its first pictures, and a way to make one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from core.errors import RadseekError
from radseek.archive import Archive
from storage.cohorts import Cohort
from ui.boards.keeping import keep
from ui.component import component
from ui.language import _, plural
from ui.parts.notices import refusal
from ui.parts.pictures import thumbnail_address
from ui.parts.plain import in_html

KEY: Final = "boards-list"
NEW: Final = "boards-new"
PROBLEM: Final = "boards-problem"
HTML: Final = '<div class="boards" role="list"></div>'
FIRST: Final = 4  # pictures that are shown of each


def boards(archive: Archive) -> int | None:
    """Draw them; gives the id of the one that was opened. Raises StorageError."""
    found = archive.reader().cohorts.all()
    with st.container(horizontal=True, vertical_alignment="center", key="boards-heading"):
        st.html(f'<h2 class="rs-heading">{in_html(_("Boards"))}</h2>', width="content")
        st.text_input(
            _("New board"),
            key=NEW,
            placeholder=_("New board"),
            help=_("Its name becomes part of addresses: name no patient."),
            on_change=_make,
            args=(archive,),
            label_visibility="collapsed",
            width=260,
        )
    if PROBLEM in st.session_state:
        refusal(st.session_state.pop(PROBLEM))
    if not found:
        _none_yet()
        return None
    told: Mapping[str, Any] = component("boards", HTML)(
        key=KEY,
        data={"boards": cards(archive, found), "words": {"boards": _("Boards")}},
        on_open_change=lambda: None,
    )
    chosen = told["open"]
    return None if chosen is None else int(chosen)


def cards(archive: Archive, found: Sequence[Cohort]) -> list[dict[str, Any]]:
    """What the list shows of each board. Raises StorageError."""
    reader = archive.reader()
    snapshot = reader.snapshot()
    shown = []
    for one in found:
        ids = snapshot.holding(reader.cohorts.contents(one.name))
        records = snapshot.describe(list(ids.values())[:FIRST])
        shown.append(
            {
                "id": one.id,
                "name": one.name,
                "size": plural("{n} picture", "{n} pictures", one.pictures),
                "note": one.note,
                "pictures": list(map(thumbnail_address, records)),
            }
        )
    return shown


def _make(archive: Archive) -> None:
    try:
        keep(archive, " ".join(st.session_state[NEW].split()), [])
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)
    else:
        st.session_state[NEW] = ""


def _none_yet() -> None:
    heading, advice = (
        _("No board yet"),
        _("Keep pictures by the star on a tile of the search page, or make an empty board here."),
    )
    st.html(f'<div class="rs-empty"><h2>{in_html(heading)}</h2><p>{in_html(advice)}</p></div>')
