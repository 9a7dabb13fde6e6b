"""Where a session goes: what its address says, and what it holds in place of it."""

from streamlit.testing.v1 import AppTest

UID = "1.2.840.113619.2.55"


def go_there(text: str) -> None:
    """A page that goes to a filter and shows the view that it then is at."""
    from dataclasses import replace

    import streamlit as st

    from ui.search_page.address import current_view, go

    if st.button("go"):
        go(replace(current_view(), filter=text))
    st.text(current_view().filter)


def at(text):
    page = AppTest.from_function(go_there, args=(text,))
    page.run(timeout=30)
    page.button[0].click().run(timeout=30)
    return page


def test_a_filter_is_in_the_address():
    page = at("age>=40")
    assert page.query_params["where"] == "age>=40"
    assert page.text[0].value == "age>=40"


def test_a_filter_with_a_uid_is_held_by_the_session():
    page = at(f"study={UID}")
    where = page.query_params["where"]
    assert where.startswith("held:")
    assert UID not in where
    assert page.text[0].value == f"study={UID}"


def test_another_session_does_not_have_it():
    page = AppTest.from_function(go_there, args=("",))
    page.query_params["where"] = "held:0123456789abcdef"
    page.run(timeout=30)
    assert "Give it again" in page.exception[0].message
