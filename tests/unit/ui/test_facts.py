from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.types import Location, Record, Tags
from ui.viewer.facts import facts

RECORD = Record(
    id=7,
    location=Location(Path("/archive/0412.dcm")),
    frame=2,
    tags=Tags(
        modality="CT",
        series_description="<script>alert(1)</script>",
        study_date="20190203",
        study_day=date(2019, 2, 3),
        study_time="091500.25",
        acquired_at=datetime(2019, 2, 3, 9, 16, 1, 250_000),  # noqa: DTZ001  (a scanner's clock)
        windows="40/400 ABDOMEN; 60/150 BRAIN",
        kvp=120.0,
        slice_thickness=2.5,
        row_spacing=0.703125,
        column_spacing=0.703125,
        lossy="01",
        burned_in="NO",
        sop_uid="1.2.3",
        rows=512,
        columns=400,
        frames=60,
        series_number=0,
    ),
    indexed_at=datetime(2026, 11, 21, tzinfo=UTC),
    along=-12.6875,
)


def test_what_is_stated_is_listed_in_the_words_of_people():
    assert facts(RECORD, 0.704, 2) == [
        ("Score", "0.70"),
        ("Copies", "2 more with the same pixels"),
        ("Modality", "CT"),
        ("Study day", "2019-02-03"),
        ("Study time", "09:15:00"),
        ("Series description", "<script>alert(1)</script>"),
        ("Acquired at", "2019-02-03 09:16:01"),
        ("Tube voltage", "120 kV"),
        ("Series number", "0"),
        ("Slice thickness", "2.5 mm"),
        ("Windows", "40/400 ABDOMEN; 60/150 BRAIN"),
        ("Lossy compression", "yes"),
        ("Burned-in text", "no"),
        ("Size", "400 × 512"),
        ("Pixel spacing", "0.703 × 0.703 mm"),
        ("Frame", "3 of 60"),
        ("Slice position", "-12.7 mm"),
        ("Image UID", "1.2.3"),
        ("File", "/archive/0412.dcm"),
    ]


def test_what_is_not_stated_is_left_out():
    bare = replace(RECORD, tags=Tags(), frame=0, along=None)
    assert facts(bare, None, 0) == [("File", "/archive/0412.dcm")]


def test_a_date_that_could_not_be_parsed_is_shown_as_it_stands():
    record = replace(RECORD, tags=Tags(study_date="2004", acquisition_date_time="2004"), along=None)
    assert facts(record, None, 0)[:2] == [("Study date", "2004"), ("Acquisition date time", "2004")]


@pytest.mark.parametrize(
    ("stored", "shown"), [("0915", "09:15"), ("091500", "09:15:00"), ("9h", "9h"), ("٠٩١٥", "٠٩١٥")]
)
def test_a_time_is_shown_as_on_a_clock_where_it_is_one(stored, shown):
    assert ("Study time", shown) in facts(replace(RECORD, tags=Tags(study_time=stored)), None, 0)


def test_no_tag_that_is_stated_is_lost():
    texts = {field.name: field.name for field in fields(Tags) if field.default == ""}
    shown = [value for _, value in facts(replace(RECORD, tags=Tags(**texts)), None, 0)]
    assert set(texts) <= set(shown)


def test_a_member_of_an_archive_is_named_with_its_archive():
    member = replace(RECORD, location=Location(Path("/archive/a.zip"), "1.dcm"))
    assert facts(member, None, 0)[-1] == ("File", "/archive/a.zip!/1.dcm")
