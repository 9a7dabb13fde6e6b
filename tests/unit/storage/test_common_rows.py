"""What rows have in common comes to each of them, and to nobody after."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given as any_given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from core.types import Instance, Pending, Tags
from storage import parameters
from storage.common_rows import NUMBER, CommonRows
from storage.database import open_for_writing, passing
from storage.statements import Statement, given
from tests.unit.storage.factories import source

PEOPLE = CommonRows("people", ("name", "town"), found=("country",))
ROWS = given("id", NUMBER)
JOINED = Statement(
    ROWS,
    select(ROWS.c.id, PEOPLE.table.c.name, PEOPLE.table.c.town, PEOPLE.table.c.country).join_from(
        ROWS, PEOPLE.table, ROWS.c.number == PEOPLE.table.c.number
    ),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with passing(open_for_writing(tmp_path / "catalog.sqlite")) as engine:
        yield engine


def held(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(select(PEOPLE.table))]


def test_each_row_gets_what_its_number_stands_for(engine: Engine) -> None:
    people = [("Ada", "Bern"), ("Bo", "Chur")]
    with engine.begin() as connection, PEOPLE.holding(connection, people):
        found = JOINED.run(connection, [(7, 1), (8, 0), (9, 1)])

    bo, ada = ("Bo", "Chur", None), ("Ada", "Bern", None)
    assert sorted(found) == [(7, *bo), (8, *ada), (9, *bo)]


def test_nothing_is_left_for_the_next_batch(engine: Engine) -> None:
    for people in ([("Ada", "Bern"), ("Bo", "Chur")], [("Cy", "Thun")]):
        with engine.begin() as connection:
            with PEOPLE.holding(connection, people):
                assert held(connection) == [(n, *one, None) for n, one in enumerate(people)]
            assert held(connection) == []


def test_nothing_is_left_of_a_batch_that_fails(engine: Engine) -> None:
    with (
        pytest.raises(RuntimeError, match="full"),
        engine.begin() as connection,
        PEOPLE.holding(connection, [("Ada", "Bern")]),
    ):
        raise RuntimeError("full")

    with engine.begin() as connection, PEOPLE.holding(connection, [("Cy", "Thun")]):
        assert held(connection) == [(0, "Cy", "Thun", None)]


said = st.fixed_dictionaries(
    {
        "modality": st.sampled_from(["CT", "MR", "\udce4"]),
        "sop_uid": st.sampled_from(["1", "2"]),
        "windows": st.sampled_from(["40/400", ""]),
        "kvp": st.sampled_from([None, 100.0, float("inf")]),
        "rows": st.sampled_from([0, 512, 2**63]),
        "instance_number": st.sampled_from([None, 1]),
    }
).map(lambda told: Tags(**told))


@any_given(one=said, other=said)
def test_what_is_in_common_tells_headers_apart(one: Tags, other: Tags) -> None:
    told = [Pending(source("a"), Instance(tags)) for tags in (one, other)]
    first, second = (parameters.header_of(each) for each in told)

    alike = (one.modality, one.kvp, one.rows) == (other.modality, other.kvp, other.rows)
    assert (first == second) == alike
    if alike:
        assert parameters.header(first) == parameters.header(second)
