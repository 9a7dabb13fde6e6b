"""A second encoder that has a say: it ranks the pictures that it knows by the same query.

The ranks of both are fused; what may be returned, and all that is told of it, is of the first. Two
collections, or editions of one, are joined by what pictures are of, never by their ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.counting import counted
from core.errors import InvalidRequest
from core.types import EncoderCard, Mask, Ranking, Unit
from search.encoding import Means, encode, is_seen
from search.query import EmbeddingPart, ImagePart, InstancePart, Part, Query, TextPart
from search.request import Request
from storage.reader import CollectionReader
from storage.snapshot import Snapshot

Places = NDArray[np.int64]  # of rows in a snapshot

NOWHERE: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Say:
    """How the second encoder ranks."""

    places: Places  # of rows of the first, the best first
    note: str  # for the person


class SecondEncoder:
    """Ranks pictures of another snapshot. Safe to share between threads."""

    def __init__(self, reader: CollectionReader, means: Means) -> None:
        self._reader = reader
        self._means = means
        self._joined: _Joined | None = None
        self._lock = Lock()

    @property
    def card(self) -> EncoderCard:
        """Of its rows."""
        return self._means.card

    def check(self, request: Request, rendering: str) -> None:
        """Raise InvalidRequest for what two encoders cannot be asked together.

        `rendering` is that of the first, by which pictures that are asked with are rendered.
        """
        _check(request)
        if any(map(is_seen, request.query.parts)) and rendering != self._reader.rendering:
            raise InvalidRequest(
                f"The picture is rendered by {rendering}, but those of the second encoder were by "
                f"{self._reader.rendering}. Ask with a whole indexed picture, or without "
                "--encoders."
            )

    def say(self, request: Request, snapshot: Snapshot, among: Mask | None, depth: int) -> Say:
        """Its best `depth` rows of those that may be returned: `among` (rows,) of `snapshot`.

        Raises InvalidRequest for a picture that it does not know.
        """
        if not self._means.encoder().reads_texts and _has_words(request.query):
            return Say(np.empty(0, np.int64), f"{self.card.name} knows pictures alone: no say.")
        joined = self._join(snapshot)
        theirs = joined.to_second if among is None else joined.to_second[among]
        theirs = theirs[theirs != NOWHERE]
        allowed = np.zeros(len(joined.second.ids), np.bool_)
        allowed[theirs] = True
        query = _of_second(request.query, joined)
        encoded = encode(query, joined.second, self._means)
        ids, _ = joined.second.search(
            encoded.row, depth, allowed, like_images=encoded.is_one_picture
        )
        found = joined.second.places(ids[0, ids[0] >= 0])
        return Say(joined.to_first[found], self._told(len(snapshot.ids), joined))

    def _told(self, pictures: int, joined: "_Joined") -> str:
        lacking = pictures - int(np.count_nonzero(joined.to_second != NOWHERE))
        known = f", which does not know {counted(lacking, 'picture')}" if lacking else ""
        name = f"{self.card.name} {self.card.version}"
        return f"Ranks of two encoders are fused: the second is {name}{known}."

    def _join(self, snapshot: Snapshot) -> "_Joined":
        """Where the pictures of each snapshot are in the other one; made anew when one changes."""
        second = self._reader.snapshot()
        with self._lock:
            joined = self._joined
            if joined is None or joined.first is not snapshot or joined.second is not second:
                joined = self._joined = _Joined.of(snapshot, second)
            return joined


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    """Two snapshots by what their pictures are of."""

    first: Snapshot
    second: Snapshot
    to_second: Places  # (rows of first,); NOWHERE: it does not know the picture
    to_first: Places  # (rows of second,)

    @classmethod
    def of(cls, first: Snapshot, second: Snapshot) -> "_Joined":
        contents = first.contents(first.ids)
        known = second.holding(contents)
        here = [place for place, content in enumerate(contents) if content in known]
        there = second.places([known[contents[place]] for place in here])
        to_second = np.full(len(first.ids), NOWHERE)
        to_first = np.full(len(second.ids), NOWHERE)
        to_second[here], to_first[there] = there, here
        return cls(first, second, to_second, to_first)

    def id_of(self, picture_id: int) -> int:
        """The second's id of a picture. Raises InvalidRequest when it does not know it."""
        (place,) = self.to_second[self.first.places([picture_id])]
        if place == NOWHERE:
            raise InvalidRequest(
                f"The second encoder does not know picture {picture_id}. Ask without --encoders."
            )
        return int(self.second.ids[place])


def common_ids(first: Snapshot, second: Snapshot, ids: Sequence[int]) -> dict[int, int]:
    """The ids that the second has for pictures of the first, of those that it knows."""
    contents = first.contents(ids)
    known = second.holding(contents)
    pairs = zip(ids, contents, strict=True)
    return {int(one): known[content] for one, content in pairs if content in known}


def _check(request: Request) -> None:
    parts = request.query.parts
    if any(isinstance(part, EmbeddingPart) for part in parts):
        raise InvalidRequest("A row of numbers is of one encoder. Ask without --encoders.")
    if request.ranking is not Ranking.EMBEDDING or request.diversity or request.rerank:
        raise InvalidRequest(
            "Two encoders rank alone. Leave --ranking, --rerank and --diversity out."
        )
    if request.unit is Unit.SERIES and request.query.series() is not None:
        raise InvalidRequest("Series answer to a series by one encoder. Leave --encoders out.")


def _has_words(query: Query) -> bool:
    return any(isinstance(part, TextPart) for part in query.parts)


def _of_second(query: Query, joined: _Joined) -> Query:
    """The query with the second's ids."""
    feedback = replace(
        query.feedback,
        liked=tuple(map(joined.id_of, query.feedback.liked)),
        disliked=tuple(map(joined.id_of, query.feedback.disliked)),
    )
    return Query(tuple(_part_of_second(part, joined) for part in query.parts), feedback)


def _part_of_second(part: Part, joined: _Joined) -> Part:
    match part:
        case InstancePart(id):
            return replace(part, id=joined.id_of(id))
        case ImagePart():
            return replace(part, same_patient=None)  # eligible rows are chosen by the first
        case _:
            return part
