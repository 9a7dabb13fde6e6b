"""The answer to an identifier: what it names, in the order of series, without scores."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.types import FoundBy, Hit, Ids, Unit
from search.eligible import eligible
from search.grouping import first_of_each, key_of, sizes
from search.identifiers import Named
from search.request import Request
from search.results import Results, Timings
from storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """What is shown of what an identifier names."""

    ids: Ids  # one each of the unit, in order
    more: NDArray[np.int64]  # further pictures of it
    matching: int  # pictures that are named and pass the filters


def answer_by_identifier(named: Named, snapshot: Snapshot, request: Request) -> Results:
    """The page of those pictures that pass the filters, or of the first of each unit."""
    started = perf_counter()
    listed = _listed(named.ids, snapshot, request)
    found = perf_counter()
    hits = _hits(listed, snapshot, request)
    return Results(
        hits,
        matching=listed.matching,
        total=len(snapshot.ids),
        timings=Timings(0.0, found - started, perf_counter() - found),
        sequence=snapshot.sequence,
        notes=(named.note,) if named.note else (),
    )


def _listed(ids: Ids, snapshot: Snapshot, request: Request) -> Listed:
    among = eligible(snapshot, request).among
    places = snapshot.places(ids)
    if among is not None:
        places = places[among[places]]
    if request.unit is Unit.PICTURE:
        return Listed(snapshot.ids[places], np.zeros_like(places), len(places))
    key = key_of(request.unit)
    keys = snapshot.keys(key)[places]
    first = first_of_each(keys)
    more = sizes(snapshot, key, keys[first], None) - 1
    return Listed(snapshot.ids[places[first]], more, len(places))


def _hits(listed: Listed, snapshot: Snapshot, request: Request) -> tuple[Hit, ...]:
    page = slice(request.offset, request.offset + request.k)
    shown = zip(snapshot.describe(listed.ids[page]), listed.more[page].tolist(), strict=True)
    return tuple(
        Hit(rank, None, record, more=more, found_by=FoundBy.IDENTIFIER)
        for rank, (record, more) in enumerate(shown, start=request.offset + 1)
    )
