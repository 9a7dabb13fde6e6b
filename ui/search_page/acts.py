"""What follows each event of the grid and of the drawer; both tell the same ones."""

from collections.abc import Callable, Mapping
from typing import Final

from ui.search_page.grid import asked
from ui.search_page.paging import turn
from ui.search_page.steps import judge, series, similar


def _similar() -> None:
    similar(int(asked("similar")))


def _series() -> None:
    series(int(asked("series")))


def _liked() -> None:
    judge(int(asked("liked")), liked=True)


def _disliked() -> None:
    judge(int(asked("disliked")), liked=False)


def _turn() -> None:
    turn(int(asked("turn")))


ACTS: Final[Mapping[str, Callable[[], None]]] = {
    "similar": _similar,
    "series": _series,
    "liked": _liked,
    "disliked": _disliked,
    "turn": _turn,
}
