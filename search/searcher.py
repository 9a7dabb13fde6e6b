"""From a request to hits. Read-only and safe to share between threads."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import isnan
from time import perf_counter

from core.types import Embeddings, Hit, Ids, Mask, Matches, Pixels, Record
from encoders.base import Encoder
from search.background import Background, Judged
from search.eligible import eligible
from search.encoding import Encoded, Means, embed_texts, encode, needs_encoder
from search.enrichment import Company
from search.explain import Explanation, explain
from search.fusion import DEPTH, Ranked, fused_with, ranked
from search.identifiers import look_up
from search.language.understanding import understand
from search.listing import answer_by_identifier
from search.method import Method
from search.query import Query
from search.request import Request
from search.reranking import Reread, Rereader
from search.results import Results, Timings
from search.retrieval import Found, retrieve
from search.second import Say, SecondEncoder
from search.standing import NO_SLICE
from search.where.absent import absent_values
from storage.reader import CollectionReader
from storage.snapshot import Snapshot


class Searcher:
    """Answers requests on one collection with the encoder that it was made with."""

    def __init__(
        self,
        reader: CollectionReader,
        encoder: Callable[[], Encoder],
        pixels_of: Callable[[Record], Pixels],
    ) -> None:
        """`encoder` is called when a text or image has to be embedded, and not before.

        `pixels_of` reads an indexed picture at its full size, of which a region is asked with.
        """
        self.reader = reader
        self._means = Means(reader.card, encoder, pixels_of)
        self._rereader = Rereader(reader, encoder, pixels_of)
        self._background = Background(self._means, reader.kept_rows)
        self._company = Company(self._means.sampler)

    def reads_texts(self) -> bool:
        """Whether the encoder, which is loaded for it, embeds texts."""
        return self._means.encoder().reads_texts

    def text_rows(self, texts: Sequence[str]) -> Embeddings:
        """The rows that these texts, at least one, are asked with, each by itself: -> (n, dim)."""
        return embed_texts(texts, self._means)

    def matches(self, text: str, ids: Ids) -> Matches:
        """How probably each picture fits a text, read again with it: (n,). InvalidRequest."""
        terms = understand(text, self.reader.card).terms
        return self._rereader.matches(terms, self.reader.snapshot(), ids)

    def second(self) -> SecondEncoder:
        """The encoder of this collection as one that has a say in the searches of another."""
        return SecondEncoder(self.reader, self._means)

    def search(self, request: Request, second: SecondEncoder | None = None) -> Results:
        """The k hits of a page, fewer only when there are not so many.

        Of pictures with the same pixels the best one is a hit and counts the others. What is
        asked with is left out, with its patient unless the request says otherwise. A text that is
        an identifier is looked up instead.

        Raises InvalidRequest for what cannot be asked, UnknownName for an instance that is not
        indexed.
        """
        request.check()
        snapshot = self.reader.snapshot()
        named = look_up(request.query, snapshot)
        if named is not None:
            return answer_by_identifier(named, snapshot, request)
        if second is not None:
            second.check(request, self.reader.rendering)
        if needs_encoder(request.query):
            self._means.encoder()  # to load it is no part of a search
        return self._answer(request, snapshot, second)

    def _answer(
        self, request: Request, snapshot: Snapshot, second: SecondEncoder | None
    ) -> Results:
        laps = Laps()
        encoded = encode(request.query, snapshot, self._means)
        encode_s = laps.next()
        admitted = eligible(snapshot, request)
        said = None if second is None else second.say(request, snapshot, admitted.among, DEPTH)
        order = _order(said, request, snapshot, encoded, admitted.among)
        reread = self._reread(request, encoded, snapshot)
        page = retrieve(order.candidates, snapshot, request, order.among, reread)
        reread_s = 0.0 if reread is None else reread.took_s
        index_s = laps.next() - reread_s
        judged = self._background.judge(snapshot, encoded, page, request)
        judging_s = laps.next()
        hits = _hits(snapshot, page, order, judged, request.offset)
        catalog_s = laps.next()
        alarms = self._company.alarms(snapshot, hits, admitted.among)
        return Results(
            hits,
            matching=admitted.count,
            total=len(snapshot.ids),
            timings=Timings(encode_s, index_s, catalog_s, judging_s + laps.next(), reread_s),
            sequence=snapshot.sequence,
            noise_from=None if said else judged.noise_from,  # hits are not in order of scores
            alarms=alarms,
            understood=encoded.understood,
            notes=(
                *admitted.notes,
                *order.notes,
                *(() if said is None else (said.note,)),
                *_told_of(request, snapshot),
            ),
        )

    def _reread(self, request: Request, encoded: Encoded, snapshot: Snapshot) -> "Timed | None":
        if not request.rerank:
            return None
        terms = [term for text in encoded.understood for term in text.terms]
        return Timed(partial(self._rereader.matches, terms, snapshot))

    def explain(self, query: Query, picture_id: int, method: Method) -> Explanation:
        """Why a picture is a hit of a query.

        Raises InvalidRequest for a file that cannot be read again, UnknownName for a picture that
        is not indexed.
        """
        return explain(query, picture_id, method, self.reader.snapshot(), self._means)


def _order(
    said: Say | None,
    request: Request,
    snapshot: Snapshot,
    encoded: Encoded,
    among: Mask | None,
) -> Ranked:
    if said is None or not len(said.places):
        return ranked(request, snapshot, encoded, among)
    return fused_with(said.places, snapshot, encoded, among)


def _hits(
    snapshot: Snapshot, page: Found, order: Ranked, judged: Judged, offset: int
) -> tuple[Hit, ...]:
    counts = (page.scores, page.copies, page.near, page.more)
    told = (each.tolist() for each in counts)
    like = (None if other == NO_SLICE else other for other in page.like.tolist())
    places = snapshot.places(page.ids)
    brought, by_machine = order.found_by(places), order.told_by_machine(places)
    matched = [None if isnan(match) else match for match in page.match.tolist()]
    judgements = (brought, by_machine, judged.percentiles, matched)
    columns = zip(snapshot.describe(page.ids), *told, like, *judgements, strict=True)
    return tuple(
        Hit(rank, score, record, *more)
        for rank, (record, score, *more) in enumerate(columns, start=offset + 1)
    )


class Timed:
    """A reading again that tells how long it took."""

    def __init__(self, reread: Reread) -> None:
        self._reread = reread
        self.took_s = 0.0

    def __call__(self, ids: Ids) -> Matches:
        """What it gives."""
        since = perf_counter()
        matches = self._reread(ids)
        self.took_s += perf_counter() - since
        return matches


class Laps:
    """A watch that tells the seconds of one part after the other."""

    def __init__(self) -> None:
        self._since = perf_counter()

    def next(self) -> float:
        """The seconds since the last time, or since the start."""
        before, self._since = self._since, perf_counter()
        return self._since - before


def _told_of(request: Request, snapshot: Snapshot) -> Iterator[str]:
    yield from absent_values(snapshot, request.where)
    yield from _changed_since(request, snapshot)


def _changed_since(request: Request, snapshot: Snapshot) -> Iterator[str]:
    if request.sequence not in (None, snapshot.sequence):
        yield (
            "The collection has changed since the first page: hits may be missing or come twice. "
            "Begin again at the first page."
        )
