from pathlib import Path

import pytest

from core.errors import InvalidRequest
from imaging.frames import FramePolicy
from imaging.profiles import MI2_COMPAT, VOI
from imaging.rules import Rules
from radseek.settings import load_settings
from radseek.viewing import rules_of


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    for name in ("RADSEEK_HOME", "RADSEEK_COLLECTION", "RADSEEK_PORT", "RADSEEK_DEVICE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path, clean_environment
):
    (tmp_path / "config.toml").write_text('port = 1111\ncollection = "file"\ndevice = "cpu"\n')
    clean_environment.setenv("RADSEEK_HOME", str(tmp_path))
    clean_environment.setenv("RADSEEK_COLLECTION", "environment")
    clean_environment.setenv("RADSEEK_PORT", "2222")
    settings = load_settings(port=3333)
    assert (settings.port, settings.collection, settings.device) == (3333, "environment", "cpu")


def test_none_means_not_named(tmp_path):
    assert load_settings(home=tmp_path, port=None).port == 8501


def test_the_page_listens_on_this_machine_only_by_default(tmp_path):
    assert load_settings(home=tmp_path).host == "127.0.0.1"


def test_the_home_may_come_from_the_environment(tmp_path, clean_environment):
    clean_environment.setenv("RADSEEK_HOME", str(tmp_path / "elsewhere"))
    assert load_settings().home == tmp_path / "elsewhere"


def test_without_any_home_the_users_data_folder_is_taken(clean_environment):
    assert load_settings().home.name == "radseek"
    assert isinstance(load_settings().home, Path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 0},
        {"device": "tpu"},
        {"batch_size": 0},
        {"rendering": "prettier"},
        {"slices_per_series": -1},
        {"default_charset": "base64"},
        {"default_charset": "no-such"},
        {"max_file_bytes": 0},
        {"worker_memory": 1},
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, wrong):
    with pytest.raises(InvalidRequest, match=next(iter(wrong))):
        load_settings(home=tmp_path, **wrong)


def test_an_unknown_setting_in_the_file_is_refused(tmp_path):
    (tmp_path / "config.toml").write_text("colour = 1\n")
    with pytest.raises(InvalidRequest, match="colour"):
        load_settings(home=tmp_path)


def test_how_files_are_read_follows_the_settings(tmp_path):
    settings = load_settings(
        home=tmp_path, default_charset="cp1251", max_members=5, max_file_bytes=7
    )
    rules = rules_of(settings, MI2_COMPAT, FramePolicy(cine=1, slices=2))
    assert (rules.profile, rules.frames.cine, rules.frames.slices) == (MI2_COMPAT, 1, 2)
    assert (rules.limits.members, rules.limits.file_bytes) == (5, 7)
    assert rules.default_charset == "cp1251"


def test_the_usual_settings_are_the_usual_rules(tmp_path):
    assert rules_of(load_settings(home=tmp_path), VOI) == Rules()
