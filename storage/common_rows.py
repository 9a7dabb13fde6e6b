"""What many rows of a batch say alike: SQLite is given it once, and joins it to each of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, column, delete, insert, select, table

from storage.statements import Row, Statement, given

NUMBER = "number"


class CommonRows:
    """A table of numbered rows that one connection sees; it is empty between two batches."""

    def __init__(self, name: str, columns: Sequence[str], found: Sequence[str] = ()) -> None:
        """The columns of `found` are empty at first, for a statement to fill."""
        told = (NUMBER, *columns)
        rows = given(*told)
        self.table = table(name, *map(column, (*told, *found)))
        others = ", ".join(f'"{each}"' for each in (*columns, *found))
        made = f"{name} (number INTEGER PRIMARY KEY, {others})"
        self._make = f"CREATE TEMP TABLE IF NOT EXISTS {made}"
        self._put = Statement(rows, insert(self.table).from_select(told, select(rows)))
        self._clear = delete(self.table)

    @contextmanager
    def holding(self, connection: Connection, rows: Sequence[Row]) -> Iterator[None]:
        """Within, the table has these rows, numbered from 0; with an error all is taken back."""
        connection.exec_driver_sql(self._make)
        self._put.run(connection, [(number, *row) for number, row in enumerate(rows)])
        yield
        connection.execute(self._clear)
