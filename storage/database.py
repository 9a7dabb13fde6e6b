"""SQLite as storage uses it: WAL, full synchronisation, explicit transactions."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from core.errors import CollectionCorrupt, StorageError
from storage.mounts import network_type

BUSY_SECONDS = 30.0
# Hashes come in no order: each new row changes a page of its own in their indexes. A writer keeps
# more of them at hand, and carries them over from the log for several batches at once.
CACHE_KIB = 65_536  # SQLite's own 2000 made a batch a fifth slower at 100,000 rows
LOG_BYTES = 40 << 20
PAGE_BYTES = 4096
MOST_VALUES = 10_000  # in one statement; SQLite takes 32766 parameters

# What SQLite may see of a database through a map, so that reading a row anywhere in the file copies
# no page. It maps 2 GB at most, and reads what lies behind as ever.
MAPPED_BYTES = 0x7FFF0000

Value = TypeVar("Value")


def open_for_writing(path: Path, page_bytes: int = PAGE_BYTES) -> Engine:
    """Open a database, creating it when it is absent. Each transaction takes the write lock.

    One that is there keeps the size of page that it has. Raises StorageError on a file system of
    the network: SQLite's log does not work there.
    """
    _check_local(path)
    return _engine(partial(_connect_writer, path, page_bytes), "BEGIN IMMEDIATE")


def open_for_reading(path: Path) -> Engine:
    """Open a database that exists; statements that write fail."""
    return _engine(partial(_connect_reader, path), "BEGIN")


def end_unfinished(engine: Engine) -> None:
    """Make sure that a transaction which is not there now is never there.

    SQLite writes a transaction to its log, waits for the disk, and then notes it in the log's
    index. Cut off in between, it is not seen by those who use that index, but it is by the next
    recovery of the log. What is written now takes its place in the log. It has to differ from what
    was there, or SQLite writes nothing.
    """
    with engine.begin() as connection:
        times = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version = {times + 1}")


@contextmanager
def passing(engine: Engine) -> Iterator[Engine]:
    """A database that is open for a while; its connections are closed at the end."""
    try:
        yield engine
    finally:
        engine.dispose()


def address_of(path: Path, mode: str) -> str:
    """The URI of a database, which SQLite opens in a mode: "ro" or "rwc"."""
    return f"file:{quote(os.fsencode(path))}?mode={mode}"


@contextmanager
def database_errors(what: str, remedy: str) -> Iterator[None]:
    """Turn what SQLite reports into StorageError or CollectionCorrupt.

    `what` is the database that is used inside, `remedy` says what to do when it is damaged.
    """
    try:
        yield
    except OperationalError as error:
        raise StorageError(
            f"{what} cannot be used: {error.orig}. "
            "Look at the free space and the permissions of its folder, then start again."
        ) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its subclasses are mistakes of this program
            raise
        raise CollectionCorrupt(f"{what} is damaged: {error.orig}. {remedy}") from error


@contextmanager
def storage_errors(collection: str) -> Iterator[None]:
    """The same for a collection, and for what the file system reports."""
    try:
        with database_errors(f"The catalog of {collection!r}", "Restore it from a backup."):
            yield
    except OSError as error:
        raise StorageError(
            f"A file of the collection {collection!r} cannot be used: {error.strerror}. "
            "Look at the free space and the permissions of its folder, then start again."
        ) from error


@contextmanager
def foreign_keys_unchecked(engine: Engine) -> Iterator[Connection]:
    """A connection that may drop rows to which others refer, as long as nobody looks."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")  # has no effect once a transaction has begun
        try:
            yield connection
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


@contextmanager
def sorting_on_disk(connection: Connection) -> Iterator[None]:
    """Within, SQLite sorts in a file what a writer's connection sorts in memory."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA temp_store = FILE")
    try:
        yield
    finally:
        driver.execute("PRAGMA temp_store = MEMORY")


def rows_of(connection: Connection, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """The rows of a query as the driver gives them.

    SQLAlchemy takes as long to make rows of many columns as SQLite takes to find them.
    """
    return _rows(connection.connection, sql, parameters)


def rows_at_once(engine: Engine, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """The same without a transaction, which a single query needs none of."""
    driver = engine.raw_connection()
    try:
        return _rows(driver, sql, parameters)
    finally:
        driver.close()


def _rows(driver: Any, sql: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
    try:
        rows: list[tuple[Any, ...]] = driver.cursor().execute(sql, parameters).fetchall()
    except sqlite3.Error as error:
        raise _told_by_sqlalchemy(sql, error) from error
    return rows


def copy_database(source: Path, copy: Path) -> None:
    """Copy a database into one compact file; an earlier copy of the same name is replaced."""
    copy.unlink(missing_ok=True)
    sql = "VACUUM INTO ?"
    try:
        with closing(sqlite3.connect(source, isolation_level=None)) as connection:
            connection.execute(sql, (str(copy),))
    except sqlite3.Error as error:
        raise _told_by_sqlalchemy(sql, error) from error


def in_parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Cut a list into what one statement takes."""
    for start in range(0, len(values), MOST_VALUES):
        yield values[start : start + MOST_VALUES]


def _check_local(path: Path) -> None:
    kind = network_type(path)
    if kind is not None:
        raise StorageError(
            f"{path.parent} lies on a network file system ({kind}), where neither SQLite's log nor "
            "the lock of a writer is safe. Put the home on a local disk, with --home or "
            "RADSEEK_HOME; the files to be indexed may stay where they are."
        )


def _told_by_sqlalchemy(sql: str, error: sqlite3.Error) -> BaseException:
    """What the driver reports as SQLAlchemy raises it, for `storage_errors`."""
    return DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True)


def _engine(connect: Callable[[], sqlite3.Connection], begin: str) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        max_overflow=-1,  # as many connections as there are threads that read at once
        hide_parameters=True,  # they hold patient names, and errors are logged
    )
    event.listen(engine, "begin", partial(_begin, begin))
    return engine


def _connect_writer(path: Path, page_bytes: int) -> sqlite3.Connection:
    connection = _connect(path, "rwc")
    connection.execute(f"PRAGMA page_size = {page_bytes}")  # of a file that is still empty
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what names a patient is not to linger
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    # Nor in a file beside: by one SQLite takes back a statement alone, and copies each page to it.
    connection.execute("PRAGMA temp_store = MEMORY")
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_BYTES // page}")
    return connection


def _connect_reader(path: Path) -> sqlite3.Connection:
    connection = _connect(path, "ro")
    connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        address_of(path, mode),
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,  # transactions begin in `_begin`, not behind our back
        check_same_thread=False,
    )


def _begin(statement: str, connection: Connection) -> None:
    connection.exec_driver_sql(statement)
