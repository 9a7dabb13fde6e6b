"""The tiers of a snapshot: exact segments at once, an approximate one ever deeper, then exactly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.types import Ids
from storage.half_rows import HalfIndex
from storage.ivf_index import Effort, IvfIndex
from storage.nearest import Tier
from storage.panorama_index import PanoramaIndex
from storage.probing import Probe
from storage.segments import Segment
from storage.shards import HalfRows
from storage.way import Way, is_selective, way_through

Halves = Callable[[Ids], HalfRows]  # ids of living rows -> their stored rows

PLACES: Final = (32, 256, 2_048)  # that the short lists of each tier fill


@dataclass(frozen=True, slots=True)
class Tiers:
    """How deep a search can go, the exact tier last."""

    short: Sequence[Tier]  # with short lists; none where everything is exact anyway
    short_images: Sequence[Tier]  # the same for queries like images
    exact: Tier
    stored: Tier  # the same rows, those of the index where they are stored
    rows: int  # that live in the index

    def through(self, matching: int, like_images: bool = False) -> Sequence[Tier]:
        """The tiers for a search among so many rows."""
        if not self.short:
            return [self.stored if is_selective(self.rows, matching) else self.exact]
        if way_through(self.rows, matching) is Way.EVERY_ROW:
            return [self.exact]
        return [*(self.short_images if like_images else self.short), self.exact]


def tiers_of(segments: Sequence[Segment], living: Ids, halves: Halves) -> Tiers:
    """The tiers of the segments of a snapshot, of which the first may be approximate."""
    index, exact = segments[0].index if segments else None, Tier(segments, None)
    if isinstance(index, IvfIndex):
        return _of_approximate(index, segments, living, halves)
    if isinstance(index, PanoramaIndex):
        stored = _stored(index.norm_error, segments, living, halves)
        return Tiers([], [], exact, stored, segments[0].rows)
    return Tiers([], [], exact, exact, 0)


def _stored(norm_error: float, segments: Sequence[Segment], living: Ids, halves: Halves) -> Tier:
    """The rows of the first segment where they are stored, and the other segments."""
    base, rest = segments[0], segments[1:]
    ids = living[: base.rows]
    whole = HalfIndex(ids, lambda places: halves(ids[places]), norm_error)
    return Tier([Segment(whole, None, base.rows), *rest], None)


def _of_approximate(
    index: IvfIndex, segments: Sequence[Segment], living: Ids, halves: Halves
) -> Tiers:
    base, rest = segments[0], segments[1:]
    short, short_images = (
        [
            Tier([_probing(base, index, effort.deeper(depth), halves), *rest], places)
            for depth, places in enumerate(PLACES)
        ]
        for effort in (index.efforts.any, index.efforts.images)
    )
    exact = _stored(index.norm_error, segments, living, halves)
    return Tiers(short, short_images, exact, exact, base.rows)


def _probing(base: Segment, index: IvfIndex, effort: Effort, halves: Halves) -> Segment:
    return replace(base, index=Probe(index, effort, halves))
