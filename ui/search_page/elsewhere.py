"""What is done with pictures that another page shows: where it is a new search, it leads there."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import streamlit as st

from ui.pages import PAGES, make_page
from ui.search_page.acts import acts_of
from ui.search_page.address import LEAVING, NAMES

STAYING: Final = frozenset({"keep", "keepPicked"})


def acts_elsewhere(key: str, *names: str) -> Mapping[str, Callable[[], None]]:
    """What follows those events of the component with this key, on a page that `lead` begins."""
    acts = acts_of(key, *names)
    return {name: act if name in STAYING else partial(_go, act) for name, act in acts.items()}


def lead() -> None:
    """Go to the search page, if that is what an event has asked for. Ends the run then.

    The address keeps this page's own parameters, too: Streamlit puts it into the browser's history
    once for this page before it goes, and that step has to show what was here.
    """
    asked = st.session_state.pop(LEAVING, None)
    if asked:
        own = {name: st.query_params.get_all(name) for name in st.query_params if name not in NAMES}
        st.switch_page(make_page(PAGES[0]), query_params=own | asked)


def _go(act: Callable[[], None]) -> None:
    """What the act asks for waits until the page is drawn: only then can one leave it."""
    st.session_state[LEAVING] = {}
    act()
