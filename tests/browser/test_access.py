"""Who is let in, and to what, with a login; in the browser and past it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser.servers import free_port, serving, wait_for
from playwright.sync_api import Page, expect

GROUPS = {
    "viewer": ["researchers"],
    "identity-viewer": ["radiologists"],
    "admin": ["pacs-admins"],
}
KEY = "a secret of at least thirty-two characters"
PATIENT = 30_000  # milliseconds


@dataclass(frozen=True)
class Guarded:
    """A page with a login, and the provider that it asks."""

    address: str
    secret: str


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    port = free_port()
    words = [sys.executable, str(Path(__file__).with_name("provider.py")), str(port)]
    with subprocess.Popen(words) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/keys", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def guarded(home: Path, provider: str) -> Iterator[str]:
    port = free_port()
    login = {
        "issuer": provider,
        "client_id": "radseek",
        "client_secret": "not very",
        "address": f"http://127.0.0.1:{port}",
        "groups": GROUPS,
        "cookie_secret": KEY,
    }
    with serving(home, "colours", port, LOGIN=json.dumps(login)) as served:
        yield served


def enter(page: Page, address: str, name: str) -> None:
    page.set_default_timeout(PATIENT)
    page.goto(address)
    page.get_by_role("link", name="Log in").click()
    page.get_by_role("link", name=name).click()


def test_who_is_not_logged_in_sees_nothing_of_the_archive(page, guarded):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda _: pytest.fail("a session was opened"))
    page.goto(f"{guarded}/?q=red")
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    expect(page.get_by_text("pictures")).to_have_count(0)
    assert not [url for url in asked if "/api/" in url or "/static/" in url]


def test_after_the_login_one_is_where_one_wanted_to_go(page, guarded):
    enter(page, f"{guarded}/?q=red", "Vera")
    expect(page.get_by_label("Search by words")).to_have_value("red", timeout=PATIENT)
    expect(page.locator(".cell.loaded")).to_have_count(6, timeout=PATIENT)
    assert page.url == f"{guarded}/?q=red"


def test_one_whose_groups_have_no_role_is_told_so_and_sees_nothing(page, guarded):
    enter(page, guarded, "Norbert")
    expect(page.get_by_text("Norbert")).to_contain_text("no access", timeout=PATIENT)
    expect(page.get_by_role("link", name="Log out")).to_be_visible()
    state = page.context.request.get(f"{guarded}/api/thumb/1")
    assert state.status == 401


def test_a_token_that_somebody_else_signed_lets_nobody_in(page, guarded):
    enter(page, guarded, "Mallory")
    expect(page.get_by_role("link", name="Log in")).to_be_visible(timeout=PATIENT)
    assert "_streamlit_user" not in {cookie["name"] for cookie in page.context.cookies()}
