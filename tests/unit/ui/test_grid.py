import json
import re
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.types import Location, Record, Tags, Unit
from ui.search_page.answer import Shown
from ui.search_page.grid import Badge, Tile, make_tile, words
from ui.search_page.view import START, View

RECORD = Record(
    id=12,
    location=Location(Path("/archive/0412.dcm")),
    frame=0,
    tags=Tags(modality="CT", body_part="<b>HEAD"),
    indexed_at=datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
)


def test_a_tile_says_what_it_shows():
    assert make_tile(Shown(RECORD, 0.8349, percentile=99.87, rank=3), START) == Tile(
        id=12,
        src="api/thumb/12?at=1795249800",
        rank=3,
        score="0.83",
        share="99.8 %",
        standing="Better than 99.8 % of the archive",
        badges=(),
        mark="",
        caption="CT <b>HEAD",
        label="Picture 12, CT <b>HEAD, score 0.83",
    )


def test_a_picture_that_nothing_was_asked_of_has_no_score():
    tile = make_tile(Shown(replace(RECORD, tags=Tags())), START)
    assert (tile.score, tile.caption, tile.label) == ("", "", "Picture 12")
    assert (tile.share, tile.standing) == ("", "")


@pytest.mark.parametrize(
    ("percentile", "share"),
    [(0, "0.0 %"), (99.95, "99.9 %"), (99.999, "99.9 %"), (12.34, "12.3 %")],
)
def test_a_share_is_never_more_than_it_is(percentile, share):
    assert make_tile(Shown(RECORD, 0.5, percentile=percentile), START).share == share


def test_a_picture_indexed_again_has_another_address():
    later = replace(RECORD, indexed_at=datetime(2026, 11, 21, 8, 30, 1, tzinfo=UTC))
    assert make_tile(Shown(later), START).src != make_tile(Shown(RECORD), START).src


def test_a_picture_that_stands_for_others_says_so():
    tile = make_tile(Shown(RECORD, 0.5, copies=2, near=1, more=14), View(unit=Unit.STUDY))
    assert tile.badges == (
        Badge("×3", "2 more with the same pixels"),
        Badge("~1", "1 near-duplicate"),
        Badge("+14", "14 more of its study"),
    )
    assert tile.label == (
        "Picture 12, CT <b>HEAD, score 0.50, 2 more with the same pixels, 1 near-duplicate, "
        "14 more of its study"
    )


def test_a_judged_picture_is_marked():
    assert make_tile(Shown(RECORD), View(liked=(12,))).mark == "liked"
    assert make_tile(Shown(RECORD), View(disliked=(12,))).mark == "disliked"


def test_neither_path_nor_tags_beyond_the_caption_reach_the_browser():
    tile = make_tile(Shown(RECORD, 0.5), START)
    assert "archive" not in json.dumps(asdict(replace(tile, standing="")))
    told = {"id", "src", "rank", "score", "share", "standing", "badges", "mark", "caption", "label"}
    assert set(asdict(tile)) == told


def test_every_text_that_the_browser_asks_for_is_there():
    assets = Path(__file__).parents[3] / "ui" / "assets"
    modules = [*(assets / "grid").glob("*.js"), assets / "shared" / "boards.js"]
    asked = {name for each in modules for name in re.findall(r"words\.(\w+)", each.read_text())}
    acts = {"similar", "open", "liked", "disliked", "keep"}
    assert asked | acts == set(words())
