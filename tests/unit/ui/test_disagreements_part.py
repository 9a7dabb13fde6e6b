"""What is listed where tags and pixels disagree."""

from datetime import UTC, datetime
from pathlib import Path

from core.types import Location, Record, Tags
from search.labels.disagreements import Comparison, Judgement
from storage.label_sets import KeptSet, Label, LabelSet
from ui.explore_page.disagreements import (
    ALL,
    TAGS,
    UNSTATED,
    judged,
    notes,
    pairings,
    pairs,
    tile_of,
)
from ui.search_page.answer import Shown

AT = datetime(2026, 1, 1, tzinfo=UTC)
HEAD = Judgement(1, 3, "HEAD", "head", "chest", 0.9)
KNEE = Judgement(2, 1, "Knee", "knee", "hand", 0.8)
NOTHING = Judgement(3, 1, "", "", "hand", 0.7)
COMPARED = Comparison((HEAD, KNEE), (NOTHING,), 5, {"ELBOW": 2}, 4)


class Sets:
    def __init__(self, *sets):
        self._sets = [KeptSet(n, each, AT) for n, each in enumerate(sets)]

    def label_sets(self):
        return self._sets


def test_sets_are_compared_with_the_tags_that_they_speak_of():
    two = LabelSet("two", (Label("CT", group="modality"), Label("big", group="size")))
    one = LabelSet("one", (Label("a"), Label("b")))
    none = LabelSet("none", (Label("a", group="x"), Label("b", group="y")))
    each = LabelSet("each", (Label("a"),), multilabel=True)

    found = pairings(Sets(two, one, none, each))

    assert found == [("two", "modality"), *(("one", tag) for tag in TAGS)]


def test_what_is_listed_is_chosen_by_what_is_said_and_seen():
    assert list(pairs(COMPARED)) == [ALL, "head>chest", "knee>hand", UNSTATED]
    assert judged(COMPARED, "knee>hand") == [KNEE]
    assert judged(COMPARED, UNSTATED) == (NOTHING,)
    assert judged(COMPARED, "gone>now") == judged(COMPARED, ALL) == (HEAD, KNEE)


def test_a_tile_says_what_the_tag_and_the_pixels_say():
    record = Record(1, Location(Path("/a.dcm")), 0, Tags(), AT)

    tile = tile_of(Shown(record), HEAD)

    assert (tile.score, [badge.text for badge in tile.badges]) == ("90%", ["HEAD → chest", "×3"])
    assert tile.label.endswith("The tag says HEAD, the pixels look like chest")
    assert tile_of(Shown(record), NOTHING).badges[0].text == "not stated → hand"


def test_what_is_left_out_is_said():
    lines = notes(COMPARED)
    assert "4 pictures are not labelled yet: run `radseek label`." in lines
    assert "2 series have a value of the tag that no label of the set means." in lines
    assert len(notes(Comparison((), (), 1, {}, 0))) == 1
