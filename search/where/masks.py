"""From the tree of a filter to the rows that it means."""

from collections.abc import Callable, Iterable
from functools import reduce
from operator import and_, or_
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from core.types import Mask
from search.where.fields import LABEL, Field, Kind, field_of
from search.where.quantities import Stretch, stretch
from search.where.tree import And, Condition, Label, Not, Op, Or, Value, Where
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


def matching(rows: Rows, where: Where) -> Mask:
    """The rows that a filter means: (rows,), not to be changed. Raises UnknownName."""
    match where:
        case And(parts):
            return reduce(and_, (matching(rows, part) for part in parts))
        case Or(parts):
            return reduce(or_, (matching(rows, part) for part in parts))
        case Not(part):
            return ~matching(rows, part)
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
    stated = any_of(~_empty(column) for column in columns)
    found = any_of(_holding(field, op, values, column) for column in columns)
    if "" in values:
        found |= ~stated
    return found if op in {Op.IS, Op.HAS} else stated & ~found


def any_of(masks: Iterable[Mask]) -> Mask:
    """The rows of any of the masks; there is at least one."""
    return reduce(or_, masks)


def _empty(column: Column) -> Mask:
    return _with_codes(column, [column.code("")])


def _holding(field: Field, op: Op, values: list[str], column: Column) -> Mask:
    if field.kind is Kind.UID:
        return _with_codes(column, [column.code(value) for value in values if value])
    wanted = [folded(field.words.get(value.casefold(), value)) for value in values if value]
    if op in {Op.IS, Op.IS_NOT}:
        return _where_folded(column, set(wanted).__contains__)
    return _where_folded(column, lambda text: any(part in text for part in wanted))


def _where_folded(column: Column, accepts: Callable[[str], bool]) -> Mask:
    return _with_codes(column, [code for code, text in enumerate(column.folded()) if accepts(text)])


def _with_codes(column: Column, codes: list[int | None]) -> Mask:
    accepted = [code for code in codes if code is not None]
    if len(accepted) <= FEW:
        masks = [column.codes == code for code in accepted]
        return any_of([np.zeros(len(column.codes), dtype=np.bool_), *masks])
    is_accepted = np.zeros(len(column.values), dtype=np.bool_)
    is_accepted[accepted] = True
    return is_accepted.take(column.codes)


def _quantities(
    field: Field, op: Op, values: tuple[Value, ...], numbers: NDArray[np.float64]
) -> Mask:
    if op not in {Op.IS, Op.IS_NOT}:
        return _ORDERED[op](numbers, stretch(field, values[0]))
    found = any_of(_within(field, value, numbers) for value in values)
    return found if op is Op.IS else ~found & ~np.isnan(numbers)


def _within(field: Field, value: Value, numbers: NDArray[np.float64]) -> Mask:
    if value == "":
        return np.isnan(numbers)
    wanted = stretch(field, value)
    return (numbers >= wanted.low) & (numbers < wanted.high)


_ORDERED: Final[dict[Op, Callable[[NDArray[np.float64], Stretch], Mask]]] = {
    Op.LESS: lambda numbers, wanted: numbers < wanted.low,
    Op.AT_MOST: lambda numbers, wanted: numbers < wanted.high,
    Op.MORE: lambda numbers, wanted: numbers >= wanted.high,
    Op.AT_LEAST: lambda numbers, wanted: numbers >= wanted.low,
}
