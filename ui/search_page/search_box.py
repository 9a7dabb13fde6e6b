"""The box for words, and examples of them."""

from dataclasses import replace

import streamlit as st

from ui.search_page.address import current_view, go
from ui.search_page.view import View

EXAMPLES = (
    "chest X-ray, pneumonia",
    "normal chest X-ray",
    "axial CT of the head",
    "brain MRI, glioma",
    "abdomen CT, axial",
    "breast ultrasound, mass",
    "hand X-ray",
)


def search_box(view: View) -> None:
    """The words of the query; Enter searches, with what is asked beside them."""
    st.session_state["q"] = view.text
    st.text_input(
        "Search by words",
        key="q",
        type="search",
        placeholder="Search by words, e.g. chest X-ray with pneumonia",
        on_change=lambda: _ask(st.session_state["q"]),
        label_visibility="collapsed",
    )


def examples() -> None:
    """Queries to start from."""
    for text in EXAMPLES:
        st.button(text, type="tertiary", on_click=_ask, args=(text,))


def _ask(text: str) -> None:
    go(replace(current_view(), text=text.strip(), page=1))
