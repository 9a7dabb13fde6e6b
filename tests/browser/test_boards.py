"""Boards, saved searches and exports, as a person meets them."""

import csv
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from storage.reader import CollectionReader
from tests.browser.axe import found
from tests.browser.conftest import serving
from tests.runs import index_colours

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 60_000  # ms
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, pictures: Path):
    """A home of its own, whose boards these tests may change."""
    folder = tmp_path_factory.mktemp("kept")
    index_colours(folder, pictures, name="colours")
    return folder


@pytest.fixture(scope="module")
def served(kept: Path):
    with serving(kept, "colours") as address:
        yield address


@pytest.fixture
def tab(page: Page) -> Page:
    page.set_default_timeout(PATIENCE)
    return page


@pytest.fixture
def made(kept: Path):
    """A board of red, green and blue, alone there is."""
    with CollectionReader.open(kept, "colours") as reader:
        for board in reader.cohorts.all():
            reader.cohorts.delete(board.name)
        snapshot = reader.snapshot()
        records = snapshot.describe(snapshot.ids)
        by_name = {record.location.path.stem: record.id for record in records}
        wanted = [by_name[name] for name in ("red", "green", "blue")]
        reader.cohorts.add("three colours", snapshot.contents(wanted))
    return by_name


def boards_of(kept: Path) -> dict[str, list[tuple[str, str]]]:
    """What is on each board: names of files, and notes."""
    with CollectionReader.open(kept, "colours") as reader:
        snapshot = reader.snapshot()
        found = {}
        for board in reader.cohorts.all():
            members = reader.cohorts.members(board.name)
            ids = snapshot.holding([member.content for member in members])
            records = snapshot.describe([ids[member.content] for member in members])
            names = (record.location.path.stem for record in records)
            found[board.name] = list(zip(names, (one.note for one in members), strict=True))
    return found


def go_to_boards(tab: Page, served: str) -> None:
    tab.goto(served)
    tab.get_by_role("link", name="Boards").click()
    expect(tab.get_by_role("heading", name="Saved searches")).to_be_visible()


def open_board(tab: Page, served: str) -> None:
    go_to_boards(tab, served)
    tab.get_by_role("button", name=re.compile("three colours")).click()
    expect(tab.locator(".card.loaded").first).to_be_visible()


def cards(tab: Page) -> Locator:
    return tab.locator(".card")


def expect_order(tab: Page, *ids: int) -> None:
    for place, one in enumerate(ids):
        expect(cards(tab).nth(place)).to_have_attribute("data-id", str(one))
    expect(cards(tab)).to_have_count(len(ids))


def test_a_picture_is_kept_on_a_new_board_from_its_tile(tab, served, kept, made):
    tab.goto(f"{served}/?q=red")
    tab.locator(".cell.loaded .tile").first.focus()
    tab.keyboard.press("b")
    tab.get_by_role("textbox", name="New board").fill("missed findings")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("1 picture is new on missed findings")).to_be_visible()
    assert boards_of(kept)["missed findings"] == [("red", "")]


def test_notes_and_order_are_changed_in_place_and_stay(tab, served, kept, made):
    open_board(tab, served)
    expect_order(tab, made["red"], made["green"], made["blue"])
    tab.set_viewport_size({"width": 420, "height": 860})
    assert found(tab) == []
    tab.set_viewport_size({"width": 1280, "height": 860})
    note = tab.get_by_label(f"Note of picture {made['green']}")
    note.fill("the lesion <b>here</b>")
    note.blur()
    cards(tab).first.locator(".tile").focus()
    tab.keyboard.press("Alt+ArrowRight")
    expect_order(tab, made["green"], made["red"], made["blue"])
    cards(tab).nth(2).drag_to(cards(tab).nth(0))
    expect_order(tab, made["blue"], made["green"], made["red"])
    tab.reload()
    expect_order(tab, made["blue"], made["green"], made["red"])
    expect(note).to_have_value("the lesion <b>here</b>")
    wanted = [("blue", ""), ("green", "the lesion <b>here</b>"), ("red", "")]
    assert boards_of(kept)["three colours"] == wanted


def test_a_picture_is_removed_and_put_back_to_its_place(tab, served, kept, made):
    open_board(tab, served)
    tab.get_by_role("button", name=f"Remove picture {made['green']} from the board").click()
    expect_order(tab, made["red"], made["blue"])
    tab.get_by_role("button", name="Put it back").click()
    expect_order(tab, made["red"], made["green"], made["blue"])


def test_a_board_is_renamed_noted_and_deleted_after_a_question(tab, served, kept, made):
    open_board(tab, served)
    tab.get_by_role("textbox", name="Note of the board").fill("for Monday")
    tab.get_by_role("textbox", name="Note of the board").blur()
    tab.get_by_role("button", name="Rename").click()
    tab.get_by_role("textbox", name="Name of the board").fill("primary colours")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="primary colours")).to_be_visible()
    with CollectionReader.open(kept, "colours") as reader:
        assert [(one.name, one.note) for one in reader.cohorts.all()] == [
            ("primary colours", "for Monday")
        ]
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Delete", exact=True).click()
    tab.get_by_role("button", name="Delete this board").click()
    expect(tab.get_by_text("No board yet")).to_be_visible()
    assert boards_of(kept) == {}


def test_a_name_that_cannot_be_one_is_refused_with_its_reason(tab, served, made):
    go_to_boards(tab, served)
    tab.get_by_role("textbox", name="New board").fill("../boards")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("cannot name a cohort")


def test_a_board_leads_to_a_search_within_it(tab, served, made):
    open_board(tab, served)
    tab.get_by_role("link", name="Search in this board").click()
    expect(tab.locator(".cell.loaded")).to_have_count(3)
    assert "three+colours" in tab.url or "three%20colours" in tab.url
    tab.go_back()
    expect_order(tab, made["red"], made["green"], made["blue"])
    tab.get_by_role("link", name="Search like this board").click()
    expect(tab.get_by_text(re.compile("^Nearest"))).to_be_visible()


def test_a_board_is_downloaded_as_a_table_and_as_images(tab, served, made):
    open_board(tab, served)
    tab.get_by_role("button", name="Export").click()
    with tab.expect_download() as table:
        tab.get_by_role("link", name="Download .csv").click()
    rows = list(csv.DictReader(Path(table.value.path()).read_text().splitlines()))
    assert [int(row["id"]) for row in rows] == [made[name] for name in ("red", "green", "blue")]
    tab.get_by_role("dialog").get_by_role("combobox").click()
    tab.get_by_role("option", name=re.compile("ZIP of PNG")).click()
    expect(tab.get_by_text("Look at every picture before you give it away")).to_be_visible()
    with tab.expect_download() as bundle:
        tab.get_by_role("link", name="Download .zip").click()
    with zipfile.ZipFile(bundle.value.path()) as files:
        assert len([name for name in files.namelist() if name.endswith(".png")]) == 3
    assert "three" not in bundle.value.url


def test_a_search_is_saved_run_again_and_deleted(tab, served, kept, made):
    tab.goto(f"{served}/?q=red&modality=CT")
    expect(tab.locator(".cell.loaded").first).to_be_visible()
    tab.get_by_role("button", name="Save").click()
    tab.get_by_role("dialog").get_by_label("Name").fill("red ones of CT")
    tab.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Saved. You find it under Boards.")).to_be_visible()
    tab.keyboard.press("Escape")
    tab.get_by_role("link", name="Boards").click()
    expect(tab.get_by_text("red ones of CT")).to_be_visible()
    expect(tab.get_by_text("Nothing new since")).to_be_visible()
    tab.get_by_role("link", name="Run again").click()
    expect(tab.get_by_label("Search by words")).to_have_value("red")
    expect(tab.locator(".cell.loaded")).to_have_count(2)
    tab.get_by_role("link", name="Boards").click()
    tab.get_by_role("button", name="Delete").click()
    expect(tab.get_by_text("A saved search was deleted.")).to_be_visible()
    tab.get_by_role("button", name="Bring it back").click()
    expect(tab.get_by_text("red ones of CT")).to_be_visible()


def test_how_a_search_was_made_can_be_read(tab, served, made):
    tab.goto(f"{served}/?q=red")
    expect(tab.locator(".cell.loaded").first).to_be_visible()
    tab.get_by_role("button", name="Methods").click()
    card = tab.get_by_role("dialog")
    expect(card.get_by_text("How this was made")).to_be_visible()
    expect(card).to_contain_text("weights sha256")
    expect(card).to_contain_text("not a medical device")


def test_a_selection_is_exported(tab, served, made):
    tab.goto(f"{served}/?q=red")
    expect(tab.locator(".cell.loaded").first).to_be_visible()
    for place in (0, 1):
        tab.locator(".tile").nth(place).focus()
        tab.keyboard.press("x")
        expect(tab.locator(".cell.picked")).to_have_count(place + 1)
    tab.get_by_role("toolbar").get_by_role("button", name="Export").click()
    with tab.expect_download() as table:
        tab.get_by_role("link", name="Download .csv").click()
    assert len(Path(table.value.path()).read_text().splitlines()) == 3
