"""SQL that reads a table of parameters: hundreds of rows in one step of SQLite.

Each step of SQLite gives up the interpreter's lock and has to wait for it again. One step for each
row made a commit 150 times as slow beside a thread that is busy in Python.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import ClauseElement, Connection, TableClause, column, table
from sqlalchemy.dialects import sqlite

from storage.database import rows_of

MOST_ROWS = 256  # in one step; SQLite takes 32766 parameters, and a row has fewer than 64

Row = tuple[Any, ...]


def given(*names: str) -> TableClause:
    """The table of parameters with these columns, for a `Statement` to read."""
    return table("given", *(column(name) for name in names))


class Statement:
    """A statement that reads the rows of a table `given`; the table is what it runs with."""

    def __init__(self, parameters: TableClause, statement: ClauseElement) -> None:
        """The statement may hold no parameters of its own."""
        self.names = [each.name for each in parameters.c]
        self._sql = str(statement.compile(dialect=sqlite.dialect()))

    def run(self, connection: Connection, rows: Sequence[Row]) -> list[Row]:
        """Run it with rows in the order of `names`; gives the rows that it finds.

        What it changes is of the transaction that the connection has begun.
        """
        found: list[Row] = []
        for part in _steps(rows):
            places = chain.from_iterable(part)
            found += rows_of(connection, self._text(len(part)), *places)
        return found

    def _text(self, rows: int) -> str:
        names = ", ".join(f'"{name}"' for name in self.names)
        row = f"({', '.join('?' * len(self.names))})"
        return f"WITH given ({names}) AS (VALUES {', '.join([row] * rows)}) {self._sql}"


def _steps(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Cut rows into powers of two, largest first: few texts, which the driver keeps compiled."""
    start, size = 0, MOST_ROWS
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size
