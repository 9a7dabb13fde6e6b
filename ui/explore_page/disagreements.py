"""Tags that say one thing where the pixels say another: to be looked at one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from radseek.archive import Archive
from search.labels.disagreements import Comparison, Judgement, compare
from storage.snapshot import Snapshot
from ui.archive_page.tables import note
from ui.explore_page.address import Explored, current_explored, go_explored
from ui.explore_page.marked import marked_grid
from ui.explore_page.turning import current_page, span_of
from ui.language import _, number, plural
from ui.parts.notices import empty
from ui.search_page.answer import Shown
from ui.search_page.facets import title
from ui.search_page.grid import Badge, Tile, make_tile
from ui.search_page.view import START

TAGS: Final = ("body_part", "modality", "laterality", "view")
KEY: Final = "disagreements"
PAIRING, PAIR = "explore-pairing", "explore-pair"
ALL, UNSTATED = "", "*"  # what is listed: all that disagrees, and what states no tag

Pairing = tuple[str, str]  # a set of labels, and the tag that it is compared with


def disagreements_part(archive: Archive, snapshot: Snapshot) -> None:
    """Draw them, or say how to label. Raises RadseekError."""
    offered = pairings(snapshot)
    if not offered:
        empty(
            _("No labels yet"),
            _("Make them with `radseek label --labels builtin:anatomy`, then load the page again."),
        )
        return
    explored = current_explored()
    wanted = (explored.labels, explored.tag)
    chosen = wanted if wanted in offered else offered[0]
    compared = compare(snapshot, chosen[1], chosen[0])
    with st.container(horizontal=True, vertical_alignment="center", key="explore-line"):
        _pairing(offered, chosen)
        _pair(compared, explored)
        st.text(told(compared), width="content")
    for line in notes(compared):
        note(line)
    listed = judged(compared, explored.pair)
    if listed:
        _grid(archive, snapshot, listed, "/".join((*chosen, explored.pair)))
    else:
        empty(_("Nothing disagrees here"), _("Tags and pixels say the same."))


def pairings(snapshot: Snapshot) -> list[Pairing]:
    """What can be compared: sets whose labels exclude each other, with the tags they speak of."""
    found: list[Pairing] = []
    for kept in snapshot.label_sets():
        if kept.asked.multilabel:
            continue
        groups = kept.asked.groups()
        own = [group for group in groups if group in TAGS]
        tags = own or (TAGS if len(groups) == 1 else ())
        found += [(kept.asked.name, tag) for tag in tags]
    return found


def pairs(compared: Comparison) -> Mapping[str, str]:
    """What can be listed, with its number of series."""
    said = {
        f"{said}>{seen}": _("{said} → {seen} ({n})").format(said=said, seen=seen, n=number(n))
        for (said, seen), n in compared.pairs()
    }
    everything = {ALL: _("All that disagrees ({n})").format(n=number(len(compared.disagreeing)))}
    unstated = {UNSTATED: _("Tag not stated ({n})").format(n=number(len(compared.proposed)))}
    return everything | said | (unstated if compared.proposed else {})


def judged(compared: Comparison, pair: str) -> Sequence[Judgement]:
    """What is listed, the surest first."""
    if pair == UNSTATED:
        return compared.proposed
    if pair not in pairs(compared) or pair == ALL:
        return compared.disagreeing
    return [each for each in compared.disagreeing if f"{each.said}>{each.seen}" == pair]


def told(compared: Comparison) -> str:
    """How many series agree."""
    return plural("{n} series agrees", "{n} series agree", compared.agreeing)


def notes(compared: Comparison) -> list[str]:
    """What is to be known of the list."""
    lines = [
        _(
            "Labels are guesses of a model that never saw one; a probability is a share among the "
            "labels of the set, not a chance of being right. Keep on a board what is to be put "
            "right, or what is not."
        )
    ]
    if compared.unlabelled:
        lines.append(
            plural(
                "{n} picture is not labelled yet: run `radseek label`.",
                "{n} pictures are not labelled yet: run `radseek label`.",
                compared.unlabelled,
            )
        )
    if unknown := sum(compared.unknown.values()):
        lines.append(
            plural(
                "{n} series has a value of the tag that no label of the set means.",
                "{n} series have a value of the tag that no label of the set means.",
                unknown,
            )
        )
    return lines


def tile_of(shown: Shown, each: Judgement) -> Tile:
    """A picture with what its tag says, what its pixels say, and how surely."""
    tile = make_tile(shown, START)
    stated = each.stated or _("not stated")
    meaning = _("The tag says {stated}, the pixels look like {seen}").format(
        stated=stated, seen=each.seen
    )
    badges = [Badge(f"{stated} → {each.seen}", meaning)]
    if each.pictures > 1:
        of = plural("{n} picture of the series", "{n} pictures of the series", each.pictures)
        badges.append(Badge(f"×{each.pictures}", of))
    return replace(
        tile,
        score=f"{each.probability:.0%}",
        standing=_("Probability of {seen} among the labels").format(seen=each.seen),
        badges=tuple(badges),
        caption="",
        label=f"{tile.label}, {meaning}",
    )


def _pairing(offered: Sequence[Pairing], chosen: Pairing) -> None:
    st.session_state[PAIRING] = chosen
    st.selectbox(
        _("Labels and tag"),
        offered,
        format_func=lambda one: f"{one[0]}: {title(one[1])}",
        key=PAIRING,
        label_visibility="collapsed",
        width=240,
        on_change=lambda: _go(st.session_state[PAIRING]),
    )


def _go(chosen: Pairing) -> None:
    go_explored(labels=chosen[0], tag=chosen[1], pair=ALL)


def _pair(compared: Comparison, explored: Explored) -> None:
    names = pairs(compared)
    st.session_state[PAIR] = explored.pair if explored.pair in names else ALL
    st.selectbox(
        _("What is listed"),
        list(names),
        format_func=lambda one: names[one],
        key=PAIR,
        label_visibility="collapsed",
        width=260,
        on_change=lambda: go_explored(pair=st.session_state[PAIR]),
    )


def _grid(archive: Archive, snapshot: Snapshot, listed: Sequence[Judgement], place: str) -> None:
    page = current_page()
    some = listed[span_of(page)]
    records = snapshot.describe([each.picture_id for each in some])
    shown = [Shown(record) for record in records]
    tiles = [(one, tile_of(one, each)) for one, each in zip(shown, some, strict=True)]
    is_last = span_of(page).stop >= len(listed)
    marked_grid(archive, KEY, tiles, f"{place}/{page}", page, is_last=is_last)
