"""From a request to hits. Read-only and safe to share between threads."""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from core.types import Hit, Mask
from encoders.base import Encoder
from search.candidates import ByEmbedding
from search.encoding import encode
from search.filters import row_mask
from search.request import Request
from search.results import Results, Timings
from search.retrieval import Found, retrieve
from storage.reader import CollectionReader
from storage.snapshot import Snapshot


class Searcher:
    """Answers requests on one collection with the encoder that it was made with."""

    def __init__(self, reader: CollectionReader, encoder: Callable[[], Encoder]) -> None:
        """`encoder` is called when a text or image has to be embedded, and not before."""
        self._reader = reader
        self._encoder = encoder

    def search(self, request: Request) -> Results:
        """The k nearest pictures, fewer only when fewer pass the filters.

        Of pictures with the same pixels the best one is a hit and counts the others; those with
        the pixels of an instance that is asked with are left out like itself.

        Raises InvalidRequest for what cannot be asked, UnknownName for an instance that is not
        indexed.
        """
        request.check()
        snapshot = self._reader.snapshot()
        started = perf_counter()
        encoded = encode(request.query, snapshot, self._encoder)
        known = perf_counter()
        among = _candidates(request, snapshot)
        candidates = ByEmbedding(snapshot, encoded.row, among)
        nearest = retrieve(candidates, snapshot, request)
        found = perf_counter()
        hits = _hits(snapshot, nearest)
        timings = Timings(known - started, found - known, perf_counter() - found)
        total = len(snapshot.ids)
        matching = total if among is None else int(among.sum())
        return Results(hits, matching, total, timings, encoded.understood)


def _candidates(request: Request, snapshot: Snapshot) -> Mask | None:
    mask = row_mask(snapshot, request.where)
    asked_with = request.query.instances()
    if not asked_with:
        return mask
    others: Mask = ~np.isin(snapshot.ids, asked_with)
    return others if mask is None else mask & others


def _hits(snapshot: Snapshot, nearest: Found) -> tuple[Hit, ...]:
    records = snapshot.describe(nearest.ids)
    columns = zip(records, nearest.scores.tolist(), nearest.copies.tolist(), strict=True)
    return tuple(
        Hit(rank, score, record, copies)
        for rank, (record, score, copies) in enumerate(columns, start=1)
    )
