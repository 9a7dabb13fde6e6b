"""The account of a run on disk: which files it has seen, what became of each, what is to be read.

It is a scratch database beside the catalog, which it reads: as many files as there are, and no more
memory. It ends with the run, and one that a killed run has left is begun anew.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain
from os import fsencode
from pathlib import Path
from threading import RLock
from typing import Any, Final

from core.errors import CollectionCorrupt, StorageError
from core.types import Found, Location, SkipCode, Skipped
from storage.database import BUSY_SECONDS, address_of
from storage.locations import key_of, location_of

PAGE: Final = 1000  # rows that one question brings
STEP: Final = 256  # files that one statement is about: each gives up the interpreter's lock
CACHE_KIB: Final = 64 << 10

TABLES: Final = (
    """CREATE TABLE visits (
        path BLOB NOT NULL, member BLOB NOT NULL, fate TEXT, turn INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (path, member)) WITHOUT ROWID""",
    """CREATE TABLE queue (
        id INTEGER PRIMARY KEY, path BLOB NOT NULL, member BLOB NOT NULL, size INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL)""",
    "CREATE TABLE refused (path BLOB PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID",
)
FATE: Final = "SELECT fate FROM visits WHERE path = ? AND member = ?"
ADD: Final = "INSERT INTO visits (path, member, fate) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
# CROSS: each of the rows is looked up; SQLite would look through all visits for them else.
FATES: Final = """
    WITH given (path, member) AS (VALUES {rows})
    SELECT path, member, fate FROM given CROSS JOIN visits USING (path, member)
    WHERE fate IS NOT NULL"""
PUT: Final = """
    INSERT INTO visits (path, member, fate) VALUES {rows}
    ON CONFLICT DO UPDATE SET fate = excluded.fate"""
TURN: Final = """
    INSERT INTO visits (path, member, turn) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET turn = excluded.turn WHERE turn < excluded.turn"""
HAS_TURN: Final = "SELECT turn FROM visits WHERE path = ? AND member = ?"
WITH_FATE: Final = """
    SELECT path, member FROM visits WHERE fate = ? AND (path, member) > (?, ?)
    ORDER BY path, member LIMIT ?"""
ENQUEUE: Final = "INSERT INTO queue (path, member, size, modified_ns) VALUES (?, ?, ?, ?)"
NEXT: Final = "SELECT id, path, member, size, modified_ns FROM queue ORDER BY id LIMIT ?"
REFUSE: Final = "INSERT OR REPLACE INTO refused (path, reason) VALUES (?, ?)"
REFUSED: Final = "SELECT path, reason FROM refused WHERE path > ? ORDER BY path LIMIT ?"
IS_REFUSED: Final = "SELECT 1 FROM refused WHERE path = ?"
ANY_UNDER: Final = "SELECT 1 FROM visits WHERE path = ? OR (path >= ? AND path < ?) LIMIT 1"


class Visits:
    """What a run has seen so far. Threads can share it; each call is one step."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use `open_visits`."""
        self._connection = connection
        self._lock = RLock()
        self._depth = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make the calls within one step, which is faster for many of them."""
        with self._lock:
            self._depth += 1
            if self._depth == 1:
                self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("COMMIT")

    def ask(self, sql: str, *values: object) -> list[Any]:
        """The rows that a statement gives."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def change(self, sql: str, *values: object) -> int:
        """Run a statement, and give the number of rows that it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def fate(self, location: Location) -> str | None:
        """What became of a file; None: it was not seen, or nothing was said of it yet."""
        rows = self.ask(FATE, *key_of(location))
        return rows[0][0] if rows else None

    def fates(self, locations: Iterable[Location]) -> dict[Location, str]:
        """What became of those files of which something was said."""
        keys = [key_of(location) for location in locations]
        rows = self._in_steps(FATES, keys)
        return {location_of(path, member): fate for path, member, fate in rows}

    def put(self, fates: Mapping[Location, str]) -> None:
        """Say what became of files, in place of what was said before."""
        self._in_steps(PUT, [(*key_of(location), fate) for location, fate in fates.items()])

    def add(self, location: Location, fate: str) -> bool:
        """Say what became of a file that was not seen before; of another one false."""
        return self.change(ADD, *key_of(location), fate) == 1

    def take_turn(self, location: Location, turn: int) -> bool:
        """Whether a file's turn was a lower one until now; it has this one from now on."""
        return self.change(TURN, *key_of(location), turn) == 1

    def has_turn(self, location: Location, turn: int) -> bool:
        """Whether a file has taken this turn."""
        return self.ask(HAS_TURN, *key_of(location)) == [(turn,)]

    def with_fate(self, fate: str) -> Iterator[Location]:
        """The files of a fate, by location; their fates may change meanwhile."""
        last = (b"", b"")
        while rows := self.ask(WITH_FATE, fate, *last, PAGE):
            yield from (location_of(*row) for row in rows)
            last = rows[-1]

    def enqueue(self, found: Found) -> None:
        """Put a file at the end of those that are to be read."""
        self.change(ENQUEUE, *key_of(found.location), found.size, found.modified_ns)

    def take(self) -> list[Found]:
        """The next of the files that are to be read; none while there are none."""
        with self.together():
            rows = self.ask(NEXT, PAGE)
            if rows:
                self.change("DELETE FROM queue WHERE id <= ?", rows[-1][0])
        return [Found(location_of(path, member), *rest) for _, path, member, *rest in rows]

    def _in_steps(self, sql: str, rows: Sequence[tuple[object, ...]]) -> list[Any]:
        """Run a statement with a table of rows, some hundred at once; gives what it finds."""
        found: list[Any] = []
        for start in range(0, len(rows), STEP):
            part = rows[start : start + STEP]
            row = f"({', '.join('?' * len(part[0]))})"
            text = sql.format(rows=", ".join([row] * len(part)))
            found += self.ask(text, *chain.from_iterable(part))
        return found

    def refuse(self, skipped: Skipped) -> None:
        """Note a path that the walk could not follow."""
        self.change(REFUSE, fsencode(skipped.location.path), skipped.reason)

    def refused(self) -> Iterator[Skipped]:
        """The paths that the walk could not follow, in order."""
        last = b""
        while rows := self.ask(REFUSED, last, PAGE):
            for path, reason in rows:
                yield Skipped(location_of(path, b""), SkipCode.UNREADABLE, reason)
            last = rows[-1][0]

    def is_refused(self, path: Path) -> bool:
        """Whether the walk could not follow this very path."""
        return bool(self.ask(IS_REFUSED, fsencode(path)))

    def has_seen_under(self, folder: Path) -> bool:
        """Whether a file was seen that is this one, or lies within it."""
        return bool(self.ask(ANY_UNDER, *under(folder)))


@contextmanager
def open_visits(scratch: Path, catalog: Path, collection: str) -> Iterator[Visits]:
    """A new account, gone at the end. Raises StorageError when the disk does not take it.

    So does what is asked within; CollectionCorrupt when the catalog is damaged.
    """
    scratch.unlink(missing_ok=True)
    try:
        with closing(_connect(scratch, catalog)) as connection:
            yield Visits(connection)
    except sqlite3.OperationalError as error:
        raise StorageError(
            f"The scratch file of {collection!r} cannot be used: {error}. "
            "Look at the free space and the permissions of its folder, then start again."
        ) from error
    except sqlite3.DatabaseError as error:
        raise CollectionCorrupt(
            f"The catalog of {collection!r} is damaged: {error}. Restore it from a backup."
        ) from error
    finally:
        with suppress(OSError):  # the disk may be what failed
            scratch.unlink(missing_ok=True)


def under(folder: Path) -> Sequence[bytes]:
    """What compares a path with a folder: itself, the first path within, the first one after."""
    path = fsencode(folder)
    inside = path.rstrip(b"/")
    return path, inside + b"/", inside + b"0"  # the byte that follows the slash


def _connect(scratch: Path, catalog: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        scratch, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True
    )
    # Nobody needs it after a crash.
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
        connection.execute(f"PRAGMA main.{pragma}")
    connection.execute(f"PRAGMA main.cache_size = -{CACHE_KIB}")
    connection.execute("ATTACH ? AS catalog", [address_of(catalog, "ro")])
    for table in TABLES:
        connection.execute(table)
    return connection
