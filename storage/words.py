"""The words of reports and descriptions, kept up with what the catalog says.

The word tables of SQLite hold no text. A row of `reports` or `descriptions` that goes stays in them
unseen, as nothing refers to its id again, until they are made anew.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from sqlalchemy import (
    Connection,
    Table,
    and_,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    null,
    select,
    table,
    true,
    update,
)
from sqlalchemy.dialects import sqlite

from core.types import Instance
from storage.common_rows import CommonRows
from storage.parameters import HEADER, storable
from storage.schema import DESCRIBED, descriptions, instances, machine_texts, reports
from storage.statements import Row, Statement, given
from storage.wording import description_words, report_words

AT_ONCE: Final = 256  # texts in memory

HEADERS: Final = CommonRows("headers", HEADER, found=("description_id",))
_described = [HEADERS.table.c[name] for name in DESCRIBED]
_ids, _told = given("id"), given("instance_id", "study_uid", "text")
_same = and_(*(descriptions.c[told.name] == told for told in _described))
# Without a condition SQLite would take ON CONFLICT for the ON of a join.
_NEW_DESCRIPTIONS = (
    sqlite.insert(descriptions)
    .from_select(DESCRIBED, select(*_described).distinct().where(true()).order_by(*_described))
    .on_conflict_do_nothing()
)
_DESCRIBE = update(HEADERS.table).values(
    description_id=select(descriptions.c.id).where(_same).scalar_subquery()
)
_FORGET = Statement(_ids, delete(reports).where(reports.c.instance_id.in_(select(_ids))))
_NEW_REPORT = Statement(
    _told, insert(reports).from_select(("instance_id", "study_uid", "text"), select(_told))
)
_living = select(instances.c.id).where(instances.c.tombstone.is_(null()))
_has_study = exists().where(
    instances.c.study_uid == reports.c.study_uid, instances.c.tombstone.is_(null())
)
_DROPS: Final = (
    delete(reports).where(reports.c.instance_id.not_in(_living)),
    delete(reports).where(reports.c.instance_id.is_(null()), ~_has_study),
    delete(descriptions).where(
        descriptions.c.id.not_in(select(func.coalesce(instances.c.description_id, 0)))
    ),
)


class _Words:
    """A word table, and the table whose texts it has the words of."""

    def __init__(
        self,
        texts: Table,
        told: Sequence[str],
        words: str,
        fields: Sequence[str],
        parted: Callable[..., Sequence[str]],
    ) -> None:
        """`parted` makes the fields of a word table's row from what a row of `texts` tells."""
        known = table(f"{words}_docsize", column("id"))  # of SQLite: the rows a word table has
        rows = given("rowid", *fields)
        words_table = table(words, column("rowid"), *map(column, fields), column(words))
        lost = select(known.c.id).where(known.c.id.not_in(select(texts.c.id)))
        self.parted = parted
        self.last = select(func.coalesce(func.max(known.c.id), 0))
        self.later = (
            select(texts.c.id, *(texts.c[name] for name in told))
            .where(texts.c.id > bindparam("last"))
            .order_by(texts.c.id)
        )
        self.add = Statement(
            rows, insert(words_table).from_select(["rowid", *fields], select(rows))
        )
        self.has_lost = select(exists(lost))
        self.empty = insert(words_table).values({words: "delete-all"})


_WORDS: Final = (
    _Words(
        descriptions,
        DESCRIBED,
        "description_words",
        ("words",),
        lambda *described: (description_words(described),),
    ),
    _Words(reports, ("text",), "report_words", ("affirmed", "denied"), report_words),
    _Words(machine_texts, ("text",), "machine_words", ("affirmed", "denied"), report_words),
)


@contextmanager
def described(connection: Connection, headers: Sequence[Row]) -> Iterator[None]:
    """Within, HEADERS has these, each with the row of `descriptions` that it tells of."""
    with HEADERS.holding(connection, headers):
        connection.execute(_NEW_DESCRIPTIONS)
        connection.execute(_DESCRIBE)
        yield


def tell(connection: Connection, told: Mapping[int, Instance], again: Sequence[int]) -> None:
    """Note what instances say in words, by their ids; those of `again` said something before."""
    _FORGET.run(connection, [(number,) for number in again])
    rows = [
        (number, storable(each.tags.study_uid), storable(each.report))
        for number, each in told.items()
        if each.report
    ]
    _NEW_REPORT.run(connection, rows)
    catch_up(connection)


def catch_up(connection: Connection) -> None:
    """Give the word tables what came since they were last given something."""
    for words in _WORDS:
        _catch_up(connection, words)


def forget(connection: Connection) -> None:
    """Drop texts that belong to nothing any more, and their words with them."""
    for drop in _DROPS:
        connection.execute(drop)
    forget_words(connection)


def forget_words(connection: Connection) -> None:
    """Drop the words of texts that are gone."""
    for words in _WORDS:
        if connection.execute(words.has_lost).scalar_one():
            connection.execute(words.empty)
            _catch_up(connection, words)


def _catch_up(connection: Connection, words: _Words) -> None:
    last = connection.execute(words.last).scalar_one()
    while rows := connection.execute(words.later.limit(AT_ONCE), {"last": last}).all():
        words.add.run(connection, [(number, *words.parted(*told)) for number, *told in rows])
        last = rows[-1][0]
