"""Which candidates are hits at all: of copies, near-duplicates and units one of each."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Ids, Scores, Unit
from search.candidates import Candidates
from search.grouping import Positions, first_of_each, key_of
from search.near_duplicates import leaders
from search.request import Request
from storage.keys import Key
from storage.snapshot import Snapshot

# Times the hits that are wanted. Most archives have few copies, and many slices to a series.
FIRST_FETCH: Final = {Unit.PICTURE: 1.25, Unit.SERIES: 6, Unit.STUDY: 12, Unit.PATIENT: 12}
SPARE: Final = 4
WINDOW: Final = 256  # candidates after a hit among which those that are folded are counted

NOBODY: Final = -1  # for the patients of files that name none: their keys are all below 0
NO_SLICE: Final = 0  # no picture has this id

Counts = NDArray[np.int64]  # (n,)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Candidates that are hits of some page, in order: five arrays (n,)."""

    ids: Ids
    scores: Scores
    near: Counts  # near-duplicates that are folded, of the WINDOW candidates after the hit
    at: Positions  # among the candidates
    like: Ids  # the slice of a query's series that is most like this one, or NO_SLICE

    def taken(self, places: Positions | slice) -> "Standing":
        """Some of them, in this order."""
        return Standing(
            self.ids[places],
            self.scores[places],
            self.near[places],
            self.at[places],
            self.like[places],
        )


def first_standing(
    candidates: Candidates, snapshot: Snapshot, request: Request, wanted: int
) -> Standing:
    """The first ones that stand: `wanted` or all; looks at more and more candidates."""
    count = candidates.count
    fetched = min(int(wanted * FIRST_FETCH[request.unit]) + SPARE, count)
    window = 0 if request.fold is None else WINDOW
    while True:
        standing = _standing(*candidates.first(fetched), snapshot, request)
        known = int((standing.at + window < fetched).sum())
        if fetched == count or known >= wanted:
            return standing.taken(slice(wanted))
        fetched = min(4 * fetched, count)


def _standing(ids: Ids, scores: Scores, snapshot: Snapshot, request: Request) -> Standing:
    places = snapshot.places(ids)
    at = np.arange(len(ids))
    if snapshot.copied[places].any():
        at = first_of_each(snapshot.keys(Key.PIXELS)[places])
    nothing = np.zeros(len(at), np.int64)
    standing = Standing(ids[at], scores[at], nothing, at, nothing + NO_SLICE)
    if request.fold is not None:
        standing = _folded(standing, snapshot, request.fold)
    if request.unit is not Unit.PICTURE:
        keys = snapshot.keys(key_of(request.unit))[places]
        standing = standing.taken(first_of_each(keys[standing.at]))
    return standing


def _folded(standing: Standing, snapshot: Snapshot, least: float) -> Standing:
    whose = np.maximum(snapshot.keys(Key.PATIENT)[snapshot.places(standing.ids)], NOBODY)
    led_by = leaders(snapshot.embeddings(standing.ids), whose, least)
    own = np.arange(len(led_by))
    counted = (led_by != own) & (standing.at - standing.at[led_by] <= WINDOW)
    near = np.bincount(led_by[counted], minlength=len(own))
    return replace(standing, near=near).taken(np.flatnonzero(led_by == own))
