"""From the text of a filter to its tree."""

import re
from typing import Final

from lark import Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from core.errors import InvalidFilter
from search.where.fields import field_of, is_field
from search.where.grammar import CALLED, parser
from search.where.rules import check, check_label
from search.where.tree import And, Condition, Label, Member, Not, Op, Or, Span, Value, Where

EXAMPLE: Final = "Write it like modality=CT and age>=40."
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_LAST_WORD: Final = re.compile(r"(\w+)\s*$")


def parse_where(text: str) -> Where:
    """Read a filter such as "modality=CT,MR and not age<18".

    Raises InvalidFilter, which says where the text cannot be read and what was expected there.
    """
    try:
        return _Reader().transform(parser().parse(text))
    except UnexpectedInput as error:
        raise InvalidFilter(_unexpected(text, error)) from error
    except VisitError as error:
        raise error.orig_exc from error


class _Reader(Transformer[Token, Where]):
    """Makes each part of the tree from those below it, by the names of the grammar."""

    def both(self, parts: list[Where]) -> Where:
        return And(tuple(parts))

    def either(self, parts: list[Where]) -> Where:
        return Or(tuple(parts))

    def negated(self, parts: list[Where]) -> Where:
        return Not(parts[0])

    def compared(self, parts: tuple[Token, Token, tuple[Value, ...]]) -> Where:
        name, op, values = parts
        return _condition(name, Op(op), values)

    def within(self, parts: tuple[Token, Span]) -> Where:
        name, span = parts
        return _condition(name, Op.IS, (span,))

    def labelled(self, parts: tuple[str, Token, tuple[Value, ...]]) -> Where:
        name, op, values = parts
        label = Label(name, Op(op), values)
        check_label(label)
        return label

    def member(self, parts: tuple[str]) -> Where:
        return Member(parts[0])

    def values(self, parts: list[Value]) -> tuple[Value, ...]:
        return tuple(parts)

    def span(self, parts: tuple[str, Token, str]) -> Span:
        return Span(parts[0], parts[2])

    def text(self, parts: list[Token]) -> str:
        return " ".join(map(_unquoted, parts))

    named = text


def _condition(name: Token, op: Op, values: tuple[Value, ...]) -> Condition:
    try:
        condition = Condition(field_of(name).name, op, values)
        check(condition)
    except InvalidFilter as error:
        place = (name.start_pos or 0) + 1
        raise InvalidFilter(f"The filter means nothing at place {place}. {error}") from error
    return condition


def _unquoted(token: Token) -> str:
    return _ESCAPED.sub(r"\1", token[1:-1]) if token.type == "STRING" else str(token)


def _unexpected(text: str, error: UnexpectedInput) -> str:
    place = _place(text, error)
    rest = text[place:].split()
    found = f"place {place + 1}, {rest[0]!r}" if rest else "its end"
    forgotten = _LAST_WORD.search(text[:place])
    if forgotten and is_field(forgotten[1]) and rest and rest[0][0] in "=!~<>":
        return f'Cannot read the filter at {found}: put "and" or "or" before {forgotten[1]!r}.'
    return f"Cannot read the filter at {found}: expected {_expected(error)}. {EXAMPLE}"


def _place(text: str, error: UnexpectedInput) -> int:
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    return len(text) if is_end or error.pos_in_stream is None else error.pos_in_stream


def _expected(error: UnexpectedInput) -> str:
    allowed: set[str] = set()
    if isinstance(error, UnexpectedToken):
        allowed = set(error.accepts or error.expected)
    elif isinstance(error, UnexpectedCharacters):
        allowed = set(error.allowed or ())
    if "OP" in allowed:  # the short form for ranges follows a field as well, but is rarely meant
        return CALLED["OP"]
    return ", ".join(dict.fromkeys(name for key, name in CALLED.items() if key in allowed))
