from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.types import Location, Record, Tags
from ui.viewer.facts import GROUPS, MADE, PARSED, facts
from ui.viewer.words import facts_words

RECORD = Record(
    id=7,
    location=Location(Path("/archive/DOE/0412.dcm")),
    frame=2,
    tags=Tags(
        modality="CT",
        series_description="<script>alert(1)</script>",
        study_date="20190203",
        study_day=date(2019, 2, 3),
        study_time="091500.25",
        acquired_at=datetime(2019, 2, 3, 9, 16, 1, 250_000),  # noqa: DTZ001  (a scanner's clock)
        windows="40/400 ABDOMEN; 60/150 BRAIN",
        patient_age="063Y",
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


def test_what_is_stated_is_listed_in_groups():
    assert facts(RECORD) == {
        "study": [("study_date", "2019-02-03"), ("study_time", "09:15:00")],
        "series": [
            ("modality", "CT"),
            ("series_description", "<script>alert(1)</script>"),
            ("series_number", "0"),
        ],
        "image": [
            ("frame", "3 / 60"),
            ("along", "-12.7 mm"),
            ("size", "400 × 512"),
            ("spacing", "0.703 × 0.703 mm"),
            ("slice_thickness", "2.5 mm"),
            ("acquisition_date_time", "2019-02-03 09:16:01"),
            ("windows", "40/400 ABDOMEN; 60/150 BRAIN"),
            ("lossy", "yes"),
            ("burned_in", "no"),
            ("sop_uid", "1.2.3"),
        ],
        "patient": [("patient_age", "63Y")],
        "scanner": [("kvp", "120 kV")],
        "file": [("indexed_at", "2026-11-21 00:00 UTC")],
    }


def test_what_is_not_stated_is_left_out_and_a_path_may_name_somebody():
    bare = replace(RECORD, tags=Tags(), frame=0, along=None)
    assert facts(bare) == {"file": [("indexed_at", "2026-11-21 00:00 UTC")]}


def test_a_date_that_could_not_be_parsed_is_shown_as_it_stands():
    record = replace(RECORD, tags=Tags(study_date="2004", acquisition_date_time="2004"), along=None)
    assert facts(record)["study"] == [("study_date", "2004")]
    assert facts(record)["image"] == [("acquisition_date_time", "2004")]


@pytest.mark.parametrize(
    ("stored", "shown"), [("0915", "09:15"), ("091500", "09:15:00"), ("9h", "9h"), ("٠٩١٥", "٠٩١٥")]
)
def test_a_time_is_shown_as_on_a_clock_where_it_is_one(stored, shown):
    assert facts(replace(RECORD, tags=Tags(study_time=stored)))["study"] == [("study_time", shown)]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("063Y", "63Y"), ("004M", "4M"), ("000D", "0D"), ("old", "old"), ("Y", "Y")],
)
def test_an_age_is_shown_without_its_zeros(stored, shown):
    shown_facts = facts(replace(RECORD, tags=Tags(patient_age=stored)))
    assert shown_facts["patient"] == [("patient_age", shown)]


def test_no_tag_is_lost_and_each_has_a_title():
    named = {name for names in GROUPS.values() for name in names}
    joined = {"rows", "columns", "frames", "age_days", "row_spacing", "column_spacing"}
    assert set(Tags._fields) - joined - set(PARSED.values()) <= named
    assert named - set(MADE) <= set(Tags._fields)
    assert {*named, *GROUPS} <= set(facts_words())
