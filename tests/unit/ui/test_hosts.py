from unit.ui.logins import LOGIN

from radseek.login import LOOPBACK
from radseek.settings import Settings
from ui.hosts import allowed_hosts


def test_a_page_for_this_machine_answers_to_its_own_names_only(tmp_path):
    assert allowed_hosts(Settings(home=tmp_path, host="127.0.0.1")) == list(LOOPBACK)


def test_a_page_for_others_answers_to_any_name_until_told(tmp_path):
    assert allowed_hosts(Settings(home=tmp_path, host="0.0.0.0")) == ["*"]


def test_a_page_with_a_login_answers_to_the_address_of_it(tmp_path):
    settings = Settings(home=tmp_path, host="0.0.0.0", login=LOGIN)
    assert allowed_hosts(settings) == [*LOOPBACK, "radseek.example"]


def test_named_hosts_are_the_only_ones(tmp_path, monkeypatch):
    monkeypatch.setenv("RADSEEK_ALLOWED_HOSTS", '["pacs.example"]')
    assert allowed_hosts(Settings(home=tmp_path, host="0.0.0.0")) == ["pacs.example"]
