"""Pictures that are there twice, or nearly so, to be looked at side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import floor
from string import ascii_uppercase
from typing import Any, Final

import streamlit as st

from core.types import Record
from radseek.archive import Archive
from storage.embedding_map import NearPairs
from storage.snapshot import Snapshot
from ui.access.roles import Role, current_role
from ui.archive_page.tables import note
from ui.boards.keeping import board_names
from ui.component import component
from ui.explore_page.address import current_explored, go_explored
from ui.explore_page.groups import (
    EQUAL_ACROSS,
    EQUAL_WITHIN,
    NEAR_ACROSS,
    Group,
    Sorts,
    sorts_of,
)
from ui.explore_page.turning import current_page, span_of, turn_by
from ui.language import _, number, plural
from ui.parts.notices import empty
from ui.search_page.answer import Shown
from ui.search_page.elsewhere import acts_elsewhere
from ui.search_page.grid import make_tile
from ui.search_page.view import START
from ui.viewer.drawer import drawer

KEY: Final = "copies"
SORT: Final = "explore-sort"
HTML: Final = '<div class="copies" role="list"></div><nav class="turns" hidden></nav>'


def copies_part(archive: Archive, snapshot: Snapshot) -> None:
    """Draw them. Raises RadseekError."""
    reader = archive.reader()
    sorts = sorts_of(reader, snapshot)
    explored = current_explored()
    first = next((sort for sort, groups in sorts.groups.items() if groups), EQUAL_ACROSS)
    sort = explored.sort if explored.sort in sorts.groups else first
    _choice(sorts, sort)
    for line in notes(sorts, sort, reader.info().copies):
        note(line)
    groups = sorts.groups[sort]
    if groups:
        _groups(archive, snapshot, groups, sort)
    else:
        empty(_("Nothing of this kind was found"), _("Choose another one above."))


def names(sorts: Sorts) -> Mapping[str, str]:
    """What one can choose from, with the number of groups."""
    titles = {
        EQUAL_ACROSS: _("Equal pixels, different patients ({n})"),
        NEAR_ACROSS: _("Nearly alike, different patients ({n})"),
        EQUAL_WITHIN: _("Equal pixels, one patient ({n})"),
    }
    return {name: title.format(n=number(len(sorts.groups[name]))) for name, title in titles.items()}


def notes(sorts: Sorts, sort: str, copied_files: int) -> list[str]:
    """What is to be known of a list."""
    if sort == NEAR_ACROSS:
        return [near_note(sorts.near), _unnamed()]
    if sort == EQUAL_ACROSS:
        return [_unnamed(), *_files(copied_files)]
    return _files(copied_files)


def near_note(near: NearPairs | None) -> str:
    """What the list of near pairs is."""
    if near is None:
        return _("They are looked for when the map is made: run `radseek map`.")
    return _(
        "Of the pictures on the map {n} pairs of different patients have a cosine of at least "
        "{least}. The nearest of each two series are listed, nearest first. Encoders find many "
        "pictures alike: whether they are copies is to be seen."
    ).format(n=number(near.found), least=near.least)


def told(
    group: Group, records: Mapping[int, Record], patients: Mapping[int, int], role: Role
) -> dict[str, Any]:
    """A group as the browser is told of it; patients are letters, paths are for admins."""
    keys = list(dict.fromkeys(patients[each] for each in group.ids))
    letters = dict(zip(keys, ascii_uppercase, strict=False))
    show_paths = role.may(Role.ADMIN)
    tiles = [
        asdict(make_tile(Shown(records[each]), START))
        | {
            "patient": _("Patient {letter}").format(letter=letters.get(patients[each], "…")),
            "study": _day(records[each]),
            "path": str(records[each].location) if show_paths else "",
        }
        for each in group.ids
    ]
    return {"title": heading(group), "tiles": tiles}


def heading(group: Group) -> str:
    """What a group is."""
    if group.cosine is not None:
        return _("Cosine {cosine}").format(cosine=f"{floor(1e4 * group.cosine) / 1e4:.4f}")
    return plural("{n} picture with equal pixels", "{n} pictures with equal pixels", len(group.ids))


def words() -> dict[str, str]:
    """The texts of the list; {n} and {id} are filled in the browser."""
    return {
        "groups": _("Groups of pictures"),
        "open": _("Details of picture {id}"),
        "compare": _("Compare"),
        "keep": _("Keep on a board"),
        "keepOn": _("Keep on a board"),
        "newBoard": _("New board"),
        "keepThere": _("Keep there"),
        "pages": _("Pages of the answer"),
        "previous": _("Previous"),
        "next": _("Next"),
        "page": _("Page {n}"),
    }


def _choice(sorts: Sorts, sort: str) -> None:
    offered = names(sorts)
    st.session_state[SORT] = sort
    st.selectbox(
        _("What is listed"),
        list(offered),
        format_func=lambda one: offered[one],
        key=SORT,
        label_visibility="collapsed",
        width=340,
        on_change=lambda: go_explored(sort=st.session_state[SORT]),
    )


def _groups(archive: Archive, snapshot: Snapshot, groups: Sequence[Group], sort: str) -> None:
    page = current_page()
    some = groups[span_of(page)]
    ids = sorted({each for group in some for each in group.ids})
    records = dict(zip(ids, snapshot.describe(ids), strict=True))
    patients = dict(zip(ids, snapshot.patients(ids).tolist(), strict=True))
    boards, role = board_names(archive), current_role()
    component("copies", HTML)(
        key=KEY,
        data={
            "groups": [told(group, records, patients, role) for group in some],
            "page": {"now": page, "is_last": span_of(page).stop >= len(groups)},
            "place": f"{sort}/{page}",
            "boards": boards,
            "words": words(),
        },
        on_turn_change=lambda: turn_by(KEY),
        **{f"on_{name}_change": act for name, act in acts_elsewhere(KEY, "keepPicked").items()},
    )
    drawer(START, [Shown(records[each]) for each in ids], boards, {}, acts_elsewhere)


def _unnamed() -> str:
    return _("Where a file names no patient, its study counts as one.")


def _files(copied: int) -> list[str]:
    if not copied:
        return []
    return [
        plural(
            "{n} file has the bytes of another one and is no picture of its own: "
            "`radseek duplicates` lists it.",
            "{n} files have the bytes of another one and are no pictures of their own: "
            "`radseek duplicates` lists them.",
            copied,
        )
    ]


def _day(record: Record) -> str:
    return "" if record.tags.study_day is None else record.tags.study_day.isoformat()
