import os
import sys

import pytest

from radseek.cli import main
from radseek.settings import Settings


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Type `radseek ui ...`; gives the process that would run and the settings it would read."""
    monkeypatch.setenv("RADSEEK_PORT", "9999")
    monkeypatch.setenv("RADSEEK_ALLOWED_HOSTS", '["a.example", "b.example"]')

    def typed(*words):
        seen = []
        monkeypatch.setattr(os, "execve", lambda *call: seen.append(call))
        monkeypatch.setattr(sys, "argv", ["radseek", "--home", str(tmp_path), "ui", *words])
        with pytest.raises(SystemExit):
            main()
        ((_, command, environment),) = seen
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return command, Settings()

    return typed


def test_the_page_is_a_process_that_reads_the_same_settings(started, tmp_path):
    command, settings = started("--host", "0.0.0.0", "--collection", "c")
    assert command == [sys.executable, "-P", "-m", "ui"]
    assert (settings.home, settings.host, settings.collection) == (tmp_path, "0.0.0.0", "c")
    assert (settings.port, settings.allowed_hosts) == (9999, ("a.example", "b.example"))


def test_a_typed_port_wins_over_the_environment_also_when_it_is_the_default(started):
    _, settings = started("--port", "8501")
    assert settings.port == 8501
