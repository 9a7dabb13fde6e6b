"""The page of evaluations: figures, the pictures behind them, and the search that they are of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from evaluation.answers import Plan
from evaluation.bootstrap import Resampling
from evaluation.evaluating import evaluate
from evaluation.index_recall import Built
from evaluation.text_queries import TextQuery
from evaluation.truth import truth_of
from evaluation.truth_tags import by_tags
from radseek.evaluating import Measured
from radseek.past_evaluations import keep
from radseek.settings import Settings
from storage.keys import Key
from storage.reader import CollectionReader
from tests.browser.axe import serious
from tests.browser.conftest import serving
from tests.fakes import ColourEncoder

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def evaluated(many: Path) -> Path:
    """The home of many pictures, evaluated twice: the second time nobody was asked in words."""
    with CollectionReader.open(many, "many") as reader:
        snapshot = reader.snapshot()
        known = by_tags(snapshot, ["modality"], ())
        truth = truth_of(snapshot.ids, known, snapshot.keys(Key.PIXELS)[known.places])
        for name, texts in (("With words", ["ct", "mr"]), ("Pictures alone", [])):
            measured = evaluate(
                snapshot,
                truth,
                [TextQuery(text, text) for text in texts],
                ColourEncoder().embed_texts(texts),
                Plan(resampling=Resampling(100)),
                Built("flat", 1.0, 1.0),
            )
            keep(
                Settings(home=many, collection="many"),
                Measured(measured, snapshot.sequence, reader.card),
                name,
            )
    return many


@pytest.fixture(scope="module")
def served(evaluated: Path) -> Iterator[str]:
    with serving(evaluated, "many") as address:
        yield address


def test_figures_lead_to_the_pictures_behind_them_and_to_their_search(page: Page, served: str):
    page.goto(served)
    page.get_by_role("link", name="Evaluate").click()
    expect(page.get_by_role("table", name="Pictures ask")).to_be_visible()
    expect(page.get_by_role("table", name="Words ask")).to_have_count(0)

    page.get_by_test_id("stSelectbox").first.click()
    page.get_by_role("option", name="With words").click()
    words = page.get_by_role("table", name="Words ask")
    expect(words.get_by_role("row", name="All labels")).to_be_visible()
    expect(words.get_by_text("chance 0.1").first).to_be_visible()

    words.get_by_role("button", name="ct", exact=True).click()
    expect(page.get_by_role("heading", name="ct", exact=True)).to_be_visible()
    tiles = page.get_by_role("list", name="Pictures").get_by_role("listitem")
    expect(tiles.first).to_be_visible()
    assert serious(page) == []

    tiles.first.hover()
    tiles.first.get_by_role("button", name="Details of picture").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_text("Pictures with it").click()
    page.get_by_text("Find others worst").click()
    page.wait_for_url(lambda url: "group=misses" in url and "label=ct" in url)
    tiles.first.get_by_role("button").first.click()
    page.wait_for_url(lambda url: "/evaluate" not in url and "part=" in url)
    expect(page.get_by_text("Nearest").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="ct", exact=True)).to_be_visible()

    page.get_by_text("“ct”").click()
    page.get_by_role("link", name="Open this search").click()
    page.wait_for_url(lambda url: "q=ct" in url)
