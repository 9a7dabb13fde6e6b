"""Which comparisons a field takes, and with what."""

from typing import Final

from core.errors import InvalidFilter
from search.where.fields import LABEL, Field, Kind, field_of
from search.where.quantities import EXAMPLES, stretch
from search.where.tree import Condition, Label, Op, Span, Value

_OF_TEXT: Final = (Op.IS, Op.IS_NOT, Op.HAS, Op.HAS_NOT)
_OF_NUMBERS: Final = tuple(op for op in Op if op not in {Op.HAS, Op.HAS_NOT})
_OPS: Final = {
    Kind.TEXT: _OF_TEXT,
    Kind.UID: (Op.IS, Op.IS_NOT),
    Kind.NUMBER: _OF_NUMBERS,
    Kind.AGE: _OF_NUMBERS,
    Kind.DATE: _OF_NUMBERS,
}


def check(condition: Condition) -> None:
    """Raise InvalidFilter for a condition that means nothing."""
    _check(field_of(condition.field), condition.op, condition.values)


def check_label(label: Label) -> None:
    """Raise InvalidFilter for a condition on a label that means nothing."""
    _check(LABEL, label.op, label.values)


def _check(field: Field, op: Op, values: tuple[Value, ...]) -> None:
    if op not in _OPS[field.kind]:
        ops = " ".join(_OPS[field.kind])
        raise InvalidFilter(f"Cannot compare {field.name} with {op}. It takes {ops}.")
    if field.kind in {Kind.TEXT, Kind.UID}:
        _check_texts(field, op, values)
    else:
        _check_quantities(field, op, values)


def _check_texts(field: Field, op: Op, values: tuple[Value, ...]) -> None:
    if any(isinstance(value, Span) for value in values):
        raise InvalidFilter(
            f"Cannot compare {field.name} with a range. Put a value that holds .. in quotes."
        )
    if op in {Op.HAS, Op.HAS_NOT} and "" in values:
        raise InvalidFilter(
            f"Each text holds the empty one. Say what {field.name} is to contain, such as "
            f'{field.name}{op}"contrast".'
        )


def _check_quantities(field: Field, op: Op, values: tuple[Value, ...]) -> None:
    for value in values:
        if value != "":
            stretch(field, value)
    is_order = op not in {Op.IS, Op.IS_NOT}
    if is_order and (len(values) != 1 or not isinstance(values[0], str) or not values[0]):
        raise InvalidFilter(f"{field.name}{op} takes one value. Write {EXAMPLES[field.kind]}.")
