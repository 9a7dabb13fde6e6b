"""The map of a collection: looked through, selected from, and with the hits of a search."""

import re
from collections.abc import Iterator

import pytest
from browser.axe import serious
from browser.servers import serving
from playwright.sync_api import Page, expect

from radseek.mapping import map_collection
from radseek.settings import Settings
from storage.embedding_map import EmbeddingMap, MapMethod

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SELECTED = re.compile(r"^(\d+) pictures? (is|are) selected$")


@pytest.fixture(scope="module")
def mapped(many) -> EmbeddingMap:
    """The map of the collection "many"."""
    settings = Settings(home=many, collection="many")
    return map_collection(settings, 1000, MapMethod.PCA, lambda _: None)


@pytest.fixture(scope="module")
def explore_address(many, mapped) -> Iterator[str]:
    with serving(many, "many") as served:
        yield f"{served}/explore"


def open_map(page: Page, address: str, count: int) -> None:
    page.goto(address)
    expect(page.locator(".field")).to_have_attribute("data-points", str(count))


def drag(page: Page, *shares: tuple[float, float]) -> None:
    """Drag over the map through places that are shares of its width and height."""
    box = page.locator("canvas.over").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def number_selected(page: Page) -> int:
    told = page.get_by_text(SELECTED)
    expect(told).to_be_visible()
    found = SELECTED.match(told.inner_text())
    assert found is not None
    return int(found[1])


def test_an_area_is_selected_opened_and_comes_back(page, explore_address, mapped):
    count = len(mapped.ids)
    open_map(page, explore_address, count)
    page.get_by_role("button", name="Box", exact=True).click()
    drag(page, (0.5, 0.01), (0.99, 0.99))
    right = int((mapped.points[:, 0] > 0).sum())
    assert abs(number_selected(page) - right) <= 3  # a pixel is some pictures wide
    shown = number_selected(page)
    expect(page.locator(".cell")).to_have_count(min(60, shown))
    assert serious(page) == []

    page.reload()
    assert number_selected(page) == shown
    page.get_by_role("button", name=re.compile("^CT")).click()
    expect(page.get_by_role("button", name=re.compile("^CT"))).to_have_attribute(
        "aria-pressed", "false"
    )
    expect(page.get_by_text(f"{shown} pictures are selected")).to_have_count(0)
    assert 0 < number_selected(page) < shown

    page.locator(".cell .tile").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("canvas.over").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Select an area of the map")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text(SELECTED)).to_be_visible()


def test_a_point_says_what_it_is_and_opens(page, explore_address, mapped):
    open_map(page, explore_address, len(mapped.ids))
    left = mapped.ids[mapped.points[:, 0].argmin()]
    x, y = mapped.points[mapped.points[:, 0].argmin()].tolist()
    box = page.locator("canvas.over").bounding_box()
    half = min(box["width"], box["height"]) / 2 * 0.94
    at = box["x"] + box["width"] / 2 + x * half, box["y"] + box["height"] / 2 - y * half
    page.mouse.move(*at)
    expect(page.locator(".tip")).to_contain_text(f"Picture {left}")
    expect(page.locator(".tip img")).to_be_visible()


def test_a_search_is_lit_and_goes_on_from_a_hit(page, explore_address, mapped):
    base = explore_address.removesuffix("/explore")
    page.goto(f"{base}/?q=red")
    page.get_by_role("link", name="On the map").click()
    expect(page.get_by_text("The first 200 hits are lit, 200 of them on the map")).to_be_visible()
    first = page.locator(".cell").first
    picture = first.get_attribute("data-id")
    first.locator(".tile").click()
    expect(page).to_have_url(re.compile(f"part=picture%3A{picture}"))
    expect(page.locator(".cell").first).not_to_have_attribute("data-id", picture or "")
    page.get_by_role("link", name="To the search").click()
    expect(page.get_by_text(re.compile("^Nearest 60 of"))).to_be_visible()


def test_a_near_pair_is_looked_at_side_by_side_and_kept(page, explore_address, mapped):
    page.goto(explore_address)
    page.get_by_test_id("stButtonGroup").get_by_text("Copies").click()
    group = page.get_by_role("listitem").filter(has_text="Cosine").first
    expect(group.get_by_text("Patient B")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Cosine")).to_have_count(
        min(60, len(mapped.near.pairs))
    )
    assert serious(page) == []
    group.get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog")
    for picture in mapped.near.pairs[0].tolist():
        expect(dialog.get_by_text(f"Picture {picture}").first).to_be_visible()
    page.keyboard.press("Escape")
    group.get_by_role("button", name="Keep on a board").click()
    page.get_by_placeholder("New board").fill("twins")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 pictures are new on twins")).to_be_visible()
