"""Cohorts: named sets of pictures that a person put together, in an order, with notes.

A note is the person's own text. It may name a patient: it never enters a log, a message or a URL.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as insert_once

from core.errors import InvalidRequest, UnknownName
from storage.board_file import BoardFile
from storage.board_file import cohorts as _cohorts
from storage.board_file import members as _members
from storage.contents import Content

NAME: Final = re.compile(r"\w(?:[\w .-]{0,62}[\w.-])?")
AT_ONCE: Final = 2_000  # contents in one statement
LONGEST_NOTE: Final = 10_000  # characters

_size = func.count(_members.c.sha256)
_list = (
    select(_cohorts.c.id, _cohorts.c.name, _size, _cohorts.c.made_at, _cohorts.c.note)
    .outerjoin_from(_cohorts, _members)
    .group_by(_cohorts.c.id)
    .order_by(_cohorts.c.name)
)
_place = tuple_(_members.c.sha256, _members.c.frame)


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort in numbers."""

    id: int  # stays when it is renamed
    name: str
    pictures: int  # some may not be in the collection
    made_at: datetime  # aware, UTC
    note: str  # what the person wrote of it


@dataclass(frozen=True, slots=True)
class Member:
    """A picture of a cohort, with what the person wrote of it there."""

    content: Content
    note: str = ""


class Cohorts:
    """The cohorts of a collection; threads and processes can share them.

    Each method raises StorageError when the file cannot be used, CollectionCorrupt when it is
    damaged and SchemaTooNew when a newer radseek wrote it.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is opened or made before it is asked for."""
        self._file = BoardFile(path)

    def all(self) -> list[Cohort]:
        """All cohorts, by name."""
        with self._file.reading() as connection:
            rows = [] if connection is None else connection.execute(_list).all()
        return [_cohort(*row) for row in rows]

    def find(self, number: int) -> Cohort | None:
        """The cohort with that id; None when it is no longer there."""
        return next((one for one in self.all() if one.id == number), None)

    def contents(self, name: str) -> list[Content]:
        """What is in a cohort, in its order. Raises UnknownName."""
        return [member.content for member in self.members(name)]

    def members(self, name: str) -> list[Member]:
        """What is in a cohort with the notes, in its order. Raises UnknownName."""
        with self._file.reading() as connection:
            if connection is None:
                raise _unknown(name, [])
            return _members_of(connection, _id(connection, name))

    def add(self, name: str, contents: Sequence[Content]) -> int:
        """Put pictures at the end of a cohort, which is made when it is new; give how many came.

        Raises InvalidRequest for a name that cannot be one.
        """
        _check(name)
        with self._file.writing() as connection:
            seconds = int(datetime.now(UTC).timestamp())
            new = insert_once(_cohorts).values(name=name, made_at=seconds)
            connection.execute(new.on_conflict_do_nothing(index_elements=["name"]))
            cohort = _id(connection, name)
            before = _count(connection, cohort)
            first = _last_place(connection, cohort) + 1
            rows = [
                {"cohort_id": cohort, "sha256": sha256, "frame": frame, "place": place}
                for place, (sha256, frame) in enumerate(contents, first)
            ]
            if rows:
                connection.execute(insert(_members).prefix_with("OR IGNORE"), rows)
            return _count(connection, cohort) - before

    def remove(self, name: str, contents: Sequence[Content]) -> int:
        """Take pictures out of a cohort and give how many went. Raises UnknownName."""
        with self._file.writing() as connection:
            cohort = _id(connection, name)
            before = _count(connection, cohort)
            for start in range(0, len(contents), AT_ONCE):
                these = _place.in_(contents[start : start + AT_ONCE])
                connection.execute(delete(_members).where(_members.c.cohort_id == cohort, these))
            return before - _count(connection, cohort)

    def put(self, name: str, member: Member, place: int) -> None:
        """Put a picture with its note at a place of a cohort, from 0, wherever it was before.

        Those from there on come after it. Raises UnknownName.
        """
        _check_note(member.note)
        with self._file.writing() as connection:
            cohort = _id(connection, name)
            there = _members_of(connection, cohort)
            others = [one for one in there if one.content != member.content]
            _arrange(connection, cohort, [*others[:place], member, *others[place:]])

    def annotate(self, name: str, content: Content, note: str) -> None:
        """Write the note of a picture of a cohort. Raises UnknownName, InvalidRequest."""
        _check_note(note)
        with self._file.writing() as connection:
            this = (_members.c.cohort_id == _id(connection, name), _place == tuple_(*content))
            done = connection.execute(update(_members).where(*this).values(note=note))
            if not done.rowcount:
                raise UnknownName(f"The picture is no longer in {name!r}. Look at it again.")

    def describe(self, name: str, note: str) -> None:
        """Write the note of a cohort itself. Raises UnknownName, InvalidRequest."""
        _check_note(note)
        with self._file.writing() as connection:
            this = _cohorts.c.id == _id(connection, name)
            connection.execute(update(_cohorts).where(this).values(note=note))

    def rename(self, name: str, new: str) -> None:
        """Give a cohort another name. Raises UnknownName, and InvalidRequest if it cannot be."""
        _check(new)
        with self._file.writing() as connection:
            cohort = _id(connection, name)
            if new != name and new in connection.execute(select(_cohorts.c.name)).scalars():
                raise InvalidRequest(f"There is a cohort {new!r} already. Take another name.")
            connection.execute(update(_cohorts).where(_cohorts.c.id == cohort).values(name=new))

    def delete(self, name: str) -> None:
        """Forget a cohort; its pictures stay in the collection. Raises UnknownName."""
        with self._file.writing() as connection:
            cohort = _id(connection, name)
            connection.execute(delete(_members).where(_members.c.cohort_id == cohort))
            connection.execute(delete(_cohorts).where(_cohorts.c.id == cohort))


def _cohort(number: int, name: str, size: int, seconds: int, note: str) -> Cohort:
    return Cohort(number, name, size, datetime.fromtimestamp(seconds, UTC), note)


def _members_of(connection: Connection, cohort: int) -> list[Member]:
    listed = (
        select(_members.c.sha256, _members.c.frame, _members.c.note)
        .where(_members.c.cohort_id == cohort)
        .order_by(_members.c.place, _members.c.sha256, _members.c.frame)
    )
    return [Member(Content(sha, frame), note) for sha, frame, note in connection.execute(listed)]


def _arrange(connection: Connection, cohort: int, wanted: Sequence[Member]) -> None:
    """Make these the members of a cohort, in this order."""
    connection.execute(delete(_members).where(_members.c.cohort_id == cohort))
    rows = [
        {"cohort_id": cohort, **one.content._asdict(), "place": place, "note": one.note}
        for place, one in enumerate(wanted)
    ]
    connection.execute(insert(_members), rows)


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name!r} cannot name a cohort. Use 1 to 64 letters, digits, spaces, '.', '_' and "
            "'-', and begin with a letter, a digit or '_'."
        )


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise InvalidRequest(
            f"A note of {len(note):,} characters is too long. Write {LONGEST_NOTE:,} at most."
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


def _last_place(connection: Connection, cohort: int) -> int:
    last = select(func.coalesce(func.max(_members.c.place), -1))
    return int(connection.execute(last.where(_members.c.cohort_id == cohort)).scalar_one())
