"""Moving through pictures, marking them and picking them out."""

import re

import pytest
from fakes import ColourEncoder
from playwright.sync_api import Locator, Page, expect

from search.query import by_text
from search.request import Request
from search.searcher import Searcher
from storage.reader import CollectionReader

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = 30_000  # ms; the machine may be busy


@pytest.fixture
def grid(page, many_address):
    """The page with the first pictures of a search among many."""
    page.set_default_timeout(WAIT)
    page.goto(f"{many_address}/?q=red&k=24")
    expect_loaded(page, 24)
    return page


@pytest.fixture(scope="session")
def by_red(many):
    """All pictures by their nearness to red, and the rank from which on that looks like chance."""
    with CollectionReader.open(many, "many") as reader:
        found = Searcher(reader, ColourEncoder, lambda _: None).search(Request(by_text("red"), 240))
    return [hit.record.id for hit in found.hits], found.noise_from


def expect_loaded(page: Page, count: int) -> None:
    expect(page.locator(".cell.loaded")).to_have_count(count, timeout=WAIT)


def shown(page: Page) -> list[int]:
    return page.locator(".cell").evaluate_all("cells => cells.map(cell => Number(cell.dataset.id))")


def tile(page: Page, picture: int) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^Picture {picture}\b.*Find similar$"))


def scrolled(page: Page) -> float:
    return page.get_by_test_id("stMain").evaluate("element => element.scrollTop")


def test_pages_follow_each_other_and_back_returns_to_the_place_that_was_left(grid, by_red):
    order, _ = by_red
    assert shown(grid) == order[:24]
    expect(grid.get_by_role("button", name="Previous")).to_be_disabled()
    grid.set_viewport_size({"width": 420, "height": 500})
    tile(grid, order[20]).focus()
    left_at = scrolled(grid)
    grid.keyboard.press("]")
    expect(grid.get_by_text("Nearest 25–48 of 240")).to_be_attached(timeout=WAIT)
    expect(tile(grid, order[24])).to_be_attached()
    assert shown(grid) == order[24:48]
    assert (left_at > 0, scrolled(grid)) == (True, 0)
    expect(grid).to_have_url(re.compile("page=2"))
    grid.go_back()
    expect(tile(grid, order[20])).to_be_focused(timeout=WAIT)
    assert (shown(grid), scrolled(grid)) == (order[:24], left_at)


def test_a_picture_without_a_thumbnail_says_so(page, many_address):
    header = b"[" + b",".join([b"0"] * 24) + b"]"
    answer = len(header).to_bytes(4, "little") + header
    page.route("**/api/thumbs*", lambda route: route.fulfill(body=answer))
    page.goto(f"{many_address}/?q=red&k=24")
    expect(page.locator(".cell.missing")).to_have_count(24, timeout=WAIT)
    shown = page.locator(".tile").first.evaluate(
        "tile => getComputedStyle(tile, '::after').content"
    )
    assert shown == '"no thumbnail"'


def test_the_last_page_leads_back_alone(page, many_address, by_red):
    page.goto(f"{many_address}/?q=red&k=24&page=10")
    expect_loaded(page, 24)
    assert shown(page) == by_red[0][216:]
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_text("Nearest 193–216 of 240")).to_be_visible(timeout=WAIT)


def test_a_line_says_from_where_on_it_looks_like_chance(page, many_address, by_red):
    _, noise_from = by_red
    number = -(-noise_from // 24)
    page.goto(f"{many_address}/?q=red&k=24&page={number}")
    expect_loaded(page, 24)
    line = page.locator(".grid > .line")
    expect(line).to_contain_text("looks like chance")
    children = page.locator(".grid").evaluate(
        "grid => [...grid.children].map(each => each.className)"
    )
    at = noise_from - 1 - 24 * (number - 1)
    assert [name.startswith("line") for name in children].index(True) == at
    dimmed = page.locator(".cell.chance")
    expect(dimmed).to_have_count(24 - at if at else 0)
    line.get_by_text("Why?").click()
    expect(line).to_contain_text("sample of the collection")


def test_keys_move_by_tile_row_screen_and_to_the_ends(grid, by_red):
    order, _ = by_red
    columns = grid.locator(".cell").evaluate_all(
        "cells => cells.filter(cell => cell.offsetTop === cells[0].offsetTop).length"
    )
    tile(grid, order[0]).focus()
    steps = {"ArrowRight": 1, "ArrowDown": 1 + columns, "ArrowUp": 1, "ArrowLeft": 0, "End": 23}
    for key, place in {**steps, "Home": 0}.items():
        grid.keyboard.press(key)
        expect(tile(grid, order[place])).to_be_focused()
    grid.set_viewport_size({"width": 420, "height": 500})
    grid.keyboard.press("PageDown")
    expect(tile(grid, order[0])).not_to_be_focused()
    grid.keyboard.press("PageUp")
    expect(tile(grid, order[0])).to_be_focused()


def test_a_judged_picture_is_marked_and_can_be_taken_back(grid, by_red):
    order, _ = by_red
    tile(grid, order[2]).focus()
    grid.keyboard.press("+")
    expect(grid).to_have_url(re.compile(rf"liked={order[2]}\b"))
    grid.go_back()
    expect(grid).not_to_have_url(re.compile("liked="))
    tile(grid, order[3]).hover()
    grid.get_by_role("button", name=f"Less like picture {order[3]}").click()
    expect(grid).to_have_url(re.compile(rf"disliked={order[3]}\b"))


def test_picked_pictures_stay_picked_while_one_searches_on(grid, by_red):
    order, _ = by_red
    tile(grid, order[0]).focus()
    grid.keyboard.press("x")
    bar = grid.get_by_role("toolbar", name="Selected pictures")
    expect(bar).to_contain_text("1 selected")
    expect(bar.get_by_role("button", name="Compare")).to_be_disabled()
    tile(grid, order[2]).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 selected")
    tile(grid, order[1]).hover()
    grid.get_by_role("button", name=f"Select picture {order[1]}").click()
    expect(bar).to_contain_text("2 selected")
    grid.keyboard.press("]")
    expect(grid.get_by_text("Nearest 25–48 of 240")).to_be_visible(timeout=WAIT)
    expect(bar).to_contain_text("2 selected")
    grid.evaluate("""() => window.addEventListener("radseek:compare", (event) => {
        window.asked = event.detail.ids;
        event.preventDefault();
        event.stopImmediatePropagation(); // the viewer has journeys of its own
    }, { capture: true })""")
    bar.get_by_role("button", name="Compare").click()
    assert grid.evaluate("window.asked") == [order[0], order[2]]
    bar.get_by_role("button", name="Clear").click()
    expect(bar).not_to_be_visible()


def test_pictures_are_kept_on_a_board_that_filters(grid, by_red):
    order, _ = by_red
    tile(grid, order[1]).focus()
    grid.keyboard.press("b")
    menu = grid.get_by_role("dialog", name="Keep on a board")
    menu.get_by_label("New board").fill("To ask")
    grid.keyboard.press("Enter")
    expect(grid.get_by_text("1 picture is new on To ask")).to_be_visible(timeout=WAIT)
    expect(menu).to_have_count(0)
    expect(tile(grid, order[1])).to_be_focused()
    boards = grid.locator('[data-facet="in"]')
    boards.locator("summary").click()
    boards.get_by_role("checkbox", name="To ask 1").click()
    expect(grid.get_by_text("Nearest 1 of 1")).to_be_visible(timeout=WAIT)
    assert shown(grid) == [order[1]]


def test_the_size_of_the_tiles_keeps_the_place(grid, by_red):
    order, _ = by_red
    tile(grid, order[5]).focus()
    grid.get_by_role("radio", name="L", exact=True).click()
    expect(grid.locator(".grid")).to_have_attribute("data-density", "large")
    expect(grid).to_have_url(re.compile("density=large"))
    expect(tile(grid, order[5])).to_have_attribute("tabindex", "0")


def test_one_hit_for_each_study_counts_the_others(grid):
    grid.get_by_text("Study", exact=True).click()
    expect(grid).to_have_url(re.compile("by=study"))
    expect(grid.locator(".badge").first).to_have_text("+1")
    expect(grid.locator(".tile").first).to_have_attribute(
        "aria-label", re.compile("1 more of its study")
    )


def test_scores_say_what_they_are_better_than(grid, by_red):
    order, _ = by_red
    tile(grid, order[0]).hover()
    share = tile(grid, order[0]).locator(".share")
    expect(share).to_have_text(re.compile(r"^\d\d?\.\d %$"))
    expect(share).to_have_attribute("title", re.compile("^Better than .* % of the archive$"))


def test_behind_the_last_page_one_can_turn_back(page, many_address):
    page.set_default_timeout(WAIT)
    page.goto(f"{many_address}/?q=red&k=24&page=11")
    expect(page.get_by_text("Nearest 0 of 240")).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_text("Nearest 217–240 of 240")).to_be_visible(timeout=WAIT)


def test_a_search_that_takes_long_leaves_what_is_there(grid, by_red):
    """The old pictures stay until the new ones come, and nothing dims them."""
    order, _ = by_red
    grid.evaluate("""() => {
        window.fewest = 24;
        const roots = [...document.querySelectorAll("*")].map((each) => each.shadowRoot);
        const cells = roots.find((each) => each?.querySelector(".grid")).querySelector(".grid");
        new MutationObserver(() => {
            window.fewest = Math.min(window.fewest, cells.querySelectorAll(".cell").length);
        }).observe(cells, { childList: true });
    }""")
    tile(grid, order[4]).click()
    expect(grid.get_by_text("Nearest 24 of 238")).to_be_visible(timeout=WAIT)
    expect_loaded(grid, 24)
    assert grid.evaluate("window.fewest") == 24
