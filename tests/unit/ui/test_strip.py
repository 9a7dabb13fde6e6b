from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.errors import UnknownName
from core.types import Location, Record, Tags
from search.query import ImagePart, InstancePart, Region, TextPart
from ui.search_page.asked import Held, SeriesOf
from ui.search_page.held import Typed, Upload
from ui.search_page.strip import BOX, Chip, chips, judged, weighed, without
from ui.search_page.view import View

MADE = datetime(2026, 11, 21, tzinfo=UTC)
AT = f"?at={MADE.timestamp():.0f}"
OWN = {
    "aa": Upload(ImagePart(np.zeros((1, 1, 3), np.uint8)), "data:image/webp;base64,AA", "voi-2"),
    "bb": Typed("12345678"),
}


class Snapshot:
    """Holds the pictures 1 to 9."""

    def describe(self, ids):
        if not set(ids) <= set(range(1, 10)):
            raise UnknownName("no such picture")
        return [Record(each, Location(Path("/a")), 0, Tags(), MADE) for each in ids]


def labels(view):
    return [chip.label for chip in chips(view, OWN, Snapshot())]


@pytest.mark.parametrize("view", [View(), View("chest"), View(parts=(Held("bb"),))])
def test_words_in_the_box_alone_need_no_chip(view):
    assert chips(view, OWN, Snapshot()) == ()


def test_words_in_the_box_are_a_chip_beside_others():
    view = View("chest", (TextPart("mass", -0.3),))
    assert chips(view, OWN, Snapshot()) == (Chip(BOX, "chest"), Chip(0, "mass", weight=-0.3))


def test_words_in_the_box_are_a_chip_beside_judged_pictures():
    assert labels(View("chest", liked=(2,))) == ["chest"]
    assert labels(View(parts=(Held("bb"),), disliked=(2,))) == ["12345678"]


def test_pictures_are_shown_by_their_thumbnails_and_regions_by_their_sides():
    parts = (InstancePart(3), InstancePart(4, Region(0, 0.1, 0.5, 1), -0.3), SeriesOf(5, 2.0))
    assert chips(View(parts=parts), OWN, Snapshot()) == (
        Chip(0, "Picture 3", f"api/thumb/3{AT}"),
        Chip(1, "Region of picture 4", f"api/thumb/4{AT}", (0, 0.1, 0.5, 1), -0.3),
        Chip(2, "Series of picture 5", f"api/thumb/5{AT}", weight=2.0),
    )


def test_uploads_show_their_own_thumbnail_and_held_words_themselves():
    parts = (Held("aa", Region(0, 0, 1, 0.5)), Held("bb", weight=0.5))
    assert chips(View("chest", parts), OWN, Snapshot()) == (
        Chip(BOX, "chest"),
        Chip(0, "Region of your image", "data:image/webp;base64,AA", (0, 0, 1, 0.5)),
        Chip(1, "12345678", weight=0.5),
    )


def test_what_cannot_be_asked_with_any_more_can_still_be_taken_out():
    view = View(parts=(InstancePart(99), Held("cc", weight=0.5)))
    assert chips(view, OWN, Snapshot()) == (
        Chip(0, "Picture 99", is_lost=True),
        Chip(1, "No longer held", weight=0.5, is_lost=True),
    )


def test_a_part_is_weighed_in_its_place():
    before = View("chest", (InstancePart(3), TextPart("mass"), SeriesOf(5)), page=4)
    after = View("chest", (InstancePart(3), TextPart("mass", -0.3), SeriesOf(5)))
    assert weighed(before, 1, -0.3) == after


def test_words_in_the_box_become_a_part_with_their_weight():
    before = View("chest", (InstancePart(3),), page=4)
    assert weighed(before, BOX, 0.5) == View(parts=(TextPart("chest", 0.5), InstancePart(3)))


def test_a_part_is_taken_out():
    before = View("chest", (InstancePart(3), TextPart("mass")), liked=(1,), page=4)
    assert without(before, 0) == View("chest", (TextPart("mass"),), liked=(1,))
    assert without(before, BOX) == View(parts=before.parts, liked=(1,))


def test_judged_pictures_are_one_chip_that_counts_them_and_shows_the_last():
    group = judged((1, 2, 99, 4), "More", Snapshot())
    assert (group.label, group.count) == ("More", 4)
    assert group.sources == (f"api/thumb/2{AT}", f"api/thumb/4{AT}")
    assert judged((), "More", Snapshot()) is None
