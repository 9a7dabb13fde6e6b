import re
from pathlib import Path

from search.where.tree import Span
from ui.search_page.facets import BOARDS, LABELS
from ui.search_page.rail import RULE, Chip, chips, with_chosen, without_chip, words
from ui.search_page.view import View

FILTERED = View(filter="age<50 and in:mine", page=3).filtered("modality", ["CT", ""])


def test_each_facet_and_each_rule_is_a_chip():
    assert chips(FILTERED) == [
        Chip("modality", "Modality: CT, not stated"),
        Chip(BOARDS, "Boards: mine"),
        Chip(RULE, "age<50", "age<50"),
    ]


def test_a_chip_takes_its_filter_alone_away():
    without_modality = View(filter=FILTERED.filter)
    assert without_chip(FILTERED, "modality", "") == without_modality
    assert without_chip(FILTERED, RULE, "age<50").filter == "in:mine"
    assert without_chip(FILTERED, BOARDS, "").filter == "age<50"
    assert without_chip(View(filter="age<50", page=3), RULE, "age<50") == View()


def test_without_all_of_its_chips_nothing_is_filtered():
    view = FILTERED
    for chip in chips(FILTERED):
        view = without_chip(view, chip.facet, chip.rule)
    assert view == View()


def test_a_choice_begins_at_the_first_page():
    view = with_chosen(View(page=3), "date", ["2019..2021"])
    assert view.where[0].values == (Span("2019", "2021"),)
    assert view.page == 1
    assert with_chosen(View(page=3), BOARDS, ["a"]) == View(filter="in:a")
    assert with_chosen(View(), LABELS, ["s/a", "s/b"]).filter == (
        "label:s/a>=0.5 or label:s/b>=0.5"
    )


def test_every_text_that_the_browser_asks_for_is_there():
    modules = (Path(__file__).parents[3] / "ui" / "assets" / "rail").glob("*.js")
    asked = {name for each in modules for name in re.findall(r"words\.(\w+)", each.read_text())}
    assert asked == set(words())
