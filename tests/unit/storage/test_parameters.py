import sqlite3
from contextlib import closing
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Identity, Instance, Pending, Place, Prepared, SkipCode, Skipped, Tags
from storage import parameters
from storage.parameters import FILE, HEADER, IDENTITY, INSTANCE, PICTURE, storable
from tests.unit.storage.factories import at, axial, source

any_text = st.text(st.characters(exclude_categories=()))
any_value = st.one_of(any_text, st.integers(), st.floats(), st.none())


@given(st.text(st.characters(codec="utf-8")))
def test_good_text_is_kept(text: str) -> None:
    assert storable(text) == text


def test_lone_surrogates_are_replaced() -> None:
    assert storable("K\udce4fer") == "K?fer"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (7, 7),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (-(2**63) - 1, None),
        (0.5, 0.5),
        (float("-inf"), None),
        (float("nan"), None),
        (None, None),
        (date(2004, 2, 29), "2004-02-29"),
        (datetime(2004, 2, 29, 1, 2, 3), "2004-02-29T01:02:03"),  # noqa: DTZ001
    ],
)
def test_numbers_and_dates_become_what_sqlite_can_keep(value: object, kept: object) -> None:
    assert storable(value) == kept


@given(value=any_value)
def test_sqlite_gives_back_what_it_was_given_of_any_value(value: object) -> None:
    kept = storable(value)
    with closing(sqlite3.connect(":memory:")) as connection:
        assert connection.execute("SELECT ?", (kept,)).fetchone() == (kept,)


@given(
    texts=st.lists(any_text, min_size=3, max_size=3),
    numbers=st.lists(st.integers(), min_size=3, max_size=3),
    lengths=st.lists(st.floats(), min_size=9, max_size=9),
)
def test_whatever_a_header_holds_can_be_bound(
    texts: list[str], numbers: list[int], lengths: list[float]
) -> None:
    tags = Tags(
        modality=texts[0],
        rows=numbers[0],
        series_number=numbers[1],
        frames=numbers[2],
        kvp=lengths[0],
    )
    names = Identity(texts[0], texts[1], texts[2])
    told = Pending(
        source("a"), Instance(tags, names, Place(tuple(lengths[:6]), tuple(lengths[6:])))
    )
    skipped = Skipped(at("a"), SkipCode.CORRUPT, texts[1], numbers[0], numbers[1])

    rows = [
        parameters.header(parameters.header_of(told)),
        parameters.instance(1, told),
        parameters.identity(parameters.names_of(names)),
        parameters.skipped_file((b"a", b""), skipped),
    ]

    with closing(sqlite3.connect(":memory:")) as connection:
        for row in rows:
            connection.execute(f"SELECT {', '.join('?' * len(row))}", row)
    header = dict(zip(HEADER, rows[0], strict=True))
    assert None not in (header["modality"], header["rows"], header["frames"])
    assert len(rows[1]) == len(INSTANCE)
    assert len(rows[2]) == len(IDENTITY)
    assert len(rows[3]) == len(FILE)


def test_places_are_rounded_and_never_minus_zero() -> None:
    place = Place((1.0, -0.00001, 0.0, 0.0, 0.99996, -0.0004), (-12.34567, 0.0, 1e6 / 3))
    picture = Prepared(None, b"", 0, "", place)

    row = parameters.picture(1, 1, picture, (0, 0), 0)

    assert row[-3:] == ("1 0 0 0 1 0", "-12.346 0 333333.333", place.along)
    assert PICTURE[-3:] == ("orientation", "position", "along")
    assert parameters.picture(1, 1, Prepared(None, b"", 0, "", axial(3)), (0, 0), 0)[-1] == 3
