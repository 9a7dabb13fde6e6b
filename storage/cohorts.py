"""Cohorts: named sets of pictures that a person put together.

They name contents, not ids, and so outlive what is indexed anew: a database of its own beside the
editions of a collection, opened only while it is asked.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    tuple_,
)
from sqlalchemy.dialects.sqlite import insert as insert_once
from sqlalchemy.exc import DatabaseError, OperationalError

from core.errors import CollectionCorrupt, InvalidRequest, SchemaTooNew, StorageError, UnknownName
from storage.contents import Content
from storage.database import open_for_reading, open_for_writing, passing

VERSION: Final = 1  # of the tables, kept as SQLite's application_id
NAME: Final = re.compile(r"\w[\w.-]{0,63}")
AT_ONCE: Final = 2_000  # contents in one statement

_metadata = MetaData()
_cohorts = Table(
    "cohorts",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("made_at", Integer, nullable=False),  # seconds since 1970, UTC
)
_members = Table(
    "members",
    _metadata,
    Column("cohort_id", ForeignKey("cohorts.id"), primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("frame", Integer, primary_key=True),
    sqlite_with_rowid=False,
)
_size = func.count(_members.c.sha256)
_list = (
    select(_cohorts.c.name, _size, _cohorts.c.made_at)
    .outerjoin_from(_cohorts, _members)
    .group_by(_cohorts.c.id)
    .order_by(_cohorts.c.name)
)


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort in numbers."""

    name: str
    pictures: int  # some may not be in the collection
    made_at: datetime  # aware, UTC


class Cohorts:
    """The cohorts of a collection; threads and processes can share them.

    Each method raises StorageError when the file cannot be used, CollectionCorrupt when it is
    damaged and SchemaTooNew when a newer radseek wrote it.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is opened or made before it is asked for."""
        self._path = path

    def all(self) -> list[Cohort]:
        """All cohorts, by name."""
        with self._reading() as connection:
            rows = [] if connection is None else connection.execute(_list).all()
        return [Cohort(name, size, datetime.fromtimestamp(at, UTC)) for name, size, at in rows]

    def contents(self, name: str) -> list[Content]:
        """What is in a cohort, in a fixed order. Raises UnknownName."""
        with self._reading() as connection:
            if connection is None:
                raise _unknown(name, [])
            members = select(_members.c.sha256, _members.c.frame)
            found = connection.execute(members.where(_members.c.cohort_id == _id(connection, name)))
            return [Content(*row) for row in found]

    def add(self, name: str, contents: Sequence[Content]) -> int:
        """Put pictures into a cohort, which is made when it is new, and give how many came.

        Raises InvalidRequest for a name that cannot be one.
        """
        _check(name)
        with self._writing() as connection:
            seconds = int(datetime.now(UTC).timestamp())
            new = insert_once(_cohorts).values(name=name, made_at=seconds)
            connection.execute(new.on_conflict_do_nothing(index_elements=["name"]))
            cohort = _id(connection, name)
            before = _count(connection, cohort)
            rows = [{"cohort_id": cohort, "sha256": s, "frame": frame} for s, frame in contents]
            if rows:
                connection.execute(insert(_members).prefix_with("OR IGNORE"), rows)
            return _count(connection, cohort) - before

    def remove(self, name: str, contents: Sequence[Content]) -> int:
        """Take pictures out of a cohort and give how many went. Raises UnknownName."""
        with self._writing() as connection:
            cohort = _id(connection, name)
            before = _count(connection, cohort)
            place = tuple_(_members.c.sha256, _members.c.frame)
            for start in range(0, len(contents), AT_ONCE):
                these = place.in_(contents[start : start + AT_ONCE])
                connection.execute(delete(_members).where(_members.c.cohort_id == cohort, these))
            return before - _count(connection, cohort)

    def delete(self, name: str) -> None:
        """Forget a cohort; its pictures stay in the collection. Raises UnknownName."""
        with self._writing() as connection:
            cohort = _id(connection, name)
            connection.execute(delete(_members).where(_members.c.cohort_id == cohort))
            connection.execute(delete(_cohorts).where(_cohorts.c.id == cohort))

    @contextmanager
    def _reading(self) -> Iterator[Connection | None]:
        """A connection; None when no cohort was ever made."""
        if not self._path.is_file():
            yield None
            return
        with _errors(), passing(open_for_reading(self._path)) as engine, engine.connect() as opened:
            _check_version(opened)
            yield opened if _version(opened) else None  # its first change did not come to an end

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _errors(), passing(open_for_writing(self._path)) as engine, engine.begin() as opened:
            if _version(opened) == 0:
                self._path.chmod(0o600)
                _metadata.create_all(opened)
                opened.exec_driver_sql(f"PRAGMA application_id = {VERSION}")
            _check_version(opened)
            yield opened


def is_damaged(path: Path) -> bool:
    """Whether the file of the cohorts is one that SQLite cannot read."""
    try:
        with passing(open_for_reading(path)) as engine, engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            return str(found) != "ok"
    except OperationalError:  # as of a full disk
        raise
    except DatabaseError:
        return True


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name!r} cannot name a cohort. Use 1 to 64 letters, digits, '.', '_' and '-', "
            "and begin with a letter, a digit or '_'."
        )


def _id(connection: Connection, name: str) -> int:
    found = connection.execute(select(_cohorts.c.id).where(_cohorts.c.name == name)).scalar()
    if found is None:
        raise _unknown(name, list(connection.execute(select(_cohorts.c.name)).scalars()))
    return int(found)


def _unknown(name: str, known: Sequence[str]) -> UnknownName:
    names = ", ".join(sorted(known)) or "none yet"
    return UnknownName(
        f"There is no cohort {name!r}. Known: {names}. Make it with `radseek cohort add`."
    )


def _count(connection: Connection, cohort: int) -> int:
    counted = select(_size).where(_members.c.cohort_id == cohort)
    return int(connection.execute(counted).scalar_one())


def _version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())


def _check_version(connection: Connection) -> None:
    if _version(connection) > VERSION:
        raise SchemaTooNew(
            "The cohorts were written by a newer radseek. Update radseek, then open them again."
        )


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StorageError(
            f"The cohorts cannot be used: {error.orig}. Look at the free space and the "
            "permissions of their folder, then start again."
        ) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its subclasses are mistakes of this program
            raise
        raise CollectionCorrupt(
            f"The cohorts are damaged: {error.orig}. "
            "Restore cohorts.db from a backup, or delete it."
        ) from error
