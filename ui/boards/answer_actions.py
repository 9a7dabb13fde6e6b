"""What can be done with an answer of the search page: save the search, export, how it was made."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from core.errors import RadseekError
from radseek.archive import Archive
from radseek.exporting import Chosen, methods_of, of_pictures, of_search
from search.exports.methods import in_markdown
from search.query import Query
from storage.snapshot import Snapshot
from ui.boards.export_dialog import export_dialog, export_form
from ui.boards.saved_view import address_to_save, contents_asked_with
from ui.language import _, plural
from ui.parts.notices import refusal
from ui.search_page.answer import request_of, where_of
from ui.search_page.browse import newest
from ui.search_page.view import View

HOW_MANY: Final = (60, 200, 1_000, 5_000)


@st.fragment  # so that a dialog opens without another search
def answer_actions(
    archive: Archive, snapshot: Snapshot, view: View, query: Query | None, matching: int
) -> None:
    """Buttons for the line above the pictures; each opens a dialog."""
    with st.container(horizontal=True, key="search-actions"):
        save = st.button(
            _("Save"), icon=":material/bookmark_add:", type="tertiary", key="boards-save-button"
        )
        export = st.button(
            _("Export"), icon=":material/download:", type="tertiary", key="boards-export-button"
        )
        methods = st.button(
            _("Methods"), icon=":material/science:", type="tertiary", key="boards-methods-button"
        )
    if save:
        st.dialog(_("Save this search"))(_save)(archive, snapshot, view, matching)
    elif export:
        st.dialog(_("Export"), width="medium")(_export)(archive, view, query)
    elif methods:
        st.dialog(_("Methods card"), width="large")(_methods)(archive, view, query)


def export_selection(archive: Archive, ids: Sequence[int]) -> None:
    """Open the export of pictures that were selected."""
    picked = tuple(ids)
    export_dialog(lambda: of_pictures(archive, picked), has_scores=False)


def _save(archive: Archive, snapshot: Snapshot, view: View, matching: int) -> None:
    try:
        address = address_to_save(view, snapshot)
    except RadseekError as error:
        refusal(str(error))
        return
    name = st.text_input(
        _("Name of the search"), value=view.text, key="boards-save-name", max_chars=120
    )
    if not st.button(_("Save"), type="primary", key="boards-save-now"):
        return
    try:
        contents = contents_asked_with(view, snapshot)
        archive.reader().searches.save(name or "", address, contents, matching, snapshot.sequence)
    except RadseekError as error:
        refusal(str(error))
    else:
        st.success(_("Saved. You find it under Boards."))


def _export(archive: Archive, view: View, query: Query | None) -> None:
    most = st.selectbox(
        _("Pictures from the first one on"),
        HOW_MANY,
        format_func=lambda n: plural("{n} picture", "{n} pictures", n),
        key="boards-export-k",
    )
    export_form(lambda: _chosen(archive, view, query, most), has_scores=query is not None)


def _chosen(archive: Archive, view: View, query: Query | None, most: int) -> Chosen:
    """The first pictures of a view's answer. Raises RadseekError."""
    first = replace(view, page=1)
    if query is not None:
        return of_search(archive, replace(request_of(first, query), k=most))
    records, _matching = newest(archive.reader().snapshot(), most, where_of(first))
    return of_pictures(archive, [record.id for record in records])


def _methods(archive: Archive, view: View, query: Query | None) -> None:
    request = None if query is None else request_of(view, query)
    try:
        card = methods_of(archive, request)
    except RadseekError as error:
        refusal(str(error))
        return
    st.text(_("All that makes this search reproducible. It names no patient."))
    page, data = st.tabs([_("To be read"), "JSON"])
    page.code(in_markdown(card), language=None, wrap_lines=True, height=420)
    data.code(json.dumps(card, indent=2), language=None, wrap_lines=True, height=420)
