"""The tiers of a snapshot: exact segments at once, an approximate one ever deeper, then exactly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.types import Ids
from storage.half_rows import HalfIndex
from storage.ivf_index import Effort, IvfIndex
from storage.nearest import Tier
from storage.probing import Probe
from storage.segments import Segment
from storage.shards import HalfRows
from storage.way import Way, way_through

Halves = Callable[[Ids], HalfRows]  # ids of living rows -> their stored rows

PLACES: Final = (32, 256, 2_048)  # that the short lists of each tier fill


@dataclass(frozen=True, slots=True)
class Tiers:
    """How deep a search can go, the exact tier last."""

    short: Sequence[Tier]  # with short lists; none where everything is exact anyway
    short_images: Sequence[Tier]  # the same for queries like images
    exact: Tier
    rows: int  # that live in the approximate index

    def through(self, matching: int, like_images: bool = False) -> Sequence[Tier]:
        """The tiers for a search among so many rows."""
        if way_through(self.rows, matching) is Way.EVERY_ROW:
            return [self.exact]
        return [*(self.short_images if like_images else self.short), self.exact]


def tiers_of(segments: Sequence[Segment], living: Ids, halves: Halves) -> Tiers:
    """The tiers of the segments of a snapshot, of which the first may be approximate."""
    if segments and isinstance(index := segments[0].index, IvfIndex):
        return _of_approximate(index, segments, living, halves)
    return Tiers([], [], Tier(segments, None), 0)


def _of_approximate(
    index: IvfIndex, segments: Sequence[Segment], living: Ids, halves: Halves
) -> Tiers:
    base, rest = segments[0], segments[1:]
    ids = living[: base.rows]
    whole = HalfIndex(ids, lambda places: halves(ids[places]), index.norm_error)
    short, short_images = (
        [
            Tier([_probing(base, index, effort.deeper(depth), halves), *rest], places)
            for depth, places in enumerate(PLACES)
        ]
        for effort in (index.efforts.any, index.efforts.images)
    )
    exact = Tier([Segment(whole, None, base.rows), *rest], None)
    return Tiers(short, short_images, exact, base.rows)


def _probing(base: Segment, index: IvfIndex, effort: Effort, halves: Halves) -> Segment:
    return replace(base, index=Probe(index, effort, halves))
