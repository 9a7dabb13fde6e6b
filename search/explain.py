"""Why a picture is a hit: which of its regions carry the score, and which tags it shares."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Pixels, Tags
from encoders.base import Encoder
from search.covering import Heat, covering_heat
from search.encoding import Means, encode, pixels_of
from search.method import Method
from search.query import ImagePart, InstancePart, Query
from storage.snapshot import Snapshot

NOT_LIKENESS: Final = frozenset(  # names, moments and counts
    (
        *("study_uid", "series_uid", "sop_uid", "frame_of_reference_uid", "derived_uids"),
        *("study_date", "study_day", "study_time", "acquisition_date_time", "acquired_at"),
        *("series_number", "instance_number", "frames", "rows", "columns", "windows", "image_type"),
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """A picture with what its regions add to a score."""

    pixels: Pixels  # (H, W, 3), which the map is stretched over
    heat: Heat  # (h, w); of PARTS the sum is the score, of COVERING cosines that are lost
    score: float  # cosine of the picture with the query, or of a query's picture with the hit


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why a picture is a hit."""

    hit: HeatMap
    query: tuple[HeatMap, ...]  # of each picture that was asked with
    shared: tuple[tuple[str, str], ...]  # tags that the hit has like all of them: name, value


def explain(
    query: Query, picture_id: int, method: Method, snapshot: Snapshot, means: Means
) -> Explanation:
    """Explain a hit of a query. Its file, and those of pictures asked with, are read again.

    Raises as `encode` does, and InvalidRequest for a file that cannot be read.
    """
    row = encode(query, snapshot, means).row[0]
    (hit,) = snapshot.describe([picture_id])
    seen = [part for part in query.parts if isinstance(part, ImagePart | InstancePart)]
    encoder, their_row = means.encoder(), snapshot.embeddings([picture_id])[0]
    asked_with = [part.id for part in seen if isinstance(part, InstancePart)]
    return Explanation(
        heat_map(encoder, means.pixels_of(hit), row, method),
        tuple(
            heat_map(encoder, pixels_of(part, snapshot, means), their_row, method) for part in seen
        ),
        tuple(shared_tags([hit.tags, *(r.tags for r in snapshot.describe(asked_with))])),
    )


def heat_map(encoder: Encoder, pixels: Pixels, row: NDArray[np.float32], method: Method) -> HeatMap:
    """What the regions of a picture (H, W, 3) have to do with its cosine with a row (dim,)."""
    prepared = encoder.prepare(pixels)
    score = float(encoder.embed_images([prepared])[0] @ row)
    make = covering_heat if method is Method.COVERING else parts_heat
    heat = make(encoder, prepared, row)
    return HeatMap(pixels, over_all(heat, encoder.kept(*pixels.shape[:2])), score)


def over_all(heat: Heat, kept: tuple[float, float]) -> Heat:
    """A map of the middle of a picture as one of all of it: 0 where the encoder saw nothing.

    `kept` are the shares of height and width that the middle has. The map of a whole picture is
    left as it is; another one gets cells half as wide at most, each with what lies at its centre.
    """
    if kept == (1.0, 1.0):
        return heat
    rows, columns = (_cells(count, share) for count, share in zip(heat.shape, kept, strict=True))
    padded = np.pad(heat, 1)
    spread: Heat = padded[rows][:, columns]
    return spread


def _cells(count: int, share: float) -> NDArray[np.intp]:
    """For each cell across a picture, which of `count` in its middle it lies in, from 1; 0: none.

    The middle has this share of the picture; `count` + 1 stands for none, too.
    """
    across = ceil(2 * count / share)
    centres = (np.arange(across) + 0.5) / across
    within = np.floor((centres - (1 - share) / 2) / share * count).astype(np.intp)
    return np.clip(within + 1, 0, count + 1)


def parts_heat(encoder: Encoder, prepared: Pixels, row: NDArray[np.float32]) -> Heat:
    """What each region adds to the cosine with a row (dim,), which is their sum: (h, w)."""
    regions = encoder.regions([prepared])[0]
    heat: Heat = regions @ row / (regions.shape[0] * regions.shape[1])
    return heat


def shared_tags(tags: list[Tags]) -> Iterator[tuple[str, str]]:
    """The tags that all have with the same value, but for what names, dates and counts."""
    if len(tags) < 2:
        return
    for name, told in zip(Tags._fields, zip(*tags, strict=True), strict=True):
        values = {str(value or "") for value in told}
        if name not in NOT_LIKENESS and len(values) == 1 and values != {""}:
            yield name, values.pop()
