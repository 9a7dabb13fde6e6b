"""A filter as a tree: conditions on fields, joined by and, or and not."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Op(StrEnum):
    """How a field is compared. A picture that does not state the field meets none but `=""`."""

    IS = "="
    IS_NOT = "!="
    HAS = "~"
    HAS_NOT = "!~"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Span:
    """From one value to another as they are written, both included; an empty one is open."""

    low: str
    high: str


Value = str | Span  # as it is written; "" means not stated


@dataclass(frozen=True, slots=True)
class Condition:
    """Pictures whose field compares so with one of these values."""

    field: str  # a name of FIELDS
    op: Op
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """Pictures to which a label was given with such a probability."""

    name: str  # "SET/LABEL", or "LABEL" where only one set has it
    op: Op
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Pictures of a cohort."""

    cohort: str


@dataclass(frozen=True, slots=True)
class Not:
    """All pictures but these."""

    part: "Where"


@dataclass(frozen=True, slots=True)
class And:
    """Pictures that meet every part; there are at least two."""

    parts: tuple["Where", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Pictures that meet some part; there are at least two."""

    parts: tuple["Where", ...]


Leaf = Condition | Label | Member
Where = Leaf | Not | And | Or


def leaves(where: Where) -> Iterator[Leaf]:
    """What a filter looks at, from left to right, without how it is joined."""
    match where:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield where


def conjuncts(where: Where) -> Iterator[Where]:
    """The parts that must all be met."""
    if isinstance(where, And):
        for part in where.parts:
            yield from conjuncts(part)
    else:
        yield where


def one_of(field: str, *values: str) -> Condition:
    """Pictures whose field is one of these values; "" means not stated."""
    return Condition(field, Op.IS, values)
