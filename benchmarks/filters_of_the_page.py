"""CPU time of the filters beside the grid, each facet and all; prints a Markdown table.

python -m benchmarks.filters_of_the_page HOME [--collection default]

Of a collection that is there: first the counts of each facet under three filters, then all that the
page is told of filters, anew and with the counts that it keeps.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

from search.facets import facet
from search.filters import parse_where
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from ui.search_page.counts import shared_counts
from ui.search_page.rail import groups
from ui.search_page.view import FACETS, START, View

RULE = "age>=40 and sex=F"
FILTERED = START.filtered("modality", ["CT", "MR"])
VIEWS = {"no filter": START, "two modalities": FILTERED, f"`{RULE}`": View(filter=RULE)}
TIMES = 7


def main() -> None:
    """Measure the collection that the options name."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--collection", default="default")
    options = parser.parse_args()
    with CollectionReader.open(options.home, options.collection) as reader:
        snapshot = reader.snapshot()
        print(f"{len(snapshot.ids):,} pictures, ms of CPU, median of {TIMES}\n")
        print("| | " + " | ".join(VIEWS) + " |\n" + "|---|" + "--:|" * len(VIEWS))
        for name, took in rows(snapshot):
            print(f"| {name} | " + " | ".join(f"{each:.1f}" for each in took) + " |")


def rows(snapshot: Snapshot) -> Iterator[tuple[str, list[float]]]:
    """What is measured, with its milliseconds for each view."""
    for name in FACETS:
        yield name, _each(partial(_counted, snapshot, name))
    yield "all, counted anew", _each(partial(_anew, snapshot))
    yield "all, counted before", _each(partial(groups, snapshot, ()))


def _each(act: Callable[[View], object]) -> list[float]:
    return [_took(partial(act, view)) for view in VIEWS.values()]


def _counted(snapshot: Snapshot, name: str, view: View) -> None:
    where = (parse_where(view.filter),) if view.filter else view.where
    facet(snapshot, name, where)


def _anew(snapshot: Snapshot, view: View) -> None:
    shared_counts.clear()
    groups(snapshot, (), view)


def _took(act: Callable[[], object]) -> float:
    """The median milliseconds, after a first time that reads the columns."""
    act()
    times = []
    for _ in range(TIMES):
        start = time.process_time()
        act()
        times.append(1000 * (time.process_time() - start))
    return median(times)


if __name__ == "__main__":
    main()
