from datetime import UTC, datetime
from pathlib import Path

from core.types import Location, Record, Tags
from ui.viewer.details import facts_list, picture

PLACE = Location(Path("/archive/0412.dcm"))
RECORD = Record(7, PLACE, 2, Tags(), datetime(2026, 11, 21, tzinfo=UTC))


def test_a_script_in_a_tag_is_text():
    shown = facts_list([("Series description", "<script>alert(1)</script>")])
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_the_thumbnail_lies_under_the_large_picture():
    shown = picture(RECORD)
    assert shown.index("url(api/picture/7?") < shown.index("url(api/thumb/7?")
