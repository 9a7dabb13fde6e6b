import pytest
import streamlit as st

import ui.search_page.acts as acts_module
from core.errors import InvalidRequest
from search.query import InstancePart, Region
from ui.search_page.acts import acts_of
from ui.search_page.asked import SeriesOf
from ui.search_page.view import View


@pytest.fixture(autouse=True)
def session(monkeypatch):
    """A session at some view; where it goes is kept in it."""
    st.session_state.clear()
    went = []
    before = View("chest", liked=(4,), page=2)
    for module in ("ui.search_page.steps", "ui.search_page.paging"):
        monkeypatch.setattr(f"{module}.current_view", lambda: before)
        monkeypatch.setattr(f"{module}.go", went.append)
    return went


def happen(key, name, told):
    st.session_state[key] = {name: told}
    acts_of(key, name)[name]()


@pytest.mark.parametrize(
    ("name", "told", "parts"),
    [
        ("similar", 7, (InstancePart(7),)),
        ("series", 7, (SeriesOf(7),)),
        (
            "region",
            {"id": 7, "left": 0.1, "top": 0.2, "right": 0.6, "bottom": 0.8},
            (InstancePart(7, Region(0.1, 0.2, 0.6, 0.8)),),
        ),
    ],
)
def test_a_picture_is_asked_with(session, name, told, parts):
    happen("viewer", name, told)
    assert [view.parts for view in session] == [parts]


def test_pictures_are_judged_and_pages_turned(session):
    happen("grid", "liked", 9)
    happen("grid", "disliked", 4)
    happen("grid", "turn", 3)
    assert [(view.liked, view.disliked, view.page) for view in session] == [
        ((4, 9), (), 1),
        ((), (4,), 1),
        ((4,), (), 3),
    ]


def test_pictures_are_kept_on_a_board_and_a_name_that_cannot_be_is_refused(monkeypatch):
    kept, said = [], []

    def keep(archive, board, ids):
        if board == "*":
            raise InvalidRequest("'*' cannot name a cohort.")
        kept.append((board, ids))
        return len(ids)

    monkeypatch.setattr(acts_module, "keep", keep)
    monkeypatch.setattr(acts_module, "shared_archive", lambda: None)
    monkeypatch.setattr(st, "toast", lambda text, **_: said.append(text))
    happen("grid", "keep", {"id": 7, "board": "To_ask"})
    happen("grid", "keepPicked", {"ids": [7, 9], "board": "mine"})
    happen("grid", "keep", {"id": 7, "board": "*"})
    assert kept == [("To_ask", [7]), ("mine", [7, 9])]
    assert said == [
        "1 picture is new on To\\_ask",
        "2 pictures are new on mine",
        "\\'\\*\\' cannot name a cohort\\.",
    ]
