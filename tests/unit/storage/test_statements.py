"""Rows go to SQLite in few steps, each of them once and in its columns."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    select,
)
from sqlalchemy import insert as insert_into

from storage import parameters, schema, statements
from storage.statements import MOST_ROWS, Statement

ROWS = Table("rows", MetaData(), Column("id", Integer, primary_key=True), Column("told", String))
NEW = statements.given("id", "told")
INSERT = Statement(NEW, insert_into(ROWS).from_select(["id", "told"], select(NEW)))
IDS = statements.given("id")
FIND = Statement(IDS, select(ROWS.c.id, ROWS.c.told).where(ROWS.c.id.in_(select(IDS))))


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    ROWS.metadata.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.mark.parametrize("rows", [0, 1, 3, MOST_ROWS - 1, MOST_ROWS, 2 * MOST_ROWS + 77])
def test_each_row_is_taken_once(connection: Connection, rows: int) -> None:
    told = [(number, f"row {number}") for number in range(rows)]

    INSERT.run(connection, told)

    assert [tuple(row) for row in connection.execute(select(ROWS))] == told


def test_rows_are_found_across_steps(connection: Connection) -> None:
    INSERT.run(connection, [(number, str(number)) for number in range(1000)])

    found = FIND.run(connection, [(number,) for number in range(400, 1400)])

    assert sorted(found) == [(number, str(number)) for number in range(400, 1000)]


@given(rows=st.integers(0, 5000))
def test_the_steps_are_few(rows: int) -> None:
    heard: list[str] = []
    engine = create_engine("sqlite://")
    ROWS.metadata.create_all(engine)
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(heard.append)
        FIND.run(connection, [(number,) for number in range(rows)])
    engine.dispose()

    assert len(heard) == rows // MOST_ROWS + (rows % MOST_ROWS).bit_count()


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (parameters.FILE, schema.files),
        ((*parameters.INSTANCE, *parameters.HEADER), schema.instances),
        (("instance_id", *parameters.IDENTITY), schema.identities),
        (parameters.PICTURE, schema.pictures),
    ],
)
def test_the_names_of_a_row_are_columns(names: tuple[str, ...], table: Table) -> None:
    assert len(set(names)) == len(names)
    assert set(names) <= set(table.c.keys())


def test_nothing_that_an_instance_says_is_left_out() -> None:
    grave = {"tombstone", "last_path", "last_member"}
    joined = {"description_id"}

    told = {*parameters.INSTANCE, *parameters.HEADER}
    assert told == set(schema.instances.c.keys()) - grave - joined
    assert {"instance_id", *parameters.IDENTITY} == set(schema.identities.c.keys())
    assert set(parameters.FILE) == set(schema.files.c.keys()) - {"id"}
