"""The answer to a request."""

from dataclasses import dataclass

from core.types import Hit
from search.enrichment import Alarm
from search.language.understanding import Understood


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds spent in each part of one search."""

    encode_s: float
    index_s: float
    catalog_s: float
    judging_s: float = 0.0  # what scores are worth, and what hits share
    reread_s: float = 0.0  # the first hits, with the text


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one request."""

    hits: tuple[Hit, ...]
    matching: int  # pictures that pass the filters
    total: int  # pictures in the collection
    timings: Timings
    sequence: int = 0  # of the collection, to be named when the next page is asked for
    noise_from: int | None = None  # rank from which hits are not told from chance; None: all are
    alarms: tuple[Alarm, ...] = ()  # what the hits share and the collection does not
    understood: tuple[Understood, ...] = ()  # of each text of the query, what was encoded
    notes: tuple[str, ...] = ()  # a sentence each, for the person
