import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from core.types import Location, Record, Tags
from ui.search_page.answer import Shown
from ui.search_page.grid import Tile, make_tile

RECORD = Record(
    id=12,
    location=Location(Path("/archive/0412.dcm")),
    frame=0,
    tags=Tags(modality="CT", body_part="<b>HEAD"),
    indexed_at=datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
)


def test_a_tile_says_what_it_shows():
    assert make_tile(Shown(RECORD, 0.8349)) == Tile(
        id=12,
        src="api/thumb/12?at=1795249800",
        score="0.83",
        badge="",
        caption="CT <b>HEAD",
        label="Picture 12, CT <b>HEAD, score 0.83",
    )


def test_a_picture_that_nothing_was_asked_of_has_no_score():
    tile = make_tile(Shown(replace(RECORD, tags=Tags())))
    assert (tile.score, tile.caption, tile.label) == ("", "", "Picture 12")


def test_a_picture_indexed_again_has_another_address():
    later = replace(RECORD, indexed_at=datetime(2026, 11, 21, 8, 30, 1, tzinfo=UTC))
    assert make_tile(Shown(later)).src != make_tile(Shown(RECORD)).src


def test_a_picture_that_stands_for_others_says_so():
    tile = make_tile(Shown(RECORD, 0.5, copies=2))
    assert tile.badge == "×3"
    assert tile.label == "Picture 12, CT <b>HEAD, score 0.50, 2 more with the same pixels"


def test_neither_path_nor_tags_beyond_the_caption_reach_the_browser():
    told = json.dumps(asdict(make_tile(Shown(RECORD, 0.5))))
    assert "archive" not in told
    assert set(json.loads(told)) == {"id", "src", "score", "badge", "caption", "label"}
