"""What one view of the page shows: pictures with their scores, and a line about them."""

from dataclasses import dataclass

from core.types import Record
from radseek.archive import Archive
from search.filters import parse_where
from search.query import Feedback, Part, Query, SeriesPart, TextPart
from search.remarks import remarks
from search.request import Request
from search.results import Results
from search.where.tree import Where
from storage.snapshot import Snapshot
from ui.search_page.address import Patients, View
from ui.search_page.asked import Asked, SeriesOf
from ui.search_page.browse import newest
from ui.search_page.upload import Upload


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


def query_of(view: View, upload: Upload | None, snapshot: Snapshot) -> Query | None:
    """What is asked: the words, what stands beside them, and a picture of the person's own.

    None where nothing is. Raises UnknownName for a picture that is not indexed.
    """
    parts: list[Part] = [TextPart(view.text)] if view.text else []
    parts += [_part(asked, snapshot) for asked in view.parts]
    parts += [] if upload is None else [upload.part]
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


def _part(asked: Asked, snapshot: Snapshot) -> Part:
    if not isinstance(asked, SeriesOf):
        return asked
    (record,) = snapshot.describe([asked.id])
    return SeriesPart(record.tags.series_uid, asked.weight)


def summary(results: Results) -> str:
    """How much was found, in how long, e.g. "Nearest 60 of 5,012, 34 ms"."""
    timings = results.timings
    seconds = timings.encode_s + timings.index_s + timings.catalog_s + timings.judging_s
    how = "Named" if any(hit.score is None for hit in results.hits) else "Nearest"
    return f"{how} {len(results.hits):,} of {results.matching:,}, {1000 * seconds:,.0f} ms"
