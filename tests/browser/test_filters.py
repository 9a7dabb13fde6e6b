"""Filtering: values with counts, ranges, rules, and the chips of what is filtered."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = 30_000  # ms; the machine may be busy


@pytest.fixture
def browsed(page, many_address):
    """The page with the newest of many pictures: 30 of each modality."""
    page.set_default_timeout(WAIT)
    page.goto(f"{many_address}/?k=24")
    expect_found(page, 240)
    return page


def expect_found(page: Page, count: int) -> None:
    expect(page.get_by_text(re.compile(rf"^Newest \d+ of {count}$"))).to_be_visible(timeout=WAIT)


def facet(page: Page, name: str) -> Locator:
    return page.locator(f'[data-facet="{name}"]')


def test_values_of_a_facet_widen_and_facets_narrow_each_other(browsed):
    modality = facet(browsed, "modality")
    modality.get_by_role("checkbox", name="CT 30").click()
    expect_found(browsed, 30)
    modality.get_by_role("checkbox", name="MR 30").click()
    expect_found(browsed, 60)
    expect(browsed).to_have_url(re.compile("modality=CT&modality=MR"))
    bar = facet(browsed, "date").get_by_role("button", name="2015: 8")
    bar.click()
    expect_found(browsed, 8)
    expect(modality.get_by_role("checkbox", name="CT 4")).to_be_checked()
    modality.get_by_role("checkbox", name="CT 4").click()
    expect_found(browsed, 4)
    browsed.get_by_role("button", name="Remove the filter Modality: MR", exact=True).click()
    expect_found(browsed, 27)
    modality.get_by_role("checkbox", name="CT 4").click()
    expect_found(browsed, 4)
    browsed.get_by_role("button", name="Clear all").click()
    expect_found(browsed, 240)
    expect(modality.get_by_role("checkbox", name="CT 30")).not_to_be_checked()


def test_of_many_values_any_is_found_by_typing(browsed):
    modality = facet(browsed, "modality")
    expect(modality.get_by_role("checkbox")).to_have_count(6)
    modality.get_by_role("button", name="2 more").click()
    modality.get_by_label("Find a value").fill("x")
    expect(modality.get_by_role("checkbox")).to_have_count(2)
    modality.get_by_role("checkbox", name="XA 30").click()
    expect_found(browsed, 30)


def test_an_age_is_a_range(browsed):
    ages = [n * 7 % 90 for n in range(240)]
    age = facet(browsed, "age")
    age.get_by_label("Age from").fill("40")
    age.get_by_label("Age to").fill("59")
    age.get_by_label("Age to").press("Enter")
    expect_found(browsed, sum(40 <= each <= 59 for each in ages))
    expect(browsed.get_by_role("button", name="Remove the filter Age: 40–59")).to_be_visible()
    expect(age.get_by_role("button", pressed=True)).to_have_count(2)
    browsed.reload()
    expect(age.get_by_label("Age from")).to_have_value("40")


def test_a_rule_that_cannot_be_read_says_why_and_changes_nothing(browsed):
    rule = browsed.get_by_label("Filter by a rule")
    rule.fill("modality=CT and sise=3")
    rule.press("Enter")
    expect(browsed.get_by_role("alert")).to_contain_text("Cannot filter on 'sise'")
    expect(rule).to_have_value("modality=CT and sise=3")
    expect_found(browsed, 240)
    rule.fill("modality=CT and age<50")
    rule.press("Enter")
    expect(browsed.get_by_role("alert")).to_have_count(0)
    found = sum(n * 7 % 90 < 50 for n in range(0, 240, 8))
    expect_found(browsed, found)
    browsed.get_by_role("button", name="Remove the filter age<50").click()
    expect_found(browsed, 30)
    expect(rule).to_have_value("modality=CT")


def test_on_a_narrow_screen_the_filters_lie_over_the_grid(page, many_address):
    page.set_viewport_size({"width": 420, "height": 860})
    page.goto(f"{many_address}/?k=24")
    expect_found(page, 240)
    expect(facet(page, "modality")).not_to_be_visible()
    page.get_by_role("button", name="Filters").click()
    over = page.get_by_role("dialog", name="Filters")
    over.get_by_role("checkbox", name="CT 30").click()
    expect(over.get_by_role("checkbox", name="CT 30")).to_be_checked()
    over.get_by_role("button", name="Done").click()
    expect(over).not_to_be_visible()
    expect_found(page, 30)
    assert page.evaluate("document.documentElement.scrollWidth") == 420


def test_filters_that_were_put_away_stay_away(browsed):
    browsed.get_by_role("button", name="Filters").click()
    expect(facet(browsed, "modality")).not_to_be_visible()
    browsed.reload()
    expect_found(browsed, 240)
    expect(facet(browsed, "modality")).not_to_be_visible()
    browsed.get_by_role("button", name="Filters").click()
    expect(facet(browsed, "modality")).to_be_visible()


def test_a_rule_in_an_address_that_means_nothing_can_be_changed_there(page, many_address):
    page.goto(f"{many_address}/?where=sise%3D3")
    expect(page.locator(".rs-problem")).to_contain_text("Cannot filter on 'sise'")
    rule = page.get_by_label("Filter by a rule")
    expect(rule).to_have_value("sise=3")
    rule.fill("modality=CT")
    rule.press("Enter")
    expect_found(page, 30)


def test_a_filter_that_nothing_passes_is_taken_away_by_its_chip(page, many_address):
    page.goto(f"{many_address}/?modality=XX&k=24")
    expect(page.get_by_text("No picture passes these filters")).to_be_visible()
    page.get_by_role("button", name="Remove the filter Modality: XX").click()
    expect_found(page, 240)
