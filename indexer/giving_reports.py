"""Takes reports that are handed in into a collection."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from storage.given_reports import GivenReport
from storage.writer import CollectionWriter

AT_ONCE: Final = 1000  # reports in one durable batch


@dataclass(frozen=True, slots=True)
class Given:
    """What came of a table of reports."""

    reports: int  # rows of the table
    studies: int  # that have a report of it now
    unknown: tuple[int, ...]  # the lines of reports of studies that are not indexed


def give_reports(reports: Iterable[GivenReport], writer: CollectionWriter) -> Given:
    """Keep reports for their studies, in the place of those that were given for them before.

    Several reports of a study are one text, in their order. Those of studies that are not indexed
    are left out.
    """
    count, seen, unknown = 0, set[str](), list[int]()
    for batch in _batches(reports):
        unknown += [report.line for report in writer.give_reports(batch, seen)]
        count += len(batch)
    return Given(count, len(seen), tuple(unknown))


def _batches(reports: Iterable[GivenReport]) -> Iterator[list[GivenReport]]:
    rest = iter(reports)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch
