"""What can be done with a whole board."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from core.errors import RadseekError
from radseek.archive import Archive
from search.where.tree import Member
from search.where.writing import write_where
from storage.cohorts import Cohort
from ui.language import _
from ui.pages import PAGES, make_page
from ui.search_page.address import write_view
from ui.search_page.view import START

NOTE: Final = "boards-note"
NAME: Final = "boards-name"
PROBLEM: Final = "boards-problem"
MOST_LIKED: Final = 24  # pictures that an address can name


def board_actions(archive: Archive, opened: Cohort, ids: Sequence[int]) -> bool:
    """Draw them; gives whether an export was asked for."""
    search = make_page(PAGES[0])
    within = replace(START, filter=write_where(Member(opened.name)))
    with st.container(horizontal=True, vertical_alignment="center", key="boards-actions"):
        st.page_link(
            search,
            label=_("Search in this board"),
            icon=":material/filter_alt:",
            query_params=write_view(within),
        )
        if ids:
            _search_like(ids)
        exports = st.button(_("Export"), icon=":material/download:", disabled=not ids)
        _rename(archive, opened)
        _delete(archive, opened)
    _note(archive, opened)
    return exports


def _search_like(ids: Sequence[int]) -> None:
    liked = tuple(ids[:MOST_LIKED])
    label = _("Search like this board")
    if len(ids) > MOST_LIKED:
        label = _("Search like its first {n}").format(n=MOST_LIKED)
    st.page_link(
        make_page(PAGES[0]),
        label=label,
        icon=":material/search:",
        query_params=write_view(replace(START, liked=liked)),
    )


def _rename(archive: Archive, opened: Cohort) -> None:
    st.session_state[NAME] = opened.name
    with st.popover(_("Rename"), icon=":material/edit:"):
        st.text_input(
            _("Name of the board"),
            key=NAME,
            help=_("Its name becomes part of addresses: name no patient."),
            on_change=_renamed,
            args=(archive, opened),
        )


def _renamed(archive: Archive, opened: Cohort) -> None:
    try:
        archive.reader().cohorts.rename(opened.name, " ".join(st.session_state[NAME].split()))
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)


def _delete(archive: Archive, opened: Cohort) -> None:
    with st.popover(_("Delete"), icon=":material/delete:"):
        st.text(_("The pictures stay in the collection. The order and the notes are lost."))
        st.button(_("Delete this board"), type="primary", on_click=_deleted, args=(archive, opened))


def _deleted(archive: Archive, opened: Cohort) -> None:
    try:
        archive.reader().cohorts.delete(opened.name)
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)
    else:
        st.query_params.clear()


def _note(archive: Archive, opened: Cohort) -> None:
    st.session_state[NOTE] = opened.note
    st.text_area(
        _("Note of the board"),
        key=NOTE,
        height=68,
        placeholder=_("Note of the board"),
        on_change=_noted,
        args=(archive, opened),
        label_visibility="collapsed",
    )


def _noted(archive: Archive, opened: Cohort) -> None:
    try:
        archive.reader().cohorts.describe(opened.name, st.session_state[NOTE].strip())
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)
