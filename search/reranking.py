"""The first hits of a text put in another order, by an encoder that reads both sides together.

The towers of a dual encoder never see picture and text side by side; a fusion block does, and costs
the reading of every picture. So the towers choose the first hits, and the block orders these.
Source: Li et al., "Align before Fuse" (ALBEF, NeurIPS 2021), section 4, on retrieval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.types import Ids, Matches, Pixels, Record
from encoders.base import Encoder
from imaging.thumbnail import thumbnail_pixels
from search.language.terms import Term
from search.standing import Standing
from storage.reader import CollectionReader
from storage.snapshot import Snapshot

UNREAD = np.float32(np.nan)  # the match of a hit that was not read


@dataclass(frozen=True, slots=True)
class Rereader:
    """Reads pictures of a collection with a text."""

    reader: CollectionReader
    encoder: Callable[[], Encoder]
    pixels_of: Callable[[Record], Pixels]

    def matches(self, terms: Sequence[Term], snapshot: Snapshot, ids: Ids) -> Matches:
        """How probably each picture fits what is wanted, the mean over wanted terms: (n,).

        A picture is read from its thumbnail, and from its file where there is none. Raises
        InvalidRequest of an encoder without a fusion block, or of a file that is gone.
        """
        encoder = self.encoder()
        wanted = [term for term in terms if term.weight > 0]
        seen = [encoder.prepare(self._pixels(one, snapshot)) for one in ids.tolist()]
        weights = np.array([term.weight for term in wanted])
        each = encoder.match(seen, [term.text for term in wanted])
        matches: Matches = (each @ (weights / weights.sum())).astype(np.float32)
        return matches

    def _pixels(self, picture_id: int, snapshot: Snapshot) -> Pixels:
        thumbnail = self.reader.thumbnail(picture_id)
        if thumbnail is not None:
            return thumbnail_pixels(thumbnail)
        (record,) = snapshot.describe([picture_id])
        return self.pixels_of(record)


Reread = Callable[[Ids], Matches]


def matched_first(standing: Standing, first: int, reread: Reread) -> tuple[Standing, Matches]:
    """All hits, the first ones by how well they match; equal ones as they were: (n,), (n,)."""
    head = reread(standing.ids[:first])
    order = np.argsort(-head, kind="stable")
    behind = np.arange(len(head), len(standing.ids))
    matches = np.append(head[order], np.full(len(behind), UNREAD))
    return standing.taken(np.append(order, behind)), matches
