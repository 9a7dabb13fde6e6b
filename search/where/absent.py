"""What a filter asks for that no picture states, and what it may have meant."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from search.where.fields import Field, Kind, field_of
from search.where.masks import Rows, meant
from search.where.tree import Condition, Op, Where, leaves
from storage.columns import Column

MOST: Final = 5_000  # values that are compared with one that is absent


def absent_values(rows: Rows, wheres: Sequence[Where]) -> list[str]:
    """A sentence for each value of a text field that no picture has."""
    return [
        sentence
        for where in wheres
        for leaf in leaves(where)
        if isinstance(leaf, Condition)
        for sentence in _of_condition(rows, leaf)
    ]


def _of_condition(rows: Rows, condition: Condition) -> Iterator[str]:
    field = field_of(condition.field)
    if field.kind is not Kind.TEXT or condition.op not in {Op.IS, Op.IS_NOT}:
        return
    columns = [rows.column(tag) for tag in field.tags]
    for value in condition.values:
        text = meant(field, str(value))
        if text and not any(column.alike(text) for column in columns):
            yield _sentence(field, str(value), columns)


def _sentence(field: Field, value: str, columns: Sequence[Column]) -> str:
    known = {text: given for each in columns for text, given in _folded(each)}
    near = get_close_matches(value.casefold(), known, n=3)
    hint = f" Near: {', '.join(known[text] for text in near)}." if near else ""
    return f"No picture states {field.name} {value!r}.{hint}"


def _folded(column: Column) -> Iterator[tuple[str, str]]:
    return zip(column.folded()[:MOST], column.values[:MOST], strict=True)
