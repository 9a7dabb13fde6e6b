import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.errors import InvalidRequest
from radseek.exposure import check_exposure
from radseek.login import Login
from radseek.settings import Settings, load_settings

GIVEN = {
    "issuer": "https://id.example/realms/clinic/",
    "client_id": "radseek",
    "client_secret": "not very",
    "address": "https://radseek.example",
    "groups": {"viewer": ["researchers"]},
}
FILE = """
[login]
issuer = "https://id.example"
client_id = "radseek"
address = "https://radseek.example"

[login.groups]
identity-viewer = ["radiologists"]
"""


def login(**changed):
    return Login.model_validate(GIVEN | changed)


def test_a_login_is_a_table_of_the_file_whose_secret_may_be_a_variable(tmp_path, monkeypatch):
    (tmp_path / "config.toml").write_text(FILE)
    monkeypatch.setenv("RADSEEK_LOGIN__CLIENT_SECRET", "from the variable")
    read = load_settings(home=tmp_path).login
    assert read.client_secret.get_secret_value() == "from the variable"
    assert read.groups == {"identity-viewer": frozenset({"radiologists"})}
    assert read.hours == 10


def test_no_secret_is_printed(tmp_path):
    made = login(cookie_secret="a" * 32)
    shown = f"{made!r}{made}{made.model_dump_json()}{Settings(home=tmp_path, login=made)!r}"
    assert "not very" not in shown
    assert "a" * 32 not in shown


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"address": "http://radseek.example"}, "https"),
        ({"issuer": "http://id.example"}, "https"),
        ({"issuer": "id.example"}, "https"),
        ({"issuer": "https://"}, "no address"),
        ({"address": "https://clinic.example/radseek"}, "must end after"),
        ({"groups": {}}, "nobody could enter"),
        ({"groups": {"viewer": []}}, "nobody could enter"),
        ({"groups": {"owner": ["researchers"]}}, "owner"),
        ({"cookie_secret": "short"}, "cookie_secret"),
        ({"hours": 0}, "hours"),
        ({"password": "no"}, "password"),
    ],
)
def test_a_login_that_cannot_be_is_refused(changed, why):
    with pytest.raises(ValidationError, match=why):
        login(**changed)


def test_on_this_machine_a_login_may_do_without_tls():
    made = login(address="http://localhost:8501", issuer="http://127.0.0.1:9000")
    assert made.address == "http://localhost:8501"


def test_a_login_for_all_needs_no_groups():
    assert login(groups={}, others="viewer").others == "viewer"


def test_a_login_without_an_issuer_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("RADSEEK_LOGIN", json.dumps(GIVEN | {"issuer": "nowhere"}))
    with pytest.raises(InvalidRequest, match=r"login\.issuer"):
        load_settings(home=tmp_path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_may_always_look(tmp_path, host):
    check_exposure(Settings(home=tmp_path, host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "pacs.example"])
def test_others_may_look_when_they_log_in_or_it_is_allowed(tmp_path, host):
    with pytest.raises(InvalidRequest, match="no login"):
        check_exposure(Settings(home=tmp_path, host=host))
    check_exposure(Settings(home=tmp_path, host=host, login=login()))
    check_exposure(Settings(home=tmp_path, host=host, without_login=True))


def test_every_key_of_the_table_is_in_the_docs():
    text = (Path(__file__).parents[3] / "docs" / "security.md").read_text()
    assert [name for name in Login.model_fields if f"`{name}`" not in text] == []
