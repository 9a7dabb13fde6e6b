"""What follows the events of the grid and of the drawer; both tell the same ones."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import streamlit as st

from core.errors import RadseekError
from search.query import Region
from ui.boards.keeping import keep
from ui.language import plural
from ui.parts.plain import in_markdown
from ui.search_page.paging import turn
from ui.search_page.steps import judge, region, series, similar
from ui.shared import shared_archive


def acts_of(key: str, *names: str) -> Mapping[str, Callable[[], None]]:
    """What follows those events of the component with this key: a callback for each."""
    return {name: partial(_follow, key, name) for name in names}


def keep_all(ids: Sequence[int], board: str) -> None:
    """Keep pictures on a board, and say so, or why not."""
    try:
        came = keep(shared_archive(), board, ids)
    except RadseekError as error:
        st.toast(in_markdown(str(error)), icon=":material/error:")
        return
    name = in_markdown(board)
    st.toast(
        plural("{n} picture is new on {board}", "{n} pictures are new on {board}", came, board=name)
    )


DOES: Final[Mapping[str, Callable[[Any], None]]] = {
    "similar": lambda told: similar(int(told)),
    "series": lambda told: series(int(told)),
    "region": lambda told: region(
        int(told["id"]), Region(told["left"], told["top"], told["right"], told["bottom"])
    ),
    "liked": lambda told: judge(int(told), liked=True),
    "disliked": lambda told: judge(int(told), liked=False),
    "keep": lambda told: keep_all([int(told["id"])], str(told["board"])),
    "keepPicked": lambda told: keep_all([int(each) for each in told["ids"]], str(told["board"])),
    "turn": lambda told: turn(int(told)),
}


def _follow(key: str, name: str) -> None:
    DOES[name](st.session_state[key][name])
