"""The page: one run of this script answers one step of one person, on the page they are at."""

from pathlib import Path

import streamlit as st

from core.errors import NotAllowed
from ui.access.roles import current_visitor
from ui.language import LANGUAGE, current_language
from ui.pages import PAGES, make_page
from ui.parts.masthead import masthead
from ui.parts.notices import footer, refusal
from ui.shared import shared_archive

STYLE = Path(__file__).with_name("style.css")


def main() -> None:
    """Draw the page. What a person can act on becomes a notice; anything else is a bug."""
    LANGUAGE.set(current_language())  # looked up once: a run says some hundred texts
    st.set_page_config(page_title="radseek", layout="wide")
    st.html(STYLE)
    try:
        visitor = current_visitor()
    except NotAllowed as error:
        refusal(str(error))
        return
    pages = [make_page(row) for row in PAGES]
    chosen = st.navigation(pages, position="hidden")
    archive = shared_archive()
    masthead(pages, archive.settings.collection, visitor)
    chosen.run()
    footer(archive)


if __name__ == "__main__":  # so Streamlit calls its script; a worker process must not run it
    main()
