"""Filters in the language of `--where` taken apart: labels and boards are chosen like facets."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from search.filters import parse_where
from search.where.tree import And, Label, Member, Op, Or, Where, conjuncts, leaves
from search.where.writing import write_where

CERTAIN_ENOUGH: Final = 0.5  # of a label from which on a picture is taken to have it

Choosable = type[Label] | type[Member]


@lru_cache(maxsize=256)
def parts_of(text: str) -> tuple[Where, ...]:
    """The parts that must all be met. Raises InvalidFilter."""
    return tuple(conjuncts(parse_where(text))) if text else ()


def joined(parts: Sequence[Where]) -> str:
    """The text of a filter with these parts; of none nothing."""
    if not parts:
        return ""
    return write_where(parts[0] if len(parts) == 1 else And(tuple(parts)))


def without_leaves(wheres: Sequence[Where], kind: Choosable) -> list[Where]:
    """The filters but those that are about labels, or boards, alone."""
    return [part for where in wheres for part in conjuncts(where) if not _is_about(part, kind)]


def chosen(text: str, kind: Choosable) -> tuple[str, ...]:
    """The labels, or boards, one of which a picture has to have. Raises InvalidFilter."""
    about = (part for part in parts_of(text) if _is_choice(part, kind))
    return tuple(dict.fromkeys(_name(leaf) for part in about for leaf in leaves(part)))


def choosing(text: str, kind: Choosable, names: Sequence[str]) -> str:
    """The filter with other labels, or boards, chosen. Raises InvalidFilter."""
    others = [part for part in parts_of(text) if not _is_choice(part, kind)]
    leaves_ = tuple(_leaf(kind, name) for name in names)
    either: list[Where] = [leaves_[0] if len(leaves_) == 1 else Or(leaves_)] if leaves_ else []
    return joined([*others, *either])


def is_choice(part: Where) -> bool:
    """Whether lists of labels or boards to choose from could have made it."""
    return _is_choice(part, Label) or _is_choice(part, Member)


def _is_about(part: Where, kind: Choosable) -> bool:
    return all(isinstance(leaf, kind) for leaf in leaves(part))


def _is_choice(part: Where, kind: Choosable) -> bool:
    """Whether it is one that a list of values to choose from could have made."""
    each = part.parts if isinstance(part, Or) else (part,)
    return all(isinstance(one, kind) and one == _leaf(kind, _name(one)) for one in each)


def _leaf(kind: Choosable, name: str) -> Label | Member:
    if kind is Member:
        return Member(name)
    return Label(name, Op.AT_LEAST, (str(CERTAIN_ENOUGH),))


def _name(leaf: object) -> str:
    match leaf:
        case Label(name) | Member(name):
            return name
    raise TypeError(f"{leaf!r} is neither a label nor a board")
