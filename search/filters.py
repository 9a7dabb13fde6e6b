"""Filters become a mask of rows before the search, so that k means k."""

from collections.abc import Sequence
from functools import reduce
from operator import and_

from core.types import Mask
from search.where.masks import Rows, matching
from search.where.parsing import parse_where
from search.where.tree import Condition, Where, conjuncts, leaves

__all__ = ["parse_where", "row_mask", "without"]


def row_mask(rows: Rows, wheres: Sequence[Where]) -> Mask | None:
    """Rows that meet every filter, (rows,) in row order; None when there is none.

    Raises InvalidFilter or UnknownName for a label or cohort that is not there.
    """
    if not wheres:
        return None
    return reduce(and_, (matching(rows, where) for where in wheres))


def without(wheres: Sequence[Where], field: str) -> list[Where]:
    """The filters but those that are about this field alone."""
    parts = [part for where in wheres for part in conjuncts(where)]
    return [part for part in parts if _fields(part) != {field}]


def _fields(where: Where) -> set[str | None]:
    """The fields that a filter looks at; None for what is no field."""
    return {leaf.field if isinstance(leaf, Condition) else None for leaf in leaves(where)}
