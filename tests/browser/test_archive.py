"""The page of the archive, while another process indexes."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from storage.run_notes import RunNote, RunState, Work, telling
from tests.browser.conftest import serving
from tests.runs import index_colours

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOW = datetime(2026, 3, 4, tzinfo=UTC)
RUN = RunNote(Work.INDEX, RunState.RUNNING, 1, NOW, NOW, done=120, files=500, waits_for="decode")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    """A home of its own, where these tests may claim that a run is on; one file is empty."""
    folder, odd = tmp_path_factory.mktemp("kept"), tmp_path_factory.mktemp("odd-files")
    (odd / "empty.dcm").touch()
    index_colours(folder, pictures, odd, name="colours")
    return folder


def test_a_run_of_another_process_is_followed_and_its_death_is_seen(page: Page, kept: Path):
    with serving(kept, "colours") as address:
        with telling(kept, "colours", Work.INDEX) as write:
            write(RUN)
            page.goto(f"{address}/archive")
            expect(page.get_by_text("120 of 500 files (24 %)")).to_be_visible()
            expect(page.get_by_text("It waits for decoding")).to_be_visible()
            write(replace(RUN, done=250))
            expect(page.get_by_text("250 of 500 files (50 %)")).to_be_visible()
        expect(page.get_by_text("Indexing: killed")).to_be_visible()
        expect(page.get_by_role("progressbar")).to_have_count(0)
        expect(page.get_by_text("empty.dcm")).to_have_count(0)
        page.goto("about:blank")  # before the server ends, which the page would miss


def test_an_admin_looks_at_the_files_of_a_code(page: Page, kept: Path):
    with serving(kept, "colours", ROLE="admin") as address:
        page.goto(address)
        page.get_by_role("link", name="Archive").click()
        page.get_by_test_id("stButtonGroup").get_by_text("empty").click()
        expect(page.get_by_text("empty.dcm")).to_be_visible()
        expect(page.get_by_text("1 of 1 files")).to_be_visible()
        page.goto("about:blank")
