"""The line at the top of every page: where one is, and where one can go."""

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage


def masthead(pages: Sequence[StreamlitPage]) -> None:
    """The name, and a link to each page."""
    with st.container(horizontal=True, vertical_alignment="center", key="masthead"):
        st.html('<span class="rs-name">radseek</span>', width="content")
        for page in pages:
            st.page_link(page)
