"""What one view of the page shows: pictures with their scores, and what is known of them all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.errors import InvalidRequest
from core.types import Hit, Record, Unit
from radseek.archive import Archive
from search.filters import parse_where
from search.query import Feedback, Part, Query, SeriesPart, TextPart
from search.request import Request
from search.results import Results
from search.where.tree import Where
from storage.snapshot import Snapshot
from ui.search_page.asked import Asked, Held, SeriesOf
from ui.search_page.browse import newest
from ui.search_page.held import Own, Typed, Upload
from ui.search_page.view import Folding, Patients, View

NEARLY_THE_SAME = 0.98  # cosine from which a patient's pictures are folded under the best of them


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of the grid. The score is None where nothing was asked, or it was named."""

    record: Record
    score: float | None = None
    copies: int = 0  # further pictures with the same pixels, which it stands for
    near: int = 0  # near-duplicates that are folded under it
    more: int = 0  # further pictures of the series, study or patient that it stands for
    percentile: float | None = None  # 0..100, pictures of the collection that score lower
    rank: int = 0  # from 1
    machine_text: bool = False  # the words that brought it are in a machine text alone


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of pictures in order."""

    pictures: tuple[Shown, ...]
    matching: int  # pictures that pass the filters
    is_last: bool  # no page follows
    results: Results | None = None  # of a search; None where nothing is asked
    noise_at: int | None = None  # the place on the page from which hits are not told from chance


def query_of(view: View, own: Mapping[str, Own], snapshot: Snapshot) -> Query | None:
    """What is asked: the words and what stands beside them, `own` of it held by the session.

    None where nothing is. Raises UnknownName for a picture that is not indexed, InvalidRequest for
    what the session does not hold.
    """
    parts: list[Part] = [TextPart(view.text)] if view.text else []
    parts += [_part(asked, own, snapshot) for asked in view.parts]
    query = Query(tuple(parts), Feedback(view.liked, view.disliked))
    return query if query.parts or query.feedback.is_given() else None


def find(
    archive: Archive,
    snapshot: Snapshot,
    view: View,
    query: Query | None,
    sequence: int | None = None,
) -> Answer:
    """The nearest pictures, or the newest ones where nothing is asked. Raises RadseekError.

    `sequence` is that of the collection when the first page was shown.
    """
    if query is None:
        return _browsed(snapshot, view)
    request = replace(request_of(view, query), sequence=sequence)
    return _page(archive.searcher().search(replace(request, k=request.k + 1)), view)


def _browsed(snapshot: Snapshot, view: View) -> Answer:
    first = _offset(view)
    records, matching = newest(snapshot, view.k, where_of(view), first)
    shown = tuple(Shown(record, rank=rank) for rank, record in enumerate(records, first + 1))
    return Answer(shown, matching, is_last=first + view.k >= matching)


def _page(results: Results, view: View) -> Answer:
    """The hits of a page, of one more that says whether another page follows."""
    hits, first = results.hits[: view.k], _offset(view) + 1
    noise_at = None if results.noise_from is None else max(0, results.noise_from - first)
    return Answer(
        tuple(map(_shown, hits)),
        results.matching,
        is_last=len(results.hits) <= view.k,
        results=replace(results, hits=hits),
        noise_at=None if noise_at is None or noise_at >= len(hits) else noise_at,
    )


def _shown(hit: Hit) -> Shown:
    standing = (hit.score, hit.copies, hit.near, hit.more, hit.percentile, hit.rank)
    return Shown(hit.record, *standing, machine_text=hit.machine_text)


def request_of(view: View, query: Query) -> Request:
    """The search that a view stands for. Raises InvalidFilter."""
    return Request(
        query,
        view.k,
        where_of(view),
        offset=_offset(view),
        unit=view.unit,
        own_patient=view.patients is not Patients.OTHERS,
        only_patient=view.patients is Patients.SAME,
        fold=NEARLY_THE_SAME if _folds(view, query) else None,
        diversity=view.diversity,
        ranking=view.ranking,
    )


def where_of(view: View) -> tuple[Where, ...]:
    """All filters of a view. Raises InvalidFilter."""
    return (*view.where, parse_where(view.filter)) if view.filter else view.where


def _folds(view: View, query: Query) -> bool:
    """Whether near-duplicates are folded; series that answer to a whole one cannot be."""
    of_series = view.unit is Unit.SERIES and query.series() is not None
    return view.fold is Folding.ON and not of_series


def _offset(view: View) -> int:
    """The hits of the pages before."""
    return (view.page - 1) * view.k


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
