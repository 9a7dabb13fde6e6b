"""Facets: how many pictures each value of a field has, under the filters on other fields."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidFilter
from core.types import Mask
from search.filters import row_mask, without
from search.where.fields import Field, Kind, field_of
from search.where.masks import Rows
from search.where.quantities import completed_years
from search.where.tree import Where
from storage.columns import Column

Counted = list[tuple[str, int]]  # a value as a filter takes it, and its pictures

DECADE = 10


def facet(rows: Rows, name: str, wheres: Sequence[Where] = ()) -> Counted:
    """The values of a field with the number of pictures that have it; "" is not stated.

    Filters on the field itself do not count, so that alternatives to them are seen. Texts and
    numbers come most frequent first, and texts that differ in case or accents alone are one value,
    under the most frequent spelling. Ages come by decade and dates by year, in their order. Raises
    InvalidFilter for no such field, or one of several tags.
    """
    field = field_of(name)
    if len(field.tags) > 1:
        raise InvalidFilter(f"{field.name} is several tags. Count {' or '.join(field.tags)}.")
    mask = row_mask(rows, without(wheres, field.name))
    if field.kind in {Kind.TEXT, Kind.UID}:
        return _texts(rows.column(field.tags[0]), mask)
    numbers = rows.numbers(field.tags[0])
    return _numbers(field, numbers if mask is None else numbers[mask])


def _texts(column: Column, mask: Mask | None) -> Counted:
    codes = column.codes if mask is None else column.codes[mask]
    counts = np.bincount(codes, minlength=len(column.values))
    spellings = zip(column.values, column.folded(), counts.tolist(), strict=True)
    totals: dict[str, tuple[str, int]] = {}
    for value, alike, n in sorted((each for each in spellings if each[2]), key=_most_first):
        spelling, total = totals.get(alike, (value, 0))
        totals[alike] = spelling, total + n
    return sorted(totals.values(), key=_most_first)


def _numbers(field: Field, numbers: NDArray[np.float64]) -> Counted:
    stated = numbers[~np.isnan(numbers)]
    unstated = len(numbers) - len(stated)
    return _BINS[field.kind](stated) + ([("", unstated)] if unstated else [])


def _decades(days: NDArray[np.float64]) -> Counted:
    decades, counts = np.unique(completed_years(days) // DECADE, return_counts=True)
    first = (decades * DECADE).astype(int).tolist()
    return _paired((f"{age}..{age + DECADE - 1}" for age in first), counts)


def _years(days: NDArray[np.float64]) -> Counted:
    years, counts = np.unique(
        np.floor(days).astype("datetime64[D]").astype("datetime64[Y]"), return_counts=True
    )
    return _paired(map(str, years), counts)


def _each(numbers: NDArray[np.float64]) -> Counted:
    values, counts = np.unique(numbers, return_counts=True)
    return sorted(
        _paired((repr(value).removesuffix(".0") for value in values.tolist()), counts),
        key=lambda pair: -pair[1],
    )


def _paired(values: Iterable[str], counts: NDArray[np.int64]) -> Counted:
    return list(zip(values, counts.tolist(), strict=True))


_BINS = {Kind.AGE: _decades, Kind.DATE: _years, Kind.NUMBER: _each}


def _most_first(counted: tuple[str, int] | tuple[str, str, int]) -> tuple[int, str]:
    return -counted[-1], counted[0]
