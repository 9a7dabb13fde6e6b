"""The pages that there are, in their order. The first is the one that opens."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.language import N_, _


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page. Its module is imported when somebody goes there."""

    title: str  # marked by N_, translated when it is shown
    path: str  # in the address; of the first page empty
    module: str  # whose main() draws it


SEARCH: Final = PageRow(N_("Search"), "", "ui.search_page.page")
EXPLORE: Final = PageRow(N_("Explore"), "explore", "ui.explore_page.page")
PAGES: Final = (
    SEARCH,
    EXPLORE,
    PageRow(N_("Boards"), "boards", "ui.boards.page"),
    PageRow(N_("Evaluate"), "evaluate", "ui.evaluate_page.page"),
    PageRow(N_("Archive"), "archive", "ui.archive_page.page"),
)


def make_page(row: PageRow) -> StreamlitPage:
    """The page for Streamlit's navigation."""
    return st.Page(_drawn(row), title=_(row.title), url_path=row.path, default=not row.path)


def _drawn(row: PageRow) -> Callable[[], None]:
    def draw() -> None:
        import_module(row.module).main()

    return draw
