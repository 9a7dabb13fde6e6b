"""Ask with every series of many slices for series of other patients; prints a Markdown table.

python -m benchmarks.volumes HOME [--collection NAME]

A series is right when its modality and description are those of the one that is asked with. Asked
are those of five slices and more of which another patient has one of the kind. Three ways to order
series: by their mean rows, by the slice that is nearest to the mean of the query, and by the means
with late interaction of all slices for the first 200. For each the share of right ones among the
first five (of as many as there can be), how often the first is right, and the CPU time of a query.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import fmean, median
from time import process_time
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Unit
from search.query import Query, SeriesPart, by_series
from search.request import Request
from search.searcher import Searcher
from storage.keys import Key
from storage.reader import CollectionReader
from storage.snapshot import Snapshot

FIRST = 5
LEAST_SLICES = 5

Rank = Callable[["Series"], Sequence[str]]  # the UIDs of the first answers


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One series that is asked with."""

    uid: str
    kind: str
    patient: int
    mean: NDArray[np.float32]  # (dim,), of unit length
    slices: int


def main() -> None:
    """Ask in all three ways and print."""
    options = _options()
    with CollectionReader.open(options.home, options.collection) as reader:
        snapshot = reader.snapshot()
        every = {series.uid: series for series in all_series(snapshot)}
        asked = [series for series in every.values() if can_be_answered(series, every)]
        ways = {
            "mean rows": by_means(every),
            "slice nearest to the mean": _by_search(reader, by_mean_alone),
            "late interaction": _by_search(reader, by_series),
        }
        print(f"{len(asked)} of {len(every)} series are asked with.\n")
        print("| kind | n | " + " | ".join(f"{way}: P@{FIRST}, first" for way in ways) + " |")
        print("|---|---|" + "---|" * len(ways))
        _print_rows(asked, every, ways)


def all_series(snapshot: Snapshot) -> Iterator[Series]:
    """Every series that has a UID."""
    uids, modality, description = (
        _texts(snapshot, name) for name in ("series_uid", "modality", "series_description")
    )
    patients = snapshot.keys(Key.PATIENT)
    for uid in np.unique(uids[uids != ""]):
        rows = np.flatnonzero(uids == uid)
        first = rows[0]
        kind = f"{modality[first]} {description[first]}".strip()
        mean = snapshot.embeddings(snapshot.ids[rows]).mean(axis=0)
        yield Series(str(uid), kind, int(patients[first]), mean / np.linalg.norm(mean), len(rows))


def can_be_answered(series: Series, every: dict[str, Series]) -> bool:
    """Whether it has slices enough, and another patient has one of its kind."""
    return series.slices >= LEAST_SLICES and wanted(series, every) > 0


def wanted(series: Series, every: dict[str, Series]) -> int:
    """How many series of other patients are of its kind."""
    return sum(
        other.kind == series.kind and other.patient != series.patient for other in every.values()
    )


def by_means(every: dict[str, Series]) -> Rank:
    """Order series by the cosine of their mean rows."""
    table: Embeddings = np.stack([series.mean for series in every.values()])
    uids = list(every)

    def rank(series: Series) -> Sequence[str]:
        order = [uids[at] for at in np.argsort(-(table @ series.mean), kind="stable")]
        return [uid for uid in order if every[uid].patient != series.patient][:FIRST]

    return rank


def by_mean_alone(uid: str) -> Query:
    """As by_series, in two halves, so that the order by the mean row stays."""
    return Query((SeriesPart(uid, 0.5), SeriesPart(uid, 0.5)))


def _by_search(reader: CollectionReader, query_of: Callable[[str], Query]) -> Rank:
    searcher = Searcher(reader, _not_asked, _not_asked)

    def rank(series: Series) -> Sequence[str]:
        request = Request(query_of(series.uid), FIRST, unit=Unit.SERIES)
        return [hit.record.tags.series_uid for hit in searcher.search(request).hits]

    return rank


def _not_asked(*_: object) -> NoReturn:
    raise AssertionError("series are asked with by the rows that are stored")


def _print_rows(asked: Sequence[Series], every: dict[str, Series], ways: dict[str, Rank]) -> None:
    by_kind = groupby(sorted(asked, key=lambda series: series.kind), key=lambda s: s.kind)
    groups = {kind: list(members) for kind, members in by_kind}
    for kind, members in {**groups, "**all**": asked}.items():
        figures = [_figures(members, every, rank) for rank in ways.values()]
        print(f"| {kind} | {len(members)} | " + " | ".join(figures) + " |")
    print(f"| CPU ms, median | {len(asked)} | " + " | ".join(
        f"{_milliseconds(asked, rank):.1f}" for rank in ways.values()) + " |")  # fmt: skip


def _figures(asked: Sequence[Series], every: dict[str, Series], rank: Rank) -> str:
    right = [[every[uid].kind == one.kind for uid in rank(one)] for one in asked]
    possible = [min(FIRST, wanted(one, every)) for one in asked]
    share = fmean(sum(found) / most for found, most in zip(right, possible, strict=True))
    return f"{share:.3f}, {fmean(found[0] for found in right):.3f}"


def _milliseconds(asked: Sequence[Series], rank: Rank) -> float:
    spent = []
    for one in asked:
        start = process_time()
        rank(one)
        spent.append(process_time() - start)
    return median(spent) * 1e3


def _texts(snapshot: Snapshot, name: str) -> NDArray[np.str_]:
    column = snapshot.column(name)
    return np.array(column.values)[column.codes]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--collection", default="default")
    return parser.parse_args()


if __name__ == "__main__":
    main()
