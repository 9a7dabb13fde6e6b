"""The database of what people keep of a collection, `cohorts.db`: its tables, and how it is opened.

It names contents, not ids, and so outlives what is indexed anew: a file of its own beside the
editions of a collection, opened only while it is asked.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from core.errors import SchemaTooNew
from storage.database import database_errors, open_for_reading, open_for_writing, passing

VERSION: Final = 2  # of the tables, kept as SQLite's application_id

_metadata = MetaData()
cohorts = Table(
    "cohorts",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("made_at", Integer, nullable=False),  # seconds since 1970, UTC
    Column("note", String, nullable=False, server_default=""),
)
members = Table(
    "members",
    _metadata,
    Column("cohort_id", ForeignKey("cohorts.id"), primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("frame", Integer, primary_key=True),
    Column("place", Integer, nullable=False, server_default="0"),  # equal ones: by content
    Column("note", String, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)
searches = Table(
    "searches",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("address", String, nullable=False),  # the parameters of the page, as a URL has them
    Column("contents", JSON, nullable=False),  # of the pictures that they name, by their ids
    Column("saved_at", Integer, nullable=False),  # seconds since 1970, UTC
    Column("hits", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),  # of the collection
)

# What a file of each older version lacks of the next one.
_STEPS: Final = {
    1: (
        "ALTER TABLE cohorts ADD COLUMN note VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE members ADD COLUMN place INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE members ADD COLUMN note VARCHAR NOT NULL DEFAULT ''",
    )
}


class BoardFile:
    """The database at a path; threads and processes can share it.

    Its blocks raise StorageError when the file cannot be used, CollectionCorrupt when it is damaged
    and SchemaTooNew when a newer radseek wrote it.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is opened or made before it is asked for."""
        self._path = path

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """A connection; None when nothing was ever kept. A file of before is upgraded."""
        if not self._path.is_file():
            yield None
            return
        with _errors(), passing(open_for_reading(self._path)) as engine:
            with engine.connect() as opened:
                version = _checked_version(opened)
            if 0 < version < VERSION:
                with self.writing():
                    pass
            with engine.connect() as opened:
                yield opened if version else None  # its first change did not come to an end

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction in the tables of this program, which are made when they are not there."""
        with _errors(), passing(open_for_writing(self._path)) as engine, engine.begin() as opened:
            if _checked_version(opened) < VERSION:
                self._path.chmod(0o600)
                _bring_up_to_date(opened)
            yield opened


def is_damaged(path: Path) -> bool:
    """Whether SQLite cannot read the file."""
    try:
        with passing(open_for_reading(path)) as engine, engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            return str(found) != "ok"
    except OperationalError:  # as of a full disk
        raise
    except DatabaseError:
        return True


def _bring_up_to_date(connection: Connection) -> None:
    for version in range(_version(connection) or VERSION, VERSION):
        for statement in _STEPS[version]:
            connection.exec_driver_sql(statement)
    _metadata.create_all(connection)
    connection.exec_driver_sql(f"PRAGMA application_id = {VERSION}")


def _version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())


def _checked_version(connection: Connection) -> int:
    version = _version(connection)
    if version > VERSION:
        raise SchemaTooNew(
            "The cohorts were written by a newer radseek. Update radseek, then open them again."
        )
    return version


def _errors() -> AbstractContextManager[None]:
    remedy = "Restore cohorts.db from a backup, or delete it."
    return database_errors("The file of the cohorts", remedy)
