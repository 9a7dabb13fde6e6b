"""One board: its pictures in their order, with notes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import streamlit as st

from core.errors import RadseekError
from core.types import Record
from radseek.archive import Archive
from radseek.exporting import of_board
from storage.cohorts import Cohort, Member
from storage.snapshot import Snapshot
from ui.boards.actions import board_actions
from ui.boards.export_dialog import export_dialog
from ui.component import component
from ui.language import _, plural
from ui.pages import PAGES, make_page
from ui.parts.notices import refusal
from ui.parts.pictures import thumbnail_address
from ui.parts.plain import in_html
from ui.search_page.address import write_view
from ui.search_page.view import START

KEY: Final = "boards-board"
PAGE: Final = "boards-page"
PROBLEM: Final = "boards-problem"
REMOVED: Final = "boards-removed"  # the picture that was removed last, to be put back
HTML: Final = '<div class="board" role="list"></div>'
ON_A_PAGE: Final = 60

Act = Callable[[Archive, Cohort, Any], None]


@dataclass(frozen=True, slots=True)
class Removed:
    """A picture that was taken from a board."""

    board: int
    member: Member
    place: int


@dataclass(frozen=True, slots=True)
class Pinned:
    """A picture of a board that the collection has."""

    record: Record
    member: Member
    place: int  # among all of the board, from 0


def board(archive: Archive, opened: Cohort) -> None:
    """Draw it, and do what was asked for. Raises RadseekError."""
    reader = archive.reader()
    snapshot, members = reader.snapshot(), reader.cohorts.members(opened.name)
    pinned = pinned_in(snapshot, members)
    _heading(opened, len(members), len(pinned))
    if board_actions(archive, opened, [one.record.id for one in pinned]):
        export_dialog(lambda: of_board(archive, opened.name), has_scores=False)
    if PROBLEM in st.session_state:
        refusal(st.session_state.pop(PROBLEM))
    _undo(archive, opened)
    if not pinned:
        st.html(f'<div class="rs-empty"><p>{in_html(_("No picture is on this board."))}</p></div>')
        return
    told = _cards(archive, opened, _page_of(pinned))
    if told["similar"] is not None:
        view = START.like(int(told["similar"]))
        st.switch_page(make_page(PAGES[0]), query_params=write_view(view))


def pinned_in(snapshot: Snapshot, members: Sequence[Member]) -> list[Pinned]:
    """The pictures of a board that the collection has, in their order."""
    ids = snapshot.holding([member.content for member in members])
    records = dict(zip(ids, snapshot.describe(list(ids.values())), strict=True))
    placed = enumerate(members)
    return [
        Pinned(records[member.content], member, place)
        for place, member in placed
        if member.content in records
    ]


def card_of(pinned: Pinned) -> dict[str, Any]:
    """What the browser is told of one picture."""
    tags = pinned.record.tags
    return {
        "id": pinned.record.id,
        "src": thumbnail_address(pinned.record),
        "caption": " ".join(filter(None, (tags.modality, tags.body_part))),
        "note": pinned.member.note,
    }


def _heading(opened: Cohort, size: int, here: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="boards-title"):
        st.button(_("All boards"), icon=":material/arrow_back:", on_click=st.query_params.clear)
        st.html(f'<h2 class="rs-heading">{in_html(opened.name)}</h2>', width="content")
        st.text(plural("{n} picture", "{n} pictures", size), width="content")
        if size > here:
            st.text(
                plural(
                    "{n} is not in the collection now",
                    "{n} are not in the collection now",
                    size - here,
                ),
                width="content",
            )


def _page_of(pinned: Sequence[Pinned]) -> Sequence[Pinned]:
    pages = ceil(len(pinned) / ON_A_PAGE)
    if pages < 2:
        return pinned
    page = st.pagination(pages, key=PAGE)
    return pinned[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]


def _cards(archive: Archive, opened: Cohort, shown: Sequence[Pinned]) -> Mapping[str, Any]:
    acts: Mapping[str, Act] = {"note": _annotate, "move": _move, "remove": _remove}
    told: Mapping[str, Any] = component("board", HTML)(
        key=KEY,
        data={"cards": list(map(card_of, shown)), "first": shown[0].place, "words": words()},
        on_similar_change=lambda: None,
        **{f"on_{name}_change": _doing(name, act, archive, opened) for name, act in acts.items()},
    )
    return told


def _doing(name: str, act: Act, archive: Archive, opened: Cohort) -> Callable[[], None]:
    """The act as a callback; what cannot be done is told above the board."""

    def do() -> None:
        try:
            act(archive, opened, st.session_state[KEY][name])
        except RadseekError as error:
            st.session_state[PROBLEM] = str(error)

    return do


def _annotate(archive: Archive, opened: Cohort, told: Mapping[str, Any]) -> None:
    reader = archive.reader()
    (content,) = reader.snapshot().contents([int(told["id"])])
    reader.cohorts.annotate(opened.name, content, str(told["text"]).strip())


def _move(archive: Archive, opened: Cohort, told: Mapping[str, Any]) -> None:
    found = _found(archive, opened, int(told["id"]))
    if found is not None:
        archive.reader().cohorts.put(opened.name, found.member, int(told["place"]))


def _remove(archive: Archive, opened: Cohort, picture_id: int) -> None:
    found = _found(archive, opened, int(picture_id))
    if found is not None:
        archive.reader().cohorts.remove(opened.name, [found.member.content])
        st.session_state[REMOVED] = Removed(opened.id, found.member, found.place)


def _found(archive: Archive, opened: Cohort, picture_id: int) -> Pinned | None:
    reader = archive.reader()
    pinned = pinned_in(reader.snapshot(), reader.cohorts.members(opened.name))
    return next((one for one in pinned if one.record.id == picture_id), None)


def _undo(archive: Archive, opened: Cohort) -> None:
    removed: Removed | None = st.session_state.get(REMOVED)
    if removed is None or removed.board != opened.id:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="boards-undo"):
        st.text(_("A picture was removed from the board."), width="content")
        st.button(_("Put it back"), on_click=_put_back, args=(archive, opened, removed))


def _put_back(archive: Archive, opened: Cohort, removed: Removed) -> None:
    del st.session_state[REMOVED]
    try:
        archive.reader().cohorts.put(opened.name, removed.member, removed.place)
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)


def words() -> dict[str, str]:
    """The texts of the board; {id} is filled in the browser."""
    return {
        "pictures": _("Pictures of the board"),
        "missing": _("no thumbnail"),
        "similarTo": _("Picture {id}. Find similar"),
        "similar": _("Find similar to picture {id}"),
        "before": _("Move picture {id} towards the front"),
        "after": _("Move picture {id} towards the end"),
        "remove": _("Remove picture {id} from the board"),
        "note": _("Note"),
        "noteOf": _("Note of picture {id}"),
    }
