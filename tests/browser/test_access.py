"""Who is let in, and to what, with a login; in the browser and past it."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browser.axe import serious
from browser.servers import ROOT, free_port, serving, wait_for
from playwright.sync_api import Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from ui.access.guard import OPEN
from ui.routes.table import ROUTES

GROUPS = {
    "viewer": ["researchers"],
    "identity-viewer": ["radiologists"],
    "admin": ["pacs-admins"],
}
KEY = "a secret of at least thirty-two characters"
PATIENT = 90_000  # milliseconds


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


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_login_page_shuts_nobody_out(page, guarded, theme):
    page.context.add_cookies([{"name": "radseek-theme", "value": theme, "url": guarded}])
    page.goto(guarded)
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    assert serious(page) == []


def test_the_top_line_is_one_line_and_folds_on_a_narrow_screen(page, guarded):
    enter(page, guarded, "Ada")
    line = page.locator(".st-key-masthead")
    expect(line.locator(".name")).to_have_text("Ada", timeout=PATIENT)
    assert line.bounding_box()["height"] < 45
    page.set_viewport_size({"width": 420, "height": 860})
    expect(line.locator(".name")).to_be_hidden()
    expect(line.get_by_role("link", name="Log out")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 420


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


@pytest.mark.parametrize(
    ("name", "role"), [("Vera", "viewer"), ("Ida", "sees identities"), ("Ada", "admin")]
)
def test_the_page_says_who_is_logged_in_and_with_which_role(page, guarded, name, role):
    enter(page, guarded, name)
    expect(page.locator(".person .name")).to_have_text(name, timeout=PATIENT)
    expect(page.locator(".person .role")).to_have_text(role)


def test_who_logs_out_is_out_here_and_with_a_copy_of_the_cookie(page, guarded):
    enter(page, guarded, "Vera")
    expect(page.locator(".person .name")).to_have_text("Vera", timeout=PATIENT)
    copied = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert httpx.get(f"{guarded}/api/thumb/1", cookies=copied).status_code == 200
    expect(page.locator(".viewer-room dialog")).to_be_attached(timeout=PATIENT)  # all is loaded
    page.get_by_role("link", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible(timeout=PATIENT)
    assert "_streamlit_user" not in {cookie["name"] for cookie in page.context.cookies()}
    assert httpx.get(f"{guarded}/api/thumb/1", cookies=copied).status_code == 401


def test_a_session_that_is_open_ends_with_the_login(browser, guarded):
    context = browser.new_context()
    page = context.new_page()
    enter(page, f"{guarded}/?q=red", "Vera")
    expect(page.locator(".cell.loaded")).to_have_count(6, timeout=PATIENT)
    cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
    httpx.get(f"{guarded}/auth/logout", cookies=cookies)
    page.get_by_label("Search by words").fill("green")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Log in")).to_be_visible(timeout=PATIENT)
    expect(page.locator(".cell")).to_have_count(0)
    context.close()


def test_no_address_of_the_real_server_answers_without_a_login(guarded):
    """The table of routes and what Streamlit serves beside it, asked as a program asks."""
    streamlits = ("_stcore/host-config", "_stcore/health", "_stcore/stream", "static/js/index.js")
    ours = [re.sub(r"\{[^}]*\}", "1", route.path).strip("/") for route in ROUTES]
    closed = {path for path in (*ours, *streamlits) if f"/{path}" not in OPEN}
    for cookies in ({}, {"_streamlit_user": "forged"}):
        answers = {path: httpx.get(f"{guarded}/{path}", cookies=cookies) for path in closed}
        assert {path: a.status_code for path, a in answers.items() if a.status_code != 401} == {}
        assert {answer.text for answer in answers.values()} == {"Log in first."}


def test_a_login_is_not_believed_when_it_is_signed_by_another_key_or_old(guarded):
    claims = {"name": "Ada", "groups": ["pacs-admins"], "is_logged_in": True, "origin": guarded}
    good = signed(claims | {"iat": time.time()}, KEY)
    assert httpx.get(f"{guarded}/api/thumb/1", cookies=good).status_code == 200
    forged = signed(claims | {"iat": time.time()}, KEY.upper())
    old = signed(claims | {"iat": time.time() - 11 * 3600}, KEY)
    for cookies in (forged, old):
        assert httpx.get(f"{guarded}/api/thumb/1", cookies=cookies).status_code == 401
        assert httpx.get(f"{guarded}/api/details/1", cookies=cookies).status_code == 401


def signed(claims: dict[str, object], key: str) -> dict[str, str]:
    value = create_signed_value(key, "_streamlit_user", json.dumps(claims))
    return {"_streamlit_user": value.decode()}


def test_a_page_for_other_machines_without_a_login_does_not_start(home):
    environment = os.environ | {"RADSEEK_HOME": str(home), "RADSEEK_HOST": "0.0.0.0"}
    words = [sys.executable, "-m", "ui"]
    ended = subprocess.run(
        words, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "there is no login" in ended.stderr
