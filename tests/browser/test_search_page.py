"""What a person sees and does on the page, in a real browser."""

import re

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOT_FOR_DIAGNOSIS = "Not a medical device. Not for diagnosis."
BY_RED = ("red", "rust", "grey", "navy", "blue", "green")  # blue and green are equal: by id
LIKE_BLUE = ("navy", "grey", "rust", "green", "red")


def search(page: Page, words: str) -> None:
    box = page.get_by_label("Search by words")
    box.fill(words)
    box.press("Enter")


def tile(page: Page, picture: int) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^Picture {picture}\b.*Find similar$"))


def expect_shown(page: Page, pictures: list[int]) -> None:
    """Wait until exactly these tiles are there, in this order, with their thumbnails."""
    expect(page.locator(".cell.loaded")).to_have_count(len(pictures))
    for place, picture in enumerate(pictures):
        starts = re.compile(rf"^Picture {picture}\b")
        expect(page.locator(".tile").nth(place)).to_have_attribute("aria-label", starts)


@pytest.fixture
def named(ids):
    """The ids of pictures by their names."""
    return lambda *names: [ids[name] for name in names]


def test_words_find_pictures_and_a_click_finds_their_neighbours(page, address, ids, named):
    page.goto(address)
    search(page, "red")
    expect_shown(page, named(*BY_RED))
    expect(page.get_by_text("Nearest 6 of 6")).to_be_visible()
    tile(page, ids["blue"]).click()
    expect_shown(page, named(*LIKE_BLUE))
    page.get_by_role("button", name=f"Remove Picture {ids['blue']}").click()
    expect_shown(page, sorted(ids.values(), reverse=True))


def test_back_and_forward_go_from_query_to_query(page, address, ids, named):
    page.goto(address)
    search(page, "red")
    expect_shown(page, named(*BY_RED))
    tile(page, ids["blue"]).click()
    expect_shown(page, named(*LIKE_BLUE))
    page.go_back()
    expect_shown(page, named(*BY_RED))
    page.go_back()
    expect(page.get_by_label("Search by words")).to_have_value("")
    page.go_forward()
    expect(page.get_by_label("Search by words")).to_have_value("red")
    expect_shown(page, named(*BY_RED))


def test_back_returns_to_the_place_that_was_left(page, address, ids, named):
    page.set_viewport_size({"width": 420, "height": 300})
    scrolled = page.get_by_test_id("stMain")
    page.goto(f"{address}/?q=red")
    expect_shown(page, named(*BY_RED))
    tile(page, ids["green"]).focus()
    left_at = tile(page, ids["green"]).bounding_box()["y"]
    assert scrolled.evaluate("element => element.scrollTop") > 0
    page.keyboard.press("s")
    expect(page.get_by_text("Nearest 5 of 5")).to_be_visible()
    assert scrolled.evaluate("element => element.scrollTop") == 0
    page.go_back()
    expect(page.get_by_text("Nearest 6 of 6")).to_be_attached()
    expect_at(tile(page, ids["green"]), left_at)


def expect_at(tile: Locator, top: float) -> None:
    """Wait until it is where it was in the window, to the pixel, whatever is above the grid."""
    at = "([element, top]) => Math.abs(element.getBoundingClientRect().top - top) < 1"
    tile.page.wait_for_function(at, arg=[tile.element_handle(), top])


def test_an_address_opens_where_it_was_left(page, address, ids, named):
    page.goto(f"{address}/?part=picture:{ids['blue']}&modality=MR&k=24")
    expect_shown(page, named("rust", "green", "red"))


def test_before_anything_is_asked_the_newest_pictures_are_there(page, address, ids, named):
    page.goto(address)
    expect_shown(page, sorted(ids.values(), reverse=True))
    expect(page.get_by_text("Newest 6 of 6")).to_be_visible()
    expect(page.get_by_text("6 pictures, encoder colour 1")).to_be_visible()
    page.get_by_role("button", name="head CT", exact=True).click()
    expect(page.get_by_label("Search by words")).to_have_value("head CT")


def test_a_facet_filters_and_is_part_of_the_address(page, address, named):
    page.goto(f"{address}/?q=red")
    modality = page.locator('[data-facet="modality"]')
    modality.get_by_role("checkbox", name="CT 2").click()
    expect_shown(page, named("navy", "blue"))
    expect(page.get_by_text("Nearest 2 of 2")).to_be_visible()
    expect(page).to_have_url(re.compile("modality=CT"))
    modality.get_by_role("checkbox", name="not stated 1").click()
    expect_shown(page, named("grey", "navy", "blue"))
    page.reload()
    expect_shown(page, named("grey", "navy", "blue"))


def test_the_keyboard_alone_searches_moves_looks_and_pivots(page, address, ids, named):
    page.goto(address)
    expect_shown(page, sorted(ids.values(), reverse=True))
    page.keyboard.press("/")
    page.keyboard.type("red")
    page.keyboard.press("Enter")
    expect_shown(page, named(*BY_RED))
    page.keyboard.press("ArrowDown")
    expect(tile(page, ids["red"])).to_be_focused()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(tile(page, ids["blue"])).to_be_focused()
    page.keyboard.press("i")
    expect(page.get_by_role("dialog")).to_contain_text(f"Picture {ids['blue']}")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(tile(page, ids["blue"])).to_be_focused()
    page.keyboard.press("s")
    expect_shown(page, named(*LIKE_BLUE))


def test_tags_of_a_file_are_shown_as_text_never_as_markup(page, address, ids):
    page.on("dialog", lambda _: pytest.fail("a script in a tag ran"))
    page.goto(f"{address}/?q=red")
    expect(page.get_by_role("checkbox", name="*HEAD* <B> 5")).to_be_visible()
    tile(page, ids["blue"]).hover()
    page.get_by_role("button", name=f"Details of picture {ids['blue']}").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("<script>alert(1)</script>")
    expect(drawer).to_contain_text("*HEAD* <B>")
    expect(drawer).not_to_contain_text("blue.dcm")  # a path may name somebody
    expect(drawer).to_contain_text(NOT_FOR_DIAGNOSIS)


def test_pictures_with_the_same_pixels_are_one_tile_that_counts_them(page, odd_address):
    page.goto(f"{odd_address}/?q=red")
    expect(page.locator(".cell.loaded")).to_have_count(4)
    first = page.locator(".tile").first
    expect(first.locator(".badge")).to_have_text("×2")
    expect(first).to_have_attribute("aria-label", re.compile("1 more with the same pixels"))
    first.press("i")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("1 more with the same pixels")
    expect(drawer).to_contain_text("Same pixels, other image")
    expect(drawer.get_by_role("note")).to_have_count(0)


def test_images_that_contradict_each_other_are_a_warning(page, odd_address):
    page.goto(f"{odd_address}/?q=green")
    page.locator(".tile").first.press("i")
    note = page.get_by_role("dialog").get_by_role("note")
    expect(note).to_contain_text("same image UID but other pixels")
    expect(note).to_contain_text("blue.dcm")


def test_markup_in_the_name_of_a_member_is_text(page, odd_address):
    page.on("dialog", lambda _: pytest.fail("a script in a name ran"))
    page.goto(f"{odd_address}/?q=blue")
    page.locator(".tile").nth(1).press("i")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("a.zip!/in/<script>alert(1)</script>.dcm")
    expect(drawer.locator(".stage .pane.painted")).to_be_visible()


def test_the_drawer_finds_neighbours_too(page, address, ids, named):
    page.goto(f"{address}/?q=red")
    tile(page, ids["blue"]).focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Find similar").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect_shown(page, named(*LIKE_BLUE))


def test_filters_that_nothing_passes_say_so(page, address):
    page.goto(f"{address}/?q=red&modality=XX")
    expect(page.get_by_text("No picture passes these filters")).to_be_visible()
    expect(page.get_by_text(NOT_FOR_DIAGNOSIS)).to_be_visible()


@pytest.mark.parametrize("asked", ["part=picture:999", "part=picture:abc", "k=1000000"])
def test_an_address_that_cannot_be_shown_says_why_and_leads_back(page, address, ids, asked):
    page.goto(f"{address}/?{asked}")
    expect(page.get_by_role("alert")).to_contain_text(re.split("[=:]", asked)[-1])
    page.get_by_role("button", name="Start over").click()
    expect_shown(page, sorted(ids.values(), reverse=True))


def test_a_missing_collection_names_the_command_that_makes_one(page, empty_address):
    page.goto(empty_address)
    expect(page.get_by_text("radseek index PATH")).to_be_visible()
    expect(page.get_by_text(NOT_FOR_DIAGNOSIS)).to_be_visible()


def test_a_narrow_screen_needs_no_sideways_scrolling(page, address, named):
    page.set_viewport_size({"width": 420, "height": 860})
    page.goto(f"{address}/?q=red")
    expect_shown(page, named(*BY_RED))
    assert page.evaluate("document.documentElement.scrollWidth") == 420
    expect(page.locator(".rs-footer").get_by_text(NOT_FOR_DIAGNOSIS)).to_be_in_viewport()


def test_no_chrome_of_the_framework_is_to_be_seen(page, address, named):
    page.goto(f"{address}/?q=red")
    expect_shown(page, named(*BY_RED))
    expect(page.get_by_text("Deploy")).to_have_count(0)
    expect(page.get_by_test_id("stMainMenu")).not_to_be_visible()


def test_another_name_for_this_machine_is_not_answered(address):
    """A foreign page that points its own name here must not read pictures (DNS rebinding)."""
    answer = httpx.get(f"{address}/api/thumb/1", headers={"Host": "attacker.example"})
    assert answer.status_code == 400


def test_the_server_adds_its_headers_to_streamlits_own_answers(address):
    answer = httpx.get(f"{address}/_stcore/health")
    assert answer.headers["X-Frame-Options"] == "DENY"
