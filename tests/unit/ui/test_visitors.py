import time

import itsdangerous
import pytest
from unit.ui.logins import ADDRESS, COOKIE, LOGIN, claims_of, cookies_of

from radseek.login import Login
from radseek.settings import Settings
from ui.access.visitors import Door, Visitor, door_of, role_by


@pytest.fixture
def door():
    return Door(LOGIN, "viewer")


def test_without_a_login_everybody_has_the_role_of_the_settings():
    assert Door(None, "admin").visitor({}) == Visitor("", "admin")


def test_one_who_logged_in_has_the_role_of_their_group(door):
    visitor = door.visitor(cookies_of(claims_of("Ida", "radiologists", iat=1e10)))
    assert visitor == Visitor("Ida", "identity-viewer", 1e10 + 36_000)


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["accounting"], None),
        ([], None),
        (["researchers", "accounting"], "viewer"),
        (["researchers", "pacs-admins", "radiologists"], "admin"),
    ],
)
def test_the_group_that_may_do_most_counts(groups, role):
    assert role_by({"groups": groups}, LOGIN) == role


@pytest.mark.parametrize(
    ("claim", "claims"),
    [
        ("groups", {"groups": "researchers"}),
        ("realm_access.roles", {"realm_access": {"roles": ["researchers"]}}),
        ("https://id.example/roles", {"https://id.example/roles": ["researchers"]}),
    ],
)
def test_the_claim_may_be_one_name_or_lie_in_another(claim, claims):
    assert role_by(claims, LOGIN.model_copy(update={"claim": claim})) == "viewer"


@pytest.mark.parametrize("groups", [None, 7, {"researchers": True}, [["researchers"]], [None]])
def test_a_claim_of_another_shape_gives_no_role(groups):
    assert role_by({"groups": groups}, LOGIN) is None


def test_others_have_the_role_that_the_settings_give_them():
    login = LOGIN.model_copy(update={"others": "viewer"})
    assert role_by({}, login) == "viewer"
    assert role_by({"groups": ["pacs-admins"]}, login) == "admin"


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {COOKIE: ""},
        {COOKIE: "Ada"},
        cookies_of(claims_of("Ada", "pacs-admins"), key="the key of somebody else, also long"),
        cookies_of(claims_of("Ada", "pacs-admins", origin="https://other.example")),
        cookies_of(claims_of("Ada", "pacs-admins", is_logged_in=False)),
        cookies_of({"is_logged_in": True, "origin": ADDRESS, "groups": ["pacs-admins"]}),
        {"_streamlit_user_tokens": cookies_of(claims_of("Ada", "pacs-admins"))[COOKIE]},
    ],
    ids=[
        "none",
        "empty",
        "unsigned",
        "forged",
        "other-page",
        "logged-out",
        "no-time",
        "other-name",
    ],
)
def test_nobody_comes_in_by_a_cookie_that_is_not_of_a_login_here(door, cookies):
    assert door.visitor(cookies) is None


def test_a_changed_cookie_lets_nobody_in(door):
    (value,) = cookies_of(claims_of("Vera", "researchers")).values()
    assert door.visitor({COOKIE: value}) is not None
    for place in range(0, len(value), 7):
        other = "A" if value[place] != "A" else "B"
        assert door.visitor({COOKIE: value[:place] + other + value[place + 1 :]}) is None


def test_a_login_ends_some_hours_after_the_token_was_issued(door):
    just_before, after = time.time() - 9.99 * 3600, time.time() - 10.01 * 3600
    assert door.visitor(cookies_of(claims_of("Ida", "radiologists", iat=just_before))) is not None
    assert door.visitor(cookies_of(claims_of("Ida", "radiologists", iat=after))) is None


def test_a_cookie_that_was_signed_long_ago_lets_nobody_in(door, monkeypatch):
    long_ago = int(time.time() - 10.01 * 3600)
    monkeypatch.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda _: long_ago)
    cookies = cookies_of(claims_of("Ida", "radiologists", iat=time.time() + 3600))
    monkeypatch.undo()
    assert door.visitor(cookies) is None


def test_who_leaves_is_out_and_so_is_a_copy_of_the_cookie(door):
    ida = cookies_of(claims_of("Ida", "radiologists"))
    vera = cookies_of(claims_of("Vera", "researchers"))
    door.leave(ida)
    assert door.visitor(dict(ida)) is None
    assert door.visitor(vera) is not None


def test_logins_that_ended_are_forgotten_when_they_would_have_ended_anyway(door):
    door.left = {"long ago": time.time() - 1}
    door.leave(cookies_of(claims_of("Ida", "radiologists")))
    assert len(door.left) == 1
    assert "long ago" not in door.left


def test_leaving_without_a_login_is_not_remembered(door):
    door.leave({COOKIE: "made up"})
    assert door.left == {}


def test_one_server_has_one_door(tmp_path):
    settings = Settings(home=tmp_path, login=LOGIN)
    again = Settings(home=tmp_path, login=Login.model_validate(LOGIN.model_dump()))
    assert door_of(settings) is door_of(again)
    assert door_of(settings) is not door_of(Settings(home=tmp_path))
