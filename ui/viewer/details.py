"""The drawer with one picture: larger, with its score and what its file says of it."""

from collections.abc import Sequence

import streamlit as st

from core.types import Record, Related
from ui.parts.notices import NOT_FOR_DIAGNOSIS
from ui.parts.pictures import large_address, thumbnail_address
from ui.parts.plain import in_html
from ui.search_page.address import current_view, go
from ui.search_page.answer import Shown
from ui.viewer.facts import Fact, facts
from ui.viewer.relations import conflict_warning, linked_files


def details(shown: Shown, related: Sequence[Related]) -> None:
    """Open the drawer over the grid; Esc closes it and the grid stays where it was."""
    drawer = st.dialog(f"Picture {shown.record.id}", width="small", position="right")
    drawer(_body)(shown, related)


def _body(shown: Shown, related: Sequence[Related]) -> None:
    st.html(picture(shown.record))
    if warning := conflict_warning(related):
        st.html(warning)
    if st.button("Find similar", icon=":material/search:", shortcut="S"):
        go(current_view().like(shown.record.id))
        st.rerun()
    st.html(facts_list(facts(shown.record, shown.score, shown.copies) + linked_files(related)))
    st.html(f'<p class="rs-warning">{NOT_FOR_DIAGNOSIS}</p>')


def picture(record: Record) -> str:
    """The large picture over its thumbnail, which is there at once, as HTML."""
    images = f"url({large_address(record)}), url({thumbnail_address(record)})"
    label = f"Picture {record.id}"
    style = f"background-image: {images}"
    return f'<div class="rs-picture" role="img" aria-label="{label}" style="{style}"></div>'


def facts_list(pairs: Sequence[Fact]) -> str:
    """The pairs as an HTML list of terms, every text escaped."""
    rows = "".join(f"<dt>{in_html(name)}</dt><dd>{in_html(value)}</dd>" for name, value in pairs)
    return f'<dl class="rs-facts">{rows}</dl>'
