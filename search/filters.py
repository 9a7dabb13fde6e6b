"""Filters on tags: a condition becomes a row mask before the search, so that k means k."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import InvalidFilter
from core.types import Mask
from storage.snapshot import Snapshot

FILTERABLE = (
    "modality",
    "body_part",
    "laterality",
    "view",
    "manufacturer",
    "patient_sex",
    "study_uid",
    "series_uid",
)


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows whose tag is one of these values; case does not matter, "" means not stated."""

    column: str
    values: tuple[str, ...]


def parse_where(text: str) -> Condition:
    """Read "modality=CT" or "modality=CT,MR". Raises InvalidFilter."""
    column, equals, values = text.partition("=")
    column = column.strip().lower()
    if not equals:
        raise InvalidFilter(f"Cannot read the filter {text!r}. Write it as modality=CT.")
    if column not in FILTERABLE:
        raise InvalidFilter(
            f"Cannot filter on {column!r}. Filters are possible on {', '.join(FILTERABLE)}."
        )
    return Condition(column, tuple(value.strip() for value in values.split(",")))


def row_mask(snapshot: Snapshot, conditions: Sequence[Condition]) -> Mask | None:
    """Rows that meet every condition, (rows,) in row order; None when there is no condition."""
    if not conditions:
        return None
    mask: Mask = np.ones(len(snapshot.ids), dtype=np.bool_)
    for condition in conditions:
        mask &= _matches(snapshot, condition)
    return mask


def _matches(snapshot: Snapshot, condition: Condition) -> Mask:
    wanted = {value.casefold() for value in condition.values}
    column = snapshot.column(condition.column)
    accepted = np.array([value.casefold() in wanted for value in column.values], dtype=np.bool_)
    return accepted[column.codes]


def facets(snapshot: Snapshot, name: str) -> list[tuple[str, int]]:
    """The values of a tag with the number of pictures that have it, most frequent first.

    Spellings that differ in capitals alone are one value, under the most frequent of them.
    """
    column = snapshot.column(name)
    counts = np.bincount(column.codes, minlength=len(column.values))
    present = [(value, n) for value, n in zip(column.values, counts.tolist(), strict=True) if n]
    totals: dict[str, tuple[str, int]] = {}
    for value, n in sorted(present, key=_most_first):
        spelling, total = totals.get(value.casefold(), (value, 0))
        totals[value.casefold()] = spelling, total + n
    return sorted(totals.values(), key=_most_first)


def _most_first(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]
