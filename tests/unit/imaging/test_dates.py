from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.dates import (
    age_between,
    join_date_time,
    parse_age,
    parse_date,
    parse_date_time,
    parse_time,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20040826", date(2004, 8, 26)),
        ("2004.08.26", date(2004, 8, 26)),  # ACR-NEMA
        ("20040229", date(2004, 2, 29)),
        ("18991231", date(1899, 12, 31)),
        ("22121231", date(2212, 12, 31)),  # as de-identified archives have it
    ],
)
def test_a_whole_date_is_read(text, expected):
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2004",
        "200408",
        "20040230",
        "20050229",
        "20041301",
        "20040800",
        "2004-08-26",
        "2004.8.26",
        "2004.0826",
        "20040826-20040901",
        "20040826\\20040827",
        "26082004x",
        "17991231",
        "23000101",
        "99991231",
        "00000000",
        "٢٠٠٤٠٨٢٦",
        "anonymous",
    ],
)
def test_a_part_a_range_and_junk_are_no_date(text):
    assert parse_date(text) is None


@given(st.dates(date(1800, 1, 1), date(2299, 12, 31)))
def test_every_date_is_read_as_it_was_written(day):
    assert parse_date(f"{day.year:04}{day.month:02}{day.day:02}") == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07", time(7)),
        ("0730", time(7, 30)),
        ("073059", time(7, 30, 59)),
        ("073059.5", time(7, 30, 59, 500_000)),
        ("073059.000012", time(7, 30, 59, 12)),
        ("073059.1234567", time(7, 30, 59, 123_456)),
        ("07:30:59", time(7, 30, 59)),  # ACR-NEMA
        ("235960", time(23, 59, 59)),  # a leap second
    ],
)
def test_a_time_is_read(text, expected):
    assert parse_time(text) == expected


@pytest.mark.parametrize("text", ["", "7", "24", "0760", "073061", "0730-0800", "noon", "07305"])
def test_what_is_no_time_is_none(text):
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20040826", datetime.fromisoformat("2004-08-26T00:00:00")),
        ("2004082607", datetime.fromisoformat("2004-08-26T07:00:00")),
        ("20040826073059.25", datetime.fromisoformat("2004-08-26T07:30:59.250000")),
        ("20040826073059+0200", datetime.fromisoformat("2004-08-26T07:30:59")),
        ("20040826073059.25-0500", datetime.fromisoformat("2004-08-26T07:30:59.250000")),
        ("2004", None),
        ("200408", None),
        ("20040826 073059", None),
        ("20040826256161", None),
        ("", None),
    ],
)
def test_a_date_time_is_that_of_the_clock_of_the_scanner(text, expected):
    assert parse_date_time(text) == expected


def test_a_date_and_a_time_make_a_date_time():
    assert join_date_time("20040826", "073059.5") == "20040826073059.5"
    assert join_date_time("2004.08.26", "07:30") == "200408260730"
    assert join_date_time("20040826", "") == "20040826"
    assert join_date_time("", "0730") == ""


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("000D", 0),
        ("012D", 12),
        ("010W", 70),
        ("003M", 91),  # 3 * 30.436875 = 91.31
        ("042Y", 15_340),  # 42 * 365.2425 = 15340.185
        ("42Y", 15_340),
        ("042y", 15_340),
    ],
)
def test_an_age_is_read_in_days(text, days):
    assert parse_age(text) == days


@pytest.mark.parametrize("text", ["", "42", "042", "Y", "-42Y", "4.2Y", "0042Y", "042Y1", "old"])
def test_what_is_no_age_is_none(text):
    assert parse_age(text) is None


@pytest.mark.parametrize(
    ("birth", "day", "days"),
    [
        (date(2000, 1, 1), date(2000, 1, 31), 30),
        (date(2000, 1, 1), date(2000, 1, 1), 0),
        (date(2000, 1, 2), date(2000, 1, 1), None),
        (date(1800, 1, 1), date(2000, 1, 1), None),
        (None, date(2000, 1, 1), None),
        (date(2000, 1, 1), None, None),
    ],
)
def test_an_age_lies_between_birth_and_a_long_life(birth, day, days):
    assert age_between(birth, day) == days
