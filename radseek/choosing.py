"""Wiring of a comparison: two encoders on the pictures that both know, by the same labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.errors import InvalidRequest
from core.types import Embeddings
from evaluation.answers import Plan
from evaluation.comparing import Compared, Side, compare
from evaluation.text_queries import TextQuery
from radseek.archive import Archive, spoken_name
from radseek.evaluating import Asked, queries_of, truth_asked
from search.searcher import Searcher
from search.second import common_ids


@dataclass(frozen=True, slots=True)
class Choice:
    """Two encoders, and what the second is better by."""

    first: str  # of the served edition
    second: str
    unknown: int  # labelled pictures that the second does not know: they take no part
    without_texts: str | None  # the encoder because of which no text was asked
    compared: Compared


def compare_encoders(archive: Archive, encoders: Sequence[str], asked: Asked, plan: Plan) -> Choice:
    """Measure the encoder of the served edition and that of the one beside it.

    Raises UnknownName, InvalidRequest, CardMismatch, WeightsMissing, StorageError.
    """
    served = archive.searcher()
    with archive.beside(encoders) as other:
        snapshots = served.reader.snapshot(), other.reader.snapshot()
        whole = truth_asked(snapshots[0], asked)
        known = common_ids(*snapshots, whole.ids.tolist())
        places = np.flatnonzero(np.isin(whole.ids, list(known)))
        if not len(places):
            raise InvalidRequest("The two editions have no labelled picture in common.")
        truth = whole.part(places)
        theirs = replace(truth, ids=np.array([known[one] for one in truth.ids.tolist()]))
        silent = _silent(served, other) if asked.with_texts else None
        queries = [] if silent else queries_of(truth, asked)
        rows = [_rows(searcher, queries) for searcher in (served, other)]
        compared = compare(
            Side(snapshots[0], truth, rows[0]), Side(snapshots[1], theirs, rows[1]), queries, plan
        )
    first, second = (spoken_name(each.reader.card) for each in (served, other))
    return Choice(first, second, len(whole.ids) - len(places), silent, compared)


def _silent(*searchers: Searcher) -> str | None:
    """The encoder that embeds no texts, if one does not."""
    names = (spoken_name(each.reader.card) for each in searchers if not each.reads_texts())
    return next(names, None)


def _rows(searcher: Searcher, queries: Sequence[TextQuery]) -> Embeddings:
    if not queries:
        return np.empty((0, searcher.reader.card.dim), np.float32)
    return searcher.text_rows([query.text for query in queries])
