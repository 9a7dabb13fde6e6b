"""What the page Explore says of the map and of what stands beside it."""

from typing import Final

import numpy as np

from storage.embedding_map import MapMethod
from storage.snapshot import Snapshot
from ui.explore_page.area_actions import MOST_KEPT
from ui.explore_page.plane import Plane
from ui.explore_page.shown import LIT, Beside
from ui.language import _, number, plural

METHODS: Final = {MapMethod.TSNE: "t-SNE", MapMethod.PCA: "PCA"}


def trust_lines(plane: Plane, snapshot: Snapshot) -> list[str]:
    """What the map shows, how far it can be trusted, and what has changed since."""
    note, trust = plane.note, plane.note.trust
    lines = [
        _("{n} of {all} pictures, laid out by {method} on {day}.").format(
            n=number(len(plane.ids)),
            all=number(len(snapshot.ids)),
            method=METHODS[note.method],
            day=f"{note.made_at:%Y-%m-%d}",
        ),
        _(
            "Of the {k} nearest pictures {kept} % are the nearest on the map, too (by chance "
            "{chance} %); trustworthiness {trust}. Distances between groups mean little."
        ).format(
            k=trust.nearest,
            kept=f"{100 * trust.kept:.0f}",
            chance=f"{100 * trust.by_chance:.2g}",
            trust=f"{trust.trustworthiness:.3f}",
        ),
    ]
    if note.method is MapMethod.PCA:
        lines.append(
            _(
                "It is a flat cut through the embeddings, on which much lies together that is not "
                "alike. `pip install 'radseek[map]'`, then `radseek map`, makes a better one."
            )
        )
    if _has_changed(plane, snapshot):
        lines.append(
            _(
                "The collection has changed since, and {gone} of these pictures are gone. "
                "`radseek map` makes the map anew."
            ).format(gone=number(plane.gone))
        )
    return lines


def selected_line(chosen: Beside) -> str:
    """How many are selected, and of how many what follows is about."""
    n = len(chosen.ids)
    if n <= MOST_KEPT:
        return plural("{n} picture is selected", "{n} pictures are selected", n)
    return _("{n} pictures are selected; {most} are kept or exported at once").format(
        n=number(n), most=number(MOST_KEPT)
    )


def lit_line(plane: Plane, hits: Beside) -> str:
    """How many hits are lit, and how many of them lie on the map."""
    there = int(np.isin(hits.ids, plane.ids).sum())
    if len(hits.ids) == LIT:
        return _("The first {n} hits are lit, {there} of them on the map").format(
            n=number(LIT), there=number(there)
        )
    return plural(
        "{n} hit is lit, {there} on the map", "{n} hits are lit, {there} on the map",
        len(hits.ids), there=number(there),
    )  # fmt: skip


def _has_changed(plane: Plane, snapshot: Snapshot) -> bool:
    return plane.gone > 0 or snapshot.sequence != plane.note.sequence
