import json
import os
import sys

import pytest
from unit.ui.logins import LOGIN

from ui.__main__ import main
from ui.launch import SERVER, command


def test_the_server_listens_where_it_is_told_and_calls_nobody():
    words = command("127.0.0.1", 9000)
    assert words[:5] == [sys.executable, "-m", "streamlit", "run", str(SERVER)]
    assert "--server.address=127.0.0.1" in words
    assert "--server.port=9000" in words
    assert "--browser.gatherUsageStats=false" in words
    assert "--client.showErrorDetails=none" in words


def test_the_settings_say_where_to_listen(monkeypatch):
    started = []
    monkeypatch.setenv("RADSEEK_PORT", "9001")
    monkeypatch.setattr(os, "execve", lambda *call: started.append(call))
    main()
    ((program, words, _environment),) = started
    assert (program, words) == (sys.executable, command("127.0.0.1", 9001))


def test_threads_that_wait_leave_the_cores_to_others_unless_told_otherwise(monkeypatch):
    started = []
    monkeypatch.setattr(os, "execve", lambda *call: started.append(call[-1]["OMP_WAIT_POLICY"]))
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    main()
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    main()
    assert started == ["PASSIVE", "ACTIVE"]


def test_no_run_of_the_script_waits_for_the_garbage_of_all():
    assert "--runner.postScriptGC=false" in command("127.0.0.1", 9000)


def test_a_page_for_other_machines_without_a_login_is_refused(monkeypatch):
    monkeypatch.setenv("RADSEEK_HOST", "0.0.0.0")
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("it was served"))
    with pytest.raises(SystemExit, match=r"radseek: .*there is no login.*RADSEEK_WITHOUT_LOGIN"):
        main()


@pytest.mark.parametrize("allowed", ["WITHOUT_LOGIN", "LOGIN"])
def test_it_is_served_where_that_is_allowed_or_people_log_in(monkeypatch, allowed):
    served = []
    login = LOGIN.model_dump(mode="json") | {"client_secret": "not very"}
    given = {"WITHOUT_LOGIN": "true", "LOGIN": json.dumps(login)}[allowed]
    monkeypatch.setenv("RADSEEK_HOST", "0.0.0.0")
    monkeypatch.setenv(f"RADSEEK_{allowed}", given)
    monkeypatch.setattr(os, "execve", lambda *_: served.append(True))
    main()
    assert served == [True]


ROOMS = ["core", "encoders", "imaging", "indexer", "radseek", "search", "storage", "ui"]


@pytest.mark.parametrize("name", ROOMS)
def test_no_file_beside_the_page_hides_a_room(name):
    """Streamlit puts the folder of its script first on the import path."""
    assert not (SERVER.parent / f"{name}.py").exists()
    assert not (SERVER.parent / name).exists()
