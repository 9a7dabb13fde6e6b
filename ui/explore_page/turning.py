"""The pages of what the page Explore shows: a number in the address."""

from typing import Final

import streamlit as st

ON_A_PAGE: Final = 60
PAGE: Final = "page"


def current_page() -> int:
    """The page that the address names, from 1."""
    written = st.query_params.get(PAGE, "1")
    return int(written) if written.isascii() and written.isdigit() and int(written) else 1


def turn_by(key: str) -> None:
    """Go to the page that the component with this key tells of."""
    st.query_params[PAGE] = str(int(st.session_state[key]["turn"]))


def span_of(page: int) -> slice:
    """The places of a page's things among all."""
    return slice((page - 1) * ON_A_PAGE, page * ON_A_PAGE)
