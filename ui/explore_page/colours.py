"""What the points of the map are coloured by: a few values, the rest, and what is not stated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRequest
from core.types import Mask
from search.where.fields import Kind, field_of
from search.where.quantities import completed_years
from storage.columns import Column
from storage.label_sets import KeptSet
from storage.snapshot import Snapshot
from ui.language import _, plural
from ui.search_page.facets import text, titles
from ui.search_page.view import FACETS

COLOURS: Final = 7  # that people tell apart; Okabe and Ito have one more, for the rest
REST, UNSTATED = COLOURS, COLOURS + 1  # codes
OTHERS: Final = "*"  # what the rest is called in an address
LABELS: Final = "label:"  # before SET/GROUP
YEARS: Final = 20  # of one colour of ages

Rows = NDArray[np.int64]  # (n,), places in a snapshot
Valued = tuple[Sequence[str], NDArray[np.int64]]  # values, and the place in them of each row


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the legend."""

    value: str  # as an address has it; "" is not stated
    text: str
    pictures: int
    code: int


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """A code for each point, (n,) of uint8, and what the codes mean."""

    codes: NDArray[np.uint8]
    entries: tuple[Entry, ...]

    def shown(self, hidden: Sequence[str]) -> Mask:
        """Which points are shown, (n,), where some values are hidden."""
        codes = [entry.code for entry in self.entries if entry.value in hidden]
        mask: Mask = ~np.isin(self.codes, codes)
        return mask


def offered(snapshot: Snapshot) -> Mapping[str, str]:
    """What one can colour by, with what people call it."""
    facets = {name: titles()[name] for name in FACETS}
    return facets | {
        f"{LABELS}{kept.asked.name}/{group}": _("Label: {name}").format(
            name=f"{kept.asked.name} {titles().get(group, group)}".strip()
        )
        for kept in _exclusive(snapshot)
        for group in kept.asked.groups()
    }


def colouring(snapshot: Snapshot, rows: Rows, name: str) -> Colouring:
    """The colours of some rows by a facet, or by a group of labels. Raises InvalidRequest."""
    if name not in offered(snapshot):
        raise InvalidRequest(f"The map cannot be coloured by {name!r}. Choose what is offered.")
    values, places = _valued(snapshot, rows, name)
    counts = np.bincount(places, minlength=len(values))
    stated = [place for place in np.argsort(-counts, kind="stable").tolist() if values[place]]
    own = [place for place in stated[:COLOURS] if counts[place]]
    if _has_order(name):
        own.sort(key=lambda place: values[place])
    rest = [place for place in stated[COLOURS:] if counts[place]]
    codes = np.full(len(values), REST, np.uint8)
    codes[[place for place, value in enumerate(values) if not value]] = UNSTATED
    codes[own] = np.arange(len(own))
    coded = codes[places]
    entries = [
        Entry(values[place], _text(name, values[place]), int(counts[place]), code)
        for code, place in enumerate(own)
    ]
    if rest:
        told = plural("{n} other value", "{n} other values", len(rest))
        entries.append(Entry(OTHERS, told, int(counts[rest].sum()), REST))
    if unstated := int(np.count_nonzero(coded == UNSTATED)):
        entries.append(Entry("", _text(name, ""), unstated, UNSTATED))
    return Colouring(coded, tuple(entries))


def _valued(snapshot: Snapshot, rows: Rows, name: str) -> Valued:
    if name.startswith(LABELS):
        return _labelled(snapshot, rows, name)
    field = field_of(name)
    if field.kind is Kind.TEXT:
        return _spelt(snapshot.column(field.tags[0]), rows)
    numbers = snapshot.numbers(field.tags[0])[rows]
    return _binned(numbers, field.kind)


def _spelt(column: Column, rows: Rows) -> Valued:
    """Texts, those alike but for case and accents under their most frequent spelling."""
    codes, places, counts = np.unique(column.codes[rows], return_inverse=True, return_counts=True)
    folded = column.folded()
    spelt: dict[str, str] = {}
    for code in codes[np.argsort(-counts, kind="stable")].tolist():
        spelt.setdefault(folded[code], column.values[code])
    where = {alike: place for place, alike in enumerate(spelt)}
    merged = np.array([where[folded[code]] for code in codes.tolist()], np.int64)
    return list(spelt.values()), merged[places]


def _binned(numbers: NDArray[np.float64], kind: Kind) -> Valued:
    """Ages by twenty years, dates by year."""
    first = completed_years(numbers) // YEARS * YEARS if kind is Kind.AGE else _years(numbers)
    bins, places = np.unique(first, return_inverse=True)
    return [_bin(one, kind) for one in bins.tolist()], places.reshape(-1)


def _years(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """The calendar years of days since 1970-01-01; NaN stays."""
    years = np.full(len(days), np.nan)
    is_stated = ~np.isnan(days)
    dates = np.floor(days[is_stated]).astype("datetime64[D]")
    years[is_stated] = dates.astype("datetime64[Y]").astype(np.float64) + 1970
    return years


def _bin(first: float, kind: Kind) -> str:
    if np.isnan(first):
        return ""
    low = int(first)
    return f"{low}..{low + YEARS - 1}" if kind is Kind.AGE else str(low)


def _labelled(snapshot: Snapshot, rows: Rows, name: str) -> Valued:
    set_name, _slash, group = name.removeprefix(LABELS).partition("/")
    kept = next(kept for kept in _exclusive(snapshot) if kept.asked.name == set_name)
    own = [place for place, label in enumerate(kept.asked.labels) if label.group == group]
    table = snapshot.label_table(set_name)[rows][:, own]
    is_labelled = ~np.isnan(table[:, 0])
    places = np.full(len(rows), len(own), np.int64)
    places[is_labelled] = table[is_labelled].argmax(axis=1)
    return [*(kept.asked.labels[place].name for place in own), ""], places


def _exclusive(snapshot: Snapshot) -> list[KeptSet]:
    """The sets of which a picture has one label in each group."""
    return [kept for kept in snapshot.label_sets() if not kept.asked.multilabel]


def _has_order(name: str) -> bool:
    return name in {"age", "date"}


def _text(name: str, value: str) -> str:
    if name.startswith(LABELS):
        return value or _("not labelled")
    return text(name, value)
