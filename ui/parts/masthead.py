"""The line at the top of every page: where one is, where one can go, and how one reads it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.access.visitors import Visitor
from ui.component import component
from ui.language import COOKIE, LANGUAGES, N_, _, current_language

ROLES: Final[Mapping[str, str]] = {
    "viewer": N_("viewer"),
    "identity-viewer": N_("sees identities"),
    "admin": N_("admin"),
}
HTML: Final = """
<div class="end">
  <span class="collection"></span>
  <button class="language" type="button"></button>
  <button class="theme" type="button"></button>
  <span class="person">
    <span class="name"></span>
    <span class="role"></span>
    <a class="leave" href="/auth/logout" target="_self"></a>
  </span>
</div>
"""


def masthead(pages: Sequence[StreamlitPage], collection: str, visitor: Visitor) -> None:
    """The name, a link to each page, what is searched, and the person's choices."""
    with st.container(horizontal=True, vertical_alignment="center", key="masthead"):
        st.html('<span class="rs-name">radseek</span>', width="content")
        for page in pages:
            st.page_link(page)
        told = end_of(collection, visitor, current_language())
        component("masthead", HTML)(key="masthead-end", data=told)


def end_of(collection: str, visitor: Visitor, language: str) -> dict[str, Any]:
    """What the right end of the line shows."""
    other = next(code for code in LANGUAGES if code != language)
    return {
        "collection": collection,
        "other": {"code": other, "name": LANGUAGES[other], "cookie": COOKIE},
        "person": _person(visitor),
        "words": {
            "collection": _("Collection"),
            "dark": _("Dark theme"),
            "light": _("Light theme"),
            "leave": _("Log out"),
        },
    }


def _person(visitor: Visitor) -> dict[str, str] | None:
    """Who is logged in, with their role; None where nobody has to."""
    if visitor.role is None or visitor.until is None:
        return None
    return {"name": visitor.name, "role": _(ROLES[visitor.role])}
