"""In which language and colours the page is read, and by whom: axe-core looks at each."""

import pytest
from browser.axe import serious
from playwright.sync_api import Page, expect

from ui.pages import PAGES

PATIENT = 90_000  # milliseconds
GROUND = {"dark": "rgb(11, 12, 14)", "light": "rgb(245, 246, 247)"}
WIDTHS = (1280, 420)
# What has the focus, in whichever part of the page, and how wide the line around it is.
FOCUSED = """
() => {
  let focused = document.activeElement;
  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  const name = focused.getAttribute("aria-label") ?? focused.textContent;
  return [name.trim().slice(0, 40), outlineStyle === "none" ? "0px" : outlineWidth];
}
"""


def ground(page: Page) -> str:
    colour = page.locator(".stApp").evaluate("element => getComputedStyle(element).backgroundColor")
    return str(colour)


def choose_theme(page: Page, address: str, theme: str) -> None:
    page.context.add_cookies([{"name": "radseek-theme", "value": theme, "url": address}])


def wait_until_drawn(page: Page) -> None:
    """Until the foot is there, and the parts that the browser draws have their texts."""
    expect(page.locator(".rs-footer")).to_be_visible(timeout=PATIENT)
    expect(page.locator("button.language")).not_to_be_empty(timeout=PATIENT)
    page.wait_for_load_state("networkidle", timeout=PATIENT)


def test_it_opens_dark_and_turns_light_at_once_and_for_good(page, address):
    page.set_default_timeout(PATIENT)
    page.goto(f"{address}/?q=red")
    expect(page.locator(".cell.loaded")).to_have_count(6, timeout=PATIENT)
    assert ground(page) == GROUND["dark"]
    page.get_by_role("button", name="Light theme").click()
    expect(page.get_by_role("button", name="Dark theme")).to_be_visible()
    expect(page.locator(".stApp")).to_have_css("background-color", GROUND["light"])
    expect(page.get_by_label("Search by words")).to_have_css("color", "rgb(36, 40, 45)")
    expect(page.locator(".cell.loaded").first.locator("img")).to_have_css(
        "background-color", "rgb(0, 0, 0)"
    )
    page.reload()
    expect(page.get_by_role("button", name="Dark theme")).to_be_visible(timeout=PATIENT)
    assert ground(page) == GROUND["light"]


@pytest.mark.parametrize("theme", GROUND)
def test_the_theme_is_there_with_the_first_frame(page, address, theme):
    choose_theme(page, address, theme)
    page.route("**/static/js/**", lambda route: route.fulfill(content_type="text/javascript"))
    page.goto(address)
    assert page.locator(".stApp").count() == 0
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == GROUND[theme]


def test_it_speaks_the_language_of_the_browser_until_another_is_chosen(browser, address):
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(PATIENT)
    page.goto(f"{address}/?q=red")
    expect(page.get_by_role("button", name="浅色主题")).to_be_visible(timeout=PATIENT)
    expect(page.get_by_text("最相近的 6 幅")).to_be_visible(timeout=PATIENT)
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Light theme")).to_be_visible(timeout=PATIENT)
    expect(page.get_by_text("Nearest 6 of 6")).to_be_visible(timeout=PATIENT)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url == f"{address}/?q=red"
    page.reload()
    expect(page.get_by_role("button", name="中文")).to_be_visible(timeout=PATIENT)
    context.close()


@pytest.mark.parametrize("theme", GROUND)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.path or "search")
def test_nobody_is_shut_out(page, address, row, width, theme):
    page.set_viewport_size({"width": width, "height": 860})
    choose_theme(page, address, theme)
    page.goto(f"{address}/{row.path}" + ("?q=red" if not row.path else ""))
    wait_until_drawn(page)
    if not row.path:
        expect(page.locator(".cell.loaded")).to_have_count(6, timeout=PATIENT)
    assert serious(page) == []


def test_what_shuts_people_out_would_be_found(page, address):
    page.goto(address)
    wait_until_drawn(page)
    page.locator(".rs-footer").evaluate(
        "element => element.insertAdjacentHTML('beforeend', '<button></button><i>faint</i>')"
    )
    page.locator(".rs-footer i").evaluate("element => { element.style.color = '#334'; }")
    found = " ".join(serious(page))
    assert "button-name" in found
    assert "color-contrast" in found


def test_the_keyboard_is_seen_wherever_it_is(page, address):
    page.goto(f"{address}/?q=red")
    expect(page.locator(".cell.loaded")).to_have_count(6, timeout=PATIENT)
    page.locator(".st-key-masthead a").first.focus()
    unseen = []
    for _ in range(15):
        page.keyboard.press("Tab")
        name, width = page.evaluate(FOCUSED)
        if width == "0px":
            unseen.append(name)
    assert unseen == []
