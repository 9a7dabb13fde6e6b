"""From the tree of a filter to its text, which reads as the same tree."""

import re
from typing import Final

from search.where.tree import And, Condition, Label, Member, Not, Or, Span, Value, Where

_PLAIN: Final = re.compile(r"(?!(?:and|or|not)$)(?:(?!\.\.)[\w.+/:*-])+", re.IGNORECASE)
_SPECIAL: Final = re.compile(r'(["\\])')


def write_where(where: Where) -> str:
    """The filter as text, such as 'modality=CT and not (age<18 or sex=F)'."""
    match where:
        case Condition(field, op, values):
            return f"{field}{op}{_values(values)}"
        case Label(name, op, values):
            return f"label:{_text(name)}{op}{_values(values)}"
        case Member(cohort):
            return f"in:{_text(cohort)}"
        case Not(part):
            return f"not {_part(part)}"
        case And(parts):
            return " and ".join(map(_part, parts))
        case Or(parts):
            return " or ".join(map(_part, parts))


def _part(where: Where) -> str:
    text = write_where(where)
    return f"({text})" if isinstance(where, And | Or) else text


def _values(values: tuple[Value, ...]) -> str:
    return ",".join(map(_value, values))


def _value(value: Value) -> str:
    if isinstance(value, Span):
        return f"{_text(value.low)}..{_text(value.high)}"
    return _text(value)


def _text(text: str) -> str:
    if not text or _PLAIN.fullmatch(text):
        return text
    return '"' + _SPECIAL.sub(r"\\\1", text) + '"'
