"""What one view of the page shows: pictures with their scores, and a line about them."""

from dataclasses import dataclass

from core.types import Record
from radseek.archive import Archive
from search.query import Query, by_instance, by_text
from search.remarks import remarks
from search.request import Request
from search.results import Results
from storage.snapshot import Snapshot
from ui.parts.address import View
from ui.parts.browse import newest
from ui.parts.upload import Upload


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


def query_of(view: View, upload: Upload | None) -> Query | None:
    """What is asked: a picture to resemble goes before words, and words before an upload."""
    if view.like is not None:
        return by_instance(view.like)
    if view.text:
        return by_text(view.text)
    return None if upload is None else Query((upload.part,))


def find(archive: Archive, snapshot: Snapshot, view: View, query: Query | None) -> Answer:
    """The nearest pictures, or the newest ones where nothing is asked. Raises RadseekError."""
    if query is None:
        records, matching = newest(snapshot, view.k, view.where)
        shown = tuple(Shown(record) for record in records)
        return Answer(shown, f"Newest {len(shown):,} of {matching:,}")
    results = archive.searcher().search(Request(query, view.k, view.where))
    hits = tuple(Shown(hit.record, hit.score, hit.copies) for hit in results.hits)
    return Answer(hits, summary(results), tuple(remarks(results)))


def summary(results: Results) -> str:
    """How much was found, in how long, e.g. "Nearest 60 of 5,012, 34 ms"."""
    timings = results.timings
    seconds = timings.encode_s + timings.index_s + timings.catalog_s + timings.judging_s
    how = "Named" if any(hit.score is None for hit in results.hits) else "Nearest"
    return f"{how} {len(results.hits):,} of {results.matching:,}, {1000 * seconds:,.0f} ms"
