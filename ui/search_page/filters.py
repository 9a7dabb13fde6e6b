"""The row of filters: values of a tag with the number of pictures that have it."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from search.facets import facet
from storage.snapshot import Snapshot
from ui.parts.plain import in_markdown
from ui.search_page.address import current_view, go
from ui.search_page.answer import where_of
from ui.search_page.view import PAGE_SIZES, View

TITLES = {"modality": "Modality", "body_part": "Body part"}  # of the facets that are shown


def filter_row(snapshot: Snapshot, view: View) -> None:
    """Modality, body part and page size; a tag with one value has nothing to choose from."""
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        for column in TITLES:
            _facet(column, facet(snapshot, column, where_of(view)), view.values(column))
        _page_size(view)


def options(counted: Sequence[tuple[str, int]], chosen: Sequence[str]) -> dict[str, int]:
    """What can be chosen, with counts; "not stated" comes last.

    A value that only the address names counts no picture.
    """
    counts = dict.fromkeys(chosen, 0) | dict(counted)
    return dict(sorted(counts.items(), key=lambda pair: (not pair[0], -pair[1])))


def title(column: str, value: str, count: int) -> str:
    """How one value is shown, as Markdown, e.g. "CT 1,204"."""
    shown = in_markdown(value) if value else f"no {TITLES[column].lower()}"
    return f"{shown} {count:,}"


def _facet(column: str, counted: Sequence[tuple[str, int]], chosen: tuple[str, ...]) -> None:
    offered = options(counted, chosen)
    if len(offered) < 2:
        return
    st.session_state[column] = list(chosen)
    st.pills(
        TITLES[column],
        list(offered),
        selection_mode="multi",
        format_func=lambda value: title(column, value, offered[value]),
        key=column,
        on_change=_choose,
        args=(column,),
        label_visibility="collapsed",
    )


def _choose(column: str) -> None:
    go(current_view().filtered(column, st.session_state[column]))


def _page_size(view: View) -> None:
    st.session_state["k"] = view.k
    st.segmented_control(
        "Pictures on the page",
        PAGE_SIZES,
        key="k",
        required=True,
        on_change=lambda: go(replace(current_view(), k=st.session_state["k"], page=1)),
        label_visibility="collapsed",
    )
