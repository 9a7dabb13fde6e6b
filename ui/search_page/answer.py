"""What one view of the page shows: pictures with their scores, and a line about them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.errors import InvalidRequest
from core.types import Record
from radseek.archive import Archive
from search.filters import parse_where
from search.query import Feedback, Part, Query, SeriesPart, TextPart
from search.remarks import remarks
from search.request import Request
from search.results import Results
from search.where.tree import Where
from storage.snapshot import Snapshot
from ui.search_page.asked import Asked, Held, SeriesOf
from ui.search_page.browse import newest
from ui.search_page.held import Own, Typed, Upload
from ui.search_page.view import Patients, View


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of the grid. The score is None where nothing was asked."""

    record: Record
    score: float | None = None
    copies: int = 0  # further pictures with the same pixels, which it stands for


@dataclass(frozen=True, slots=True)
class Answer:
    """Pictures in order."""

    pictures: tuple[Shown, ...]
    summary: str
    remarks: tuple[str, ...] = ()  # a sentence each


def query_of(view: View, own: Mapping[str, Own], snapshot: Snapshot) -> Query | None:
    """What is asked: the words and what stands beside them, `own` of it held by the session.

    None where nothing is. Raises UnknownName for a picture that is not indexed, InvalidRequest for
    what the session does not hold.
    """
    parts: list[Part] = [TextPart(view.text)] if view.text else []
    parts += [_part(asked, own, snapshot) for asked in view.parts]
    query = Query(tuple(parts), Feedback(view.liked, view.disliked))
    return query if query.parts or query.feedback.is_given() else None


def find(archive: Archive, snapshot: Snapshot, view: View, query: Query | None) -> Answer:
    """The nearest pictures, or the newest ones where nothing is asked. Raises RadseekError."""
    if query is None:
        records, matching = newest(snapshot, view.k, where_of(view))
        shown = tuple(Shown(record) for record in records)
        return Answer(shown, f"Newest {len(shown):,} of {matching:,}")
    results = archive.searcher().search(request_of(view, query))
    hits = tuple(Shown(hit.record, hit.score, hit.copies) for hit in results.hits)
    return Answer(hits, summary(results), tuple(remarks(results)))


def request_of(view: View, query: Query) -> Request:
    """The search that a view stands for. Raises InvalidFilter."""
    return Request(
        query,
        view.k,
        where_of(view),
        offset=(view.page - 1) * view.k,
        unit=view.unit,
        own_patient=view.patients is not Patients.OTHERS,
        only_patient=view.patients is Patients.SAME,
        diversity=view.diversity,
        ranking=view.ranking,
    )


def where_of(view: View) -> tuple[Where, ...]:
    """All filters of a view. Raises InvalidFilter."""
    return (*view.where, parse_where(view.filter)) if view.filter else view.where


def _part(asked: Asked, own: Mapping[str, Own], snapshot: Snapshot) -> Part:
    match asked:
        case Held():
            return _held(asked, own)
        case SeriesOf(id, weight):
            (record,) = snapshot.describe([id])
            return SeriesPart(record.tags.series_uid, weight)
    return asked


def _held(asked: Held, own: Mapping[str, Own]) -> Part:
    match own.get(asked.token):
        case Upload(part):
            return replace(part, region=asked.region, weight=asked.weight)
        case Typed(text):
            return TextPart(text, asked.weight)
    raise InvalidRequest(
        "An image or a text that is asked with is not held here: another session was given it, or "
        "this one some time ago. Take it out of the query, or give it again."
    )


def summary(results: Results) -> str:
    """How much was found, in how long, e.g. "Nearest 60 of 5,012, 34 ms"."""
    timings = results.timings
    seconds = timings.encode_s + timings.index_s + timings.catalog_s + timings.judging_s
    how = "Named" if any(hit.score is None for hit in results.hits) else "Nearest"
    return f"{how} {len(results.hits):,} of {results.matching:,}, {1000 * seconds:,.0f} ms"
