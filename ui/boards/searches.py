"""The searches that were saved: to be run again, and what is new in them."""

from typing import Final

import numpy as np
import streamlit as st

from core.errors import RadseekError
from radseek.archive import Archive
from search.filters import row_mask
from storage.saved_searches import SavedSearch
from storage.snapshot import Snapshot
from ui.boards.saved_view import news_of, view_of
from ui.language import _, number, plural
from ui.pages import PAGES, make_page
from ui.parts.notices import refusal
from ui.parts.plain import in_html
from ui.search_page.address import write_view
from ui.search_page.answer import where_of
from ui.search_page.view import View

DELETED: Final = "boards-deleted-search"
PROBLEM: Final = "boards-search-problem"


def saved_searches(archive: Archive) -> None:
    """Draw them, the newest first. Raises StorageError."""
    reader = archive.reader()
    found = reader.searches.all()
    st.html(f'<h2 class="rs-heading">{in_html(_("Saved searches"))}</h2>')
    if PROBLEM in st.session_state:
        refusal(st.session_state.pop(PROBLEM))
    _undo(archive)
    if not found:
        st.text(_("None yet. Save one from the line above the pictures of a search."))
        return
    snapshot = reader.snapshot()
    for place, saved in enumerate(found):
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"boards-search-{place}"
        ):
            _row(archive, snapshot, saved, place)


def how_many_new(snapshot: Snapshot, news: View) -> int:
    """The pictures that pass its filters and came after it was saved. Raises InvalidFilter."""
    mask = row_mask(snapshot, where_of(news))
    return len(snapshot.ids) if mask is None else int(np.count_nonzero(mask))


def facts_of(saved: SavedSearch) -> str:
    """When it was saved, and of how many pictures."""
    when = f"{saved.saved_at:%Y-%m-%d %H:%M} UTC"
    return _("{when}, of {n} pictures then").format(when=when, n=number(saved.hits))


def _row(archive: Archive, snapshot: Snapshot, saved: SavedSearch, place: int) -> None:
    st.html(f'<strong class="rs-saved">{in_html(saved.name)}</strong>', width="content")
    st.text(facts_of(saved), width="content")
    try:
        view = view_of(saved, snapshot)
        _links(snapshot, view, news_of(saved, view))
    except RadseekError as error:
        st.text(str(error), width="content")
    st.button(
        _("Delete"),
        icon=":material/delete:",
        type="tertiary",
        key=f"boards-delete-search-{place}",
        on_click=_delete,
        args=(archive, saved),
    )


def _links(snapshot: Snapshot, view: View, news: View) -> None:
    page = make_page(PAGES[0])
    new = how_many_new(snapshot, news)
    st.page_link(
        page,
        label=_("Run again"),
        icon=":material/search:",
        query_params=write_view(view),
    )
    if new:
        label = plural("{n} picture is new since", "{n} pictures are new since", new)
        st.page_link(page, label=label, icon=":material/fiber_new:", query_params=write_view(news))
    else:
        st.text(_("Nothing new since"), width="content")


def _delete(archive: Archive, saved: SavedSearch) -> None:
    try:
        archive.reader().searches.delete(saved.name)
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)
    else:
        st.session_state[DELETED] = saved


def _undo(archive: Archive) -> None:
    saved: SavedSearch | None = st.session_state.get(DELETED)
    if saved is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="boards-undo-search"):
        st.text(_("A saved search was deleted."), width="content")
        st.button(_("Bring it back"), on_click=_bring_back, args=(archive, saved))


def _bring_back(archive: Archive, saved: SavedSearch) -> None:
    del st.session_state[DELETED]
    try:
        archive.reader().searches.restore(saved)
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)
