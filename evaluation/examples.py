"""Pictures that show what a figure of a label is made of: some that were right, some that were not.

They are named by what they are of, so that they are found again when the collection was indexed
anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Ids
from evaluation.metrics import Relevance
from storage.contents import Content
from storage.snapshot import Snapshot

MOST: Final = 12  # of each kind

Sightings = tuple[tuple[int, int], ...]  # ids of pictures, each with its rank


@dataclass(frozen=True, slots=True)
class Example:
    """One picture; the rank counts from 1."""

    content: Content
    rank: int  # its own, where words asked; where it asked itself that of its first right answer


@dataclass(frozen=True, slots=True)
class Examples:
    """Some pictures of one label and one way of asking for it."""

    label: str
    text: str  # that asked; empty where pictures with the label did, one by one
    hits: tuple[Example, ...]  # right ones among the first k; pictures that found most
    wrong: tuple[Example, ...]  # others among the first k; none where pictures asked
    misses: tuple[Example, ...]  # right ones behind the first k, the last first; who found least


@dataclass(frozen=True, slots=True)
class Seen:
    """The same by the ids of a snapshot."""

    label: str
    text: str
    hits: Sightings
    wrong: Sightings
    misses: Sightings


def seen_by_text(label: str, text: str, ids: Ids, relevant: Relevance, k: int) -> Seen:
    """The examples of one ranking: `ids` (rows,), `relevant` (rows,), the best hit first."""
    right, wrong = np.flatnonzero(relevant), np.flatnonzero(~relevant)
    behind = right[right >= k][::-1]
    return Seen(
        label,
        text,
        _sightings(ids, right[right < k]),
        _sightings(ids, wrong[wrong < k]),
        _sightings(ids, behind),
    )


def seen_by_images(
    label: str, ids: Ids, precision: NDArray[np.float64], first: NDArray[np.int64], k: int
) -> Seen:
    """Those that found most and least of the pictures that asked for a label: arrays (queries,).

    Hits are of the better half, with a right answer among the first k. Who found all is no miss.
    `precision` is the average precision of each, `first` the rank of its first right answer.
    """
    order = np.argsort(-precision, kind="stable")
    better = order[: (len(order) + 1) // 2]
    hits = better[first[better] <= k][:MOST]
    least = order[::-1]
    misses = least[(precision[least] < 1) & ~np.isin(least, hits)][:MOST]

    def sightings(places: NDArray[np.int64]) -> Sightings:
        return tuple((int(ids[place]), int(first[place])) for place in places)

    return Seen(label, "", sightings(hits), (), sightings(misses))


def named(snapshot: Snapshot, seen: Sequence[Seen]) -> tuple[Examples, ...]:
    """The same by what the pictures are of. Raises UnknownName for an id that is not there."""
    ids = sorted({picture_id for each in seen for picture_id in _ids(each)})
    contents = dict(zip(ids, snapshot.contents(ids), strict=True))

    def examples(sightings: Sightings) -> tuple[Example, ...]:
        return tuple(Example(contents[picture_id], rank) for picture_id, rank in sightings)

    return tuple(
        Examples(
            each.label,
            each.text,
            examples(each.hits),
            examples(each.wrong),
            examples(each.misses),
        )
        for each in seen
    )


def _ids(seen: Seen) -> Iterator[int]:
    for sightings in (seen.hits, seen.wrong, seen.misses):
        yield from (picture_id for picture_id, _rank in sightings)


def _sightings(ids: Ids, places: NDArray[np.int64]) -> Sightings:
    chosen: Sequence[int] = places[:MOST].tolist()
    return tuple((int(ids[place]), place + 1) for place in chosen)
