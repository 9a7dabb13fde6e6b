"""Pictures behind the figures of a label: the right and the wrong ones, as they are in the grid."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import streamlit as st

from evaluation.evaluating import Evaluation
from evaluation.examples import Example, Examples
from radseek.archive import Archive
from storage.snapshot import Snapshot
from ui.boards.answer_actions import export_selection
from ui.boards.keeping import board_names
from ui.component import component
from ui.evaluate_page.choosing import LABEL, pills
from ui.evaluate_page.figures import TEXTS, Clicked
from ui.evaluate_page.words import OF_IMAGES, OF_TEXTS, Group
from ui.language import _, number, plural
from ui.pages import PAGES, make_page
from ui.parts.plain import in_html
from ui.search_page.address import write_view
from ui.search_page.answer import Shown
from ui.search_page.elsewhere import acts_elsewhere
from ui.search_page.grid import HTML, make_tile
from ui.search_page.grid import words as grid_words
from ui.search_page.view import START, Density, View
from ui.viewer.drawer import drawer

KEY: Final = "evaluate-examples"
ASKED: Final = "asked"  # parameters of the address: the way of asking, by its place
GROUP: Final = "group"
EVENTS: Final = ("similar", "liked", "disliked", "keep", "keepPicked")


def open_label(evaluation: Evaluation, clicked: Clicked) -> None:
    """Make the address that of a label's examples, asked for as in the chart that was clicked."""
    asked = [bool(one.text) == (clicked.asks == TEXTS) for one in ways(evaluation, clicked.label)]
    way = str(asked.index(True)) if True in asked else "0"
    st.query_params.from_dict(_without_label() | {LABEL: clicked.label, ASKED: way})


def close_label() -> None:
    """Show the figures alone."""
    st.query_params.from_dict(_without_label())


def ways(evaluation: Evaluation, label: str) -> list[Examples]:
    """The examples of a label by what asked for it: texts, then pictures."""
    found = [one for one in evaluation.examples if one.label == label]
    return sorted(found, key=lambda one: not one.text)


def examples(archive: Archive, evaluation: Evaluation, label: str) -> None:
    """Draw them, with what leads to the search that they are of. Raises RadseekError."""
    found = ways(evaluation, label)
    with st.container(horizontal=True, vertical_alignment="center", key="evaluate-label"):
        st.html(f'<h2 class="rs-heading">{in_html(label)}</h2>', width="content")
        st.button(_("Close"), icon=":material/close:", type="tertiary", on_click=close_label)
    if not found:
        st.text(_("No example of this label was kept."))
        return
    names = {str(place): _way(one) for place, one in enumerate(found)}
    shown = found[int(pills(_("Asked by"), ASKED, names))]
    groups = _groups(shown, evaluation.plan.k)
    usual = next((name for name in groups if getattr(shown, name)), Group.HITS.value)
    group = Group(pills(_("Examples"), GROUP, groups, usual))
    chosen: Sequence[Example] = getattr(shown, group.value)
    _search(shown)
    _pictures(archive, shown, group, here(archive.reader().snapshot(), chosen), len(chosen))


def here(snapshot: Snapshot, found: Sequence[Example]) -> list[tuple[Shown, int]]:
    """Those that the collection has now, each with its rank."""
    ids = snapshot.holding([one.content for one in found])
    there = [one for one in found if one.content in ids]
    records = snapshot.describe([ids[one.content] for one in there])
    return [(Shown(record), one.rank) for record, one in zip(records, there, strict=True)]


def tile_of(shown: Shown, rank: int, *, asked: bool) -> dict[str, Any]:
    """The tile of an example, whose score is a rank: its own, or that of what it found."""
    meaning = (
        _("Its first right answer is at rank {n}") if asked else _("At rank {n} of the answer")
    ).format(n=number(rank))
    tile = make_tile(shown, START)
    told = replace(tile, score=f"#{rank}", standing=meaning, label=f"{tile.label}, {meaning}")
    return asdict(told)


def _pictures(
    archive: Archive, shown: Examples, group: Group, found: Sequence[tuple[Shown, int]], kept: int
) -> None:
    if not kept:
        st.text(_("There is none."))
    if kept > len(found):
        gone = kept - len(found)
        st.text(
            plural("{n} is not in the collection now", "{n} are not in the collection now", gone)
        )
    if found:
        boards = board_names(archive)
        place = "/".join((shown.label, shown.text, group.value))
        tiles = [tile_of(each, rank, asked=not shown.text) for each, rank in found]
        _grid(archive, tiles, place, boards)
        drawer(_view(shown), [each for each, _rank in found], boards, {}, acts_elsewhere)


def _grid(
    archive: Archive, tiles: Sequence[Mapping[str, Any]], place: str, boards: Sequence[str]
) -> None:
    told: Mapping[str, Any] = component("grid", HTML)(
        key=KEY,
        data={
            "tiles": list(tiles),
            "noise": None,
            "density": Density.DENSE.value,
            "place": place,
            "page": {"now": 1, "is_last": True},
            "boards": list(boards),
            "words": grid_words(),
        },
        on_export_change=lambda: None,
        **{f"on_{name}_change": act for name, act in acts_elsewhere(KEY, *EVENTS).items()},
    )
    if told["export"]:
        export_selection(archive, told["export"])


def _search(shown: Examples) -> None:
    """The way to the search of a text; a picture's is on its tile."""
    if shown.text:
        st.page_link(
            make_page(PAGES[0]),
            label=_("Open this search"),
            icon=":material/search:",
            query_params=write_view(_view(shown)),
        )
    else:
        st.text(_("Click a picture to search with it."))


def _view(shown: Examples) -> View:
    return START.asking(shown.text)


def _way(shown: Examples) -> str:
    return _("“{text}”").format(text=shown.text) if shown.text else _("Pictures with it")


def _groups(shown: Examples, k: int) -> dict[str, str]:
    named = OF_TEXTS if shown.text else OF_IMAGES
    return {
        group.value: f"{_(name).format(k=k)} ({number(len(getattr(shown, group.value)))})"
        for group, name in named.items()
    }


def _without_label() -> dict[str, str]:
    """What the address says of all else, to be written in one step of the browser's history."""
    own = (LABEL, ASKED, GROUP)
    return {name: value for name, value in st.query_params.to_dict().items() if name not in own}
