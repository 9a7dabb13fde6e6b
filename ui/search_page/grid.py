"""The grid of thumbnails: what it is told, and what it tells back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import floor
from typing import Any

from core.types import Unit
from ui.component import component
from ui.language import _, plural
from ui.parts.pictures import thumbnail_address
from ui.search_page.answer import Answer, Shown
from ui.search_page.view import View

KEY = "grid"
HTML = """
<div class="grid" role="list"></div>
<nav class="turns" hidden></nav>
<div class="bar" role="toolbar" hidden></div>
"""


@dataclass(frozen=True, slots=True)
class Badge:
    """A short mark on a tile, and what it means."""

    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One thumbnail. Its texts are shown as text, never read as HTML."""

    id: int
    src: str
    rank: int
    score: str  # empty where nothing was asked
    share: str  # of the collection that scores lower, e.g. "99.8 %"
    standing: str  # the same as a sentence
    badges: tuple[Badge, ...]
    mark: str  # liked, disliked, or empty
    caption: str
    label: str  # for screen readers


def make_tile(shown: Shown, view: View) -> Tile:
    """The tile of one picture."""
    record = shown.record
    score = "" if shown.score is None else f"{shown.score:.2f}"
    caption = " ".join(filter(None, (record.tags.modality, record.tags.body_part)))
    badges = tuple(_badges(shown, view.unit))
    spoken = (
        _("Picture {id}").format(id=record.id),
        caption,
        score and _("score {score}").format(score=score),
        *(badge.meaning for badge in badges),
    )
    return Tile(
        id=record.id,
        src=thumbnail_address(record),
        rank=shown.rank,
        score=score,
        share=_share(shown.percentile),
        standing=_standing(shown.percentile),
        badges=badges,
        mark=_mark(record.id, view),
        caption=caption,
        label=", ".join(filter(None, spoken)),
    )


def grid(
    answer: Answer,
    view: View,
    place: str,
    boards: Sequence[str],
    on: Mapping[str, Callable[[], None]],
) -> Mapping[str, Any]:
    """Show a page of pictures, and give what was told of them.

    `place` is equal where the same is shown again, `on` has what follows each event of the grid.
    """
    tiles = [make_tile(shown, view) for shown in answer.pictures]
    told: Mapping[str, Any] = component("grid", HTML)(
        key=KEY,
        data={
            "tiles": [asdict(tile) for tile in tiles],
            "noise": answer.noise_at,
            "density": view.density.value,
            "place": place,
            "page": {"now": view.page, "is_last": answer.is_last},
            "boards": list(boards),
            "words": words(),
        },
        **{f"on_{name}_change": follow for name, follow in on.items()},
    )
    return told


def words() -> dict[str, str]:
    """The texts of the grid; {id}, {n} and {picture} are filled in the browser."""
    return {
        "pictures": _("Pictures"),
        "similarTo": _("{picture}. Find similar"),
        "missing": _("no thumbnail"),
        "similar": _("Find similar to picture {id}"),
        "open": _("Details of picture {id}"),
        "liked": _("More like picture {id}"),
        "disliked": _("Less like picture {id}"),
        "keep": _("Keep picture {id} on a board"),
        "pick": _("Select picture {id}"),
        "chance": _("From here on it looks like chance"),
        "allChance": _("All of this page looks like chance"),
        "why": _("Why?"),
        "chanceWhy": _(
            "These pictures score no higher than pictures that have nothing to do with the query "
            "would: what is measured against is a sample of the collection and other queries. Some "
            "may be right all the same; their place in the order says nothing of it."
        ),
        "pages": _("Pages of the answer"),
        "previous": _("Previous"),
        "next": _("Next"),
        "page": _("Page {n}"),
        "selection": _("Selected pictures"),
        "picked": _("{n} selected"),
        "compare": _("Compare"),
        "compareMost": _("Two to {n} pictures beside each other"),
        "keepPicked": _("Keep on a board"),
        "export": _("Export"),
        "clear": _("Clear"),
        "keepOn": _("Keep on a board"),
        "newBoard": _("New board"),
        "keepThere": _("Keep there"),
    }


def _badges(shown: Shown, unit: Unit) -> list[Badge]:
    badges = []
    if shown.copies:
        same = plural(
            "{n} more with the same pixels", "{n} more with the same pixels", shown.copies
        )
        badges.append(Badge(f"×{shown.copies + 1}", same))
    if shown.near:
        near = plural("{n} near-duplicate", "{n} near-duplicates", shown.near)
        badges.append(Badge(f"~{shown.near}", near))
    if shown.more:
        badges.append(Badge(f"+{shown.more}", _further(shown.more, unit)))
    if shown.machine_text:
        badges.append(Badge(_("machine text"), _("A machine text alone has the words asked for.")))
    return badges


def _further(n: int, unit: Unit) -> str:
    """What "+14" on a tile says."""
    match unit:
        case Unit.SERIES:
            return plural("{n} more of its series", "{n} more of its series", n)
        case Unit.STUDY:
            return plural("{n} more of its study", "{n} more of its study", n)
        case _:
            return plural("{n} more of its patient", "{n} more of its patient", n)


def _share(percentile: float | None) -> str:
    return "" if percentile is None else _("{share} %").format(share=_cut(percentile))


def _standing(percentile: float | None) -> str:
    if percentile is None:
        return ""
    return _("Better than {share} % of the archive").format(share=_cut(percentile))


def _cut(percentile: float) -> str:
    """With one decimal, never more than it is: 99.96 is 99.9."""
    return f"{floor(10 * percentile) / 10:.1f}"


def _mark(picture_id: int, view: View) -> str:
    if picture_id in view.liked:
        return "liked"
    return "disliked" if picture_id in view.disliked else ""
