"""From a query to hits. Read-only and safe to share between threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from core.errors import InvalidRequest
from core.types import Embeddings, Hit, Mask, Pixels
from encoders.base import Encoder
from search.collapse import Distinct, nearest_distinct
from search.filters import Condition, row_mask
from search.query import ImageQuery, InstanceQuery, Query, TextQuery
from storage.reader import CollectionReader
from storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds spent in each part of one search."""

    encode_s: float
    index_s: float
    catalog_s: float


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one query."""

    hits: tuple[Hit, ...]
    matching: int  # pictures that pass the filters
    total: int  # pictures in the collection
    timings: Timings


class Searcher:
    """Answers queries on one collection with the encoder that it was made with."""

    def __init__(self, reader: CollectionReader, encoder: Callable[[], Encoder]) -> None:
        """`encoder` is called when a text or image has to be embedded, and not before."""
        self._reader = reader
        self._encoder = encoder

    def search(self, query: Query, k: int = 10, where: Sequence[Condition] = ()) -> Results:
        """The k nearest pictures, fewer only when fewer pass the filters.

        Of pictures with the same pixels the best one is a hit and counts the others; those with
        the pixels of an instance that is asked with are left out like itself.

        Raises InvalidRequest for k < 1 and for a blank text, UnknownName for an instance that is
        not indexed.
        """
        _check(query, k)
        snapshot = self._reader.snapshot()
        embed = self._embedder(query, snapshot)
        started = perf_counter()
        embedding = embed()
        encoded = perf_counter()
        among = _candidates(query, snapshot, where)
        like = query.id if isinstance(query, InstanceQuery) else None
        nearest = nearest_distinct(snapshot, embedding, k, among, like)
        found = perf_counter()
        hits = _hits(snapshot, nearest)
        timings = Timings(encoded - started, found - encoded, perf_counter() - found)
        total = len(snapshot.ids)
        matching = total if among is None else int(among.sum())
        return Results(hits, matching, total, timings)

    def _embedder(self, query: Query, snapshot: Snapshot) -> Callable[[], Embeddings]:
        """What embeds the query, with the encoder loaded where it needs one."""
        match query:
            case TextQuery(text):
                return partial(self._encoder().embed_texts, [text])
            case ImageQuery(pixels):
                return partial(_embed_image, self._encoder(), pixels)
            case InstanceQuery(id):
                return partial(snapshot.embeddings, [id])


def _check(query: Query, k: int) -> None:
    if k < 1:
        raise InvalidRequest(f"Cannot return {k} hits. Ask for at least one.")
    if isinstance(query, TextQuery) and not query.text.strip():
        raise InvalidRequest("Cannot search for an empty text. Say what to look for.")


def _embed_image(encoder: Encoder, pixels: Pixels) -> Embeddings:
    return encoder.embed_images([encoder.prepare(pixels)])


def _candidates(query: Query, snapshot: Snapshot, where: Sequence[Condition]) -> Mask | None:
    mask = row_mask(snapshot, where)
    if not isinstance(query, InstanceQuery):
        return mask
    others: Mask = snapshot.ids != query.id
    return others if mask is None else mask & others


def _hits(snapshot: Snapshot, nearest: Distinct) -> tuple[Hit, ...]:
    records = snapshot.describe(nearest.ids)
    columns = zip(records, nearest.scores.tolist(), nearest.copies.tolist(), strict=True)
    return tuple(
        Hit(rank, score, record, copies)
        for rank, (record, score, copies) in enumerate(columns, start=1)
    )
