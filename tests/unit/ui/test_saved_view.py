"""What of a view may be saved, and where a saved search leads when ids have changed."""

from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest

from core.errors import InvalidRequest
from search.query import InstancePart, Region, TextPart
from storage.contents import Content
from storage.identifiers import Naming
from storage.saved_searches import SavedSearch
from ui.boards.saved_view import address_to_save, contents_asked_with, news_of, view_of
from ui.search_page.asked import Held, SeriesOf
from ui.search_page.view import View

RED, BLUE = Content("0a" * 32, 0), Content("0b" * 32, 3)


def snapshot(**ids):
    """A collection that has these contents under these ids, and a patient called Quill7."""
    known = {RED: ids.get("red"), BLUE: ids.get("blue")}
    return SimpleNamespace(
        named=lambda namings, text: (Naming.PATIENT, []) if text == "Quill7" else None,
        contents=lambda wanted: [{1: RED, 2: BLUE}[one] for one in wanted],
        holding=lambda wanted: {one: known[one] for one in wanted if known[one] is not None},
    )


def saved(address, **contents):
    at = datetime(2026, 11, 21, 20, 43, 10, tzinfo=UTC)
    return SavedSearch("x", address, contents.get("contents", {}), 9, 4, at)


def test_a_view_is_saved_from_its_first_page_on():
    view = View("effusion", where=(), filter="age>=40", page=3)
    assert parse_qs(address_to_save(view, snapshot())) == {"q": ["effusion"], "where": ["age>=40"]}
    assert view_of(saved(address_to_save(view, snapshot())), snapshot()) == View(
        "effusion", filter="age>=40"
    )


@pytest.mark.parametrize(
    ("view", "why"),
    [
        (View(parts=(Held("0" * 16),)), "stay in this session"),
        (View("Quill7"), "may name a patient"),
        (View("1.2.826.0.1.3680043"), "may name a patient"),
        (View("chest", parts=(TextPart("Quill7", -0.3),)), "may name a patient"),
        (View("effusion of Quill7"), "may name a patient"),
    ],
)
def test_what_may_name_somebody_is_not_saved(view, why):
    with pytest.raises(InvalidRequest, match=why) as caught:
        address_to_save(view, snapshot())
    assert "Quill" not in str(caught.value)


def test_pictures_are_found_again_by_what_they_are_of():
    view = View(parts=(InstancePart(1, Region(0, 0, 0.5, 0.5), 0.5), SeriesOf(2)), liked=(2,))
    address, contents = address_to_save(view, snapshot()), contents_asked_with(view, snapshot())
    assert contents == {1: RED, 2: BLUE}
    later = view_of(saved(address, contents=contents), snapshot(red=71, blue=72))
    assert later == View(
        parts=(InstancePart(71, Region(0, 0, 0.5, 0.5), 0.5), SeriesOf(72)), liked=(72,)
    )


def test_a_picture_that_has_gone_is_told_and_not_taken_for_another():
    view = View(disliked=(1,), liked=(2,))
    kept = saved(address_to_save(view, snapshot()), contents=contents_asked_with(view, snapshot()))
    with pytest.raises(InvalidRequest, match="not in the collection now"):
        view_of(kept, snapshot(blue=72))


@pytest.mark.parametrize(
    ("filter_", "wanted"),
    [
        ("", "indexed>2026-11-21T20:43:10"),
        ("sex=F or age>=40", "(sex=F or age>=40) and indexed>2026-11-21T20:43:10"),
    ],
)
def test_news_are_what_was_indexed_since(filter_, wanted):
    assert news_of(saved("q=x"), View("x", filter=filter_)).filter == wanted
