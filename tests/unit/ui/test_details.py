from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.types import Record, Tags
from ui.parts.details import facts, facts_list, picture

RECORD = Record(
    id=7,
    path=Path("/archive/0412.dcm"),
    frame=2,
    tags=Tags(
        modality="CT",
        series_description="<script>alert(1)</script>",
        sop_uid="1.2.3",
        rows=512,
        columns=400,
        frames=60,
        series_number=0,
    ),
    indexed_at=datetime(2026, 11, 21, tzinfo=UTC),
)


def test_what_is_stated_is_listed_in_order():
    assert facts(RECORD, 0.704) == [
        ("Score", "0.70"),
        ("Modality", "CT"),
        ("Series description", "<script>alert(1)</script>"),
        ("Series number", "0"),
        ("SOP UID", "1.2.3"),
        ("Size", "400 \u00d7 512"),
        ("Frame", "3 of 60"),
        ("File", "/archive/0412.dcm"),
    ]


def test_what_is_not_stated_is_left_out():
    bare = replace(RECORD, tags=Tags(), frame=0)
    assert facts(bare, None) == [("File", "/archive/0412.dcm")]


def test_a_script_in_a_tag_is_text():
    shown = facts_list(facts(RECORD, None))
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_the_thumbnail_lies_under_the_large_picture():
    shown = picture(RECORD)
    assert shown.index("url(api/picture/7?") < shown.index("url(api/thumb/7?")
