"""From the tree of a filter to the rows that it means."""

from collections.abc import Callable, Iterator
from functools import reduce
from operator import and_, or_
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from core.types import Mask
from search.where.fields import LABEL, Field, Kind, field_of
from search.where.quantities import Stretch, stretch
from search.where.tree import And, Condition, Label, Member, Not, Op, Or, Value, Where
from storage.columns import Column
from storage.names import folded

FEW = 6  # codes that are compared one by one; a look-up for each row costs about as much


class Rows(Protocol):
    """What a filter looks at: arrays with a place for each row of a snapshot."""

    def column(self, name: str) -> Column:
        """A tag of each row as text."""

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A number of each row; NaN: not stated."""

    def label(self, name: str) -> NDArray[np.float32]:
        """The probability of a label of each row; NaN: not labelled."""

    def cohort(self, name: str) -> Mask:
        """The rows of a cohort. Raises UnknownName."""


def matching(rows: Rows, where: Where) -> Mask:
    """The rows that a filter means: (rows,), not to be changed. Raises UnknownName."""
    match where:
        case And(parts):
            return reduce(and_, (matching(rows, part) for part in parts))
        case Or(parts):
            return reduce(or_, (matching(rows, part) for part in parts))
        case Not(part):
            return ~matching(rows, part)
        case Member(cohort):
            return rows.cohort(cohort)
        case Label(name, op, values):
            return _quantities(LABEL, op, values, rows.label(name).astype(np.float64))
        case Condition(name, op, values):
            return _condition(rows, field_of(name), op, values)


def _condition(rows: Rows, field: Field, op: Op, values: tuple[Value, ...]) -> Mask:
    if field.kind in {Kind.TEXT, Kind.UID}:
        columns = [rows.column(tag) for tag in field.tags]
        return _texts(field, op, [str(value) for value in values], columns)
    return _quantities(field, op, values, rows.numbers(field.tags[0]))


def _texts(field: Field, op: Op, values: list[str], columns: list[Column]) -> Mask:
    found = _any_of(_rows(column, _accepted(field, op, values, column)) for column in columns)
    if "" in values:
        found |= ~_stated(columns)
    return found if op in {Op.IS, Op.HAS} else _but(_stated(columns), found)


def _stated(columns: list[Column]) -> Mask:
    return _any_of(_rows(column, _all_but_empty(column)) for column in columns)


def _all_but_empty(column: Column) -> Mask:
    is_stated = np.ones(len(column.values), dtype=np.bool_)
    is_stated[_exact(column, [""])] = False
    return is_stated


def _accepted(field: Field, op: Op, values: list[str], column: Column) -> Mask:
    """Which of the column's values are, or hold, one of these: (values,)."""
    is_accepted = np.zeros(len(column.values), dtype=np.bool_)
    is_accepted[_codes(field, op, [value for value in values if value], column)] = True
    return is_accepted


def _codes(field: Field, op: Op, values: list[str], column: Column) -> list[int]:
    if field.kind is Kind.UID:
        return _exact(column, values)
    wanted = [meant(field, value) for value in values]
    if op in {Op.IS, Op.IS_NOT}:
        return [code for value in wanted for code in column.alike(value)]
    texts, parts = column.folded(), map(folded, wanted)
    return [code for part in parts for code, text in enumerate(texts) if part in text]


def meant(field: Field, value: str) -> str:
    """The value of a field that a word such as "female" stands for, or the value itself."""
    return field.words.get(value.casefold(), value)


def _exact(column: Column, values: list[str]) -> list[int]:
    codes = map(column.code, values)
    return [code for code in codes if code is not None]


def _rows(column: Column, is_accepted: Mask) -> Mask:
    """The rows with an accepted value, as an array of its own."""
    accepted, refused = np.flatnonzero(is_accepted), np.flatnonzero(~is_accepted)
    if len(accepted) <= FEW:
        return _with_codes(column, accepted)
    if len(refused) <= FEW:
        mask = _with_codes(column, refused)
        return np.logical_not(mask, out=mask)
    return is_accepted.take(column.codes)


def _with_codes(column: Column, codes: NDArray[np.int64]) -> Mask:
    if not len(codes):
        return np.zeros(len(column.codes), dtype=np.bool_)
    return _any_of(column.codes == code for code in codes)


def _any_of(masks: Iterator[Mask]) -> Mask:
    """The rows of any of the masks, in the place of the first; there is at least one."""
    found = next(masks)
    for mask in masks:
        found |= mask
    return found


def _but(mask: Mask, others: Mask) -> Mask:
    """The rows of a mask but those of another one, in its place."""
    mask &= ~others
    return mask


def _quantities(
    field: Field, op: Op, values: tuple[Value, ...], numbers: NDArray[np.float64]
) -> Mask:
    if op not in {Op.IS, Op.IS_NOT}:
        return _ORDERED[op](numbers, stretch(field, values[0]))
    found = _any_of(_within(field, value, numbers) for value in values)
    return found if op is Op.IS else _but(~np.isnan(numbers), found)


def _within(field: Field, value: Value, numbers: NDArray[np.float64]) -> Mask:
    if value == "":
        return np.isnan(numbers)
    wanted = stretch(field, value)
    found = numbers >= wanted.low
    found &= numbers < wanted.high
    return found


_ORDERED: Final[dict[Op, Callable[[NDArray[np.float64], Stretch], Mask]]] = {
    Op.LESS: lambda numbers, wanted: numbers < wanted.low,
    Op.AT_MOST: lambda numbers, wanted: numbers < wanted.high,
    Op.MORE: lambda numbers, wanted: numbers >= wanted.high,
    Op.AT_LEAST: lambda numbers, wanted: numbers >= wanted.low,
}
