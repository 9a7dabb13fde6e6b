"""SQL that is made once and run for thousands of rows with no more than the driver."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Column, Connection, bindparam
from sqlalchemy.dialects import sqlite

from storage.locations import Parameters


class Statement:
    """A statement with the names of its parameters in their order: places are bound faster."""

    def __init__(self, statement: Any) -> None:
        compiled = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
        self._sql = str(compiled)
        self._names: Sequence[str] = compiled.positiontup

    def run(self, connection: Connection, rows: Iterable[Parameters]) -> None:
        """Run it once for each row."""
        places = [self._places(row) for row in rows]
        if places:
            connection.exec_driver_sql(self._sql, places)

    def first(self, connection: Connection, row: Parameters) -> Any:
        """The first row that it finds, or None."""
        driver: Any = connection.connection.driver_connection
        return driver.execute(self._sql, self._places(row)).fetchone()

    def _places(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(map(row.__getitem__, self._names))


def given(columns: Iterable[Column[Any]]) -> dict[str, BindParameter[Any]]:
    """Each column set to the parameter of its name."""
    return {column.name: bindparam(column.name) for column in columns}
