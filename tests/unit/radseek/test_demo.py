import http.server
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from radseek import demo

SERVED = 7  # an exit code that nothing else gives


@pytest.fixture
def typed(monkeypatch, tmp_path):
    """The commands that the demo runs, in order, without running them."""
    commands: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DEMO_NO_UI", raising=False)
    monkeypatch.setattr(demo, "run", lambda *words: commands.append(words[0]) or 0)
    monkeypatch.setattr(demo, "serve_page", lambda port: commands.append("ui") or SERVED)
    return commands


def fails_with(code):
    return lambda *words: code


def test_the_demo_makes_an_archive_then_indexes_then_searches_then_serves(typed):
    assert demo.main() == SERVED
    assert typed == ["sample", "index", "search", "ui"]


def test_an_archive_that_is_there_is_not_made_again(typed, tmp_path):
    archive = tmp_path / demo.ARCHIVE
    archive.mkdir()
    (archive / "truth.csv").touch()
    assert demo.main() == SERVED
    assert typed == ["index", "search", "ui"]


def test_an_archive_that_cannot_be_made_ends_the_demo(typed, monkeypatch):
    monkeypatch.setattr(demo, "run", fails_with(1))
    assert demo.main() == 1
    assert typed == []


def test_skipped_files_do_not_end_the_demo(typed, monkeypatch):
    codes = {"sample": 0, "index": demo.SOME_SKIPPED, "search": 0}
    monkeypatch.setattr(demo, "run", lambda *words: codes[words[0]])
    assert demo.main() == SERVED


@pytest.mark.parametrize("code", [1, 2, 130])
def test_a_failed_index_ends_the_demo_with_its_code(typed, monkeypatch, code):
    codes = {"sample": 0, "index": code}
    monkeypatch.setattr(demo, "run", lambda *words: codes[words[0]])
    assert demo.main() == code
    assert typed == []


def test_the_demo_can_stop_before_the_page(typed, monkeypatch):
    monkeypatch.setenv("DEMO_NO_UI", "1")
    assert demo.main() == 0
    assert typed == ["sample", "index", "search"]


def test_the_samples_are_folders_of_dicom_files():
    for folder in demo.sample_folders():
        contents = [file.read_bytes() for file in Path(folder).glob("*.dcm")]
        with_preamble = [c for c in contents if c[128:132] == b"DICM"]  # DICOM PS3.10, 7.1
        assert len(with_preamble) > 50


def test_the_samples_of_pydicom_are_found_without_importing_it():
    code = (
        "import sys; from radseek.demo import sample_folders\n"
        "print(*sample_folders()); print('pydicom' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    folders, imported = run.stdout.splitlines()
    assert "pydicom/data/test_files" in folders
    assert imported == "False"


def test_a_package_that_is_not_installed_gives_no_folder(monkeypatch):
    monkeypatch.setattr(demo, "SAMPLES", {"no-such-package-here": "data"})
    assert demo.sample_folders() == []


def test_a_command_is_shown_as_a_person_would_type_it(capsys):
    arguments = demo.announced(("search", "chest x-ray"))
    assert capsys.readouterr().out == "\n$ radseek search 'chest x-ray'\n"
    assert arguments == [sys.executable, "-m", "radseek", "search", "chest x-ray"]


def test_a_port_in_use_is_passed_over():
    with socket.socket() as taken:
        taken.bind((demo.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert demo.free_port(port) != port


def test_a_free_port_is_taken():
    with socket.socket() as probe:
        probe.bind((demo.HOST, 0))
        port = probe.getsockname()[1]
    assert demo.free_port(port) == port


def test_a_page_that_ends_before_it_answers_is_noticed():
    with subprocess.Popen([sys.executable, "-c", ""]) as page:
        assert demo.answers("http://127.0.0.1:9/", page) is False


def test_a_page_that_answers_is_noticed():
    server = http.server.HTTPServer((demo.HOST, 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=server.handle_request).start()
    waiting = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with server, subprocess.Popen(waiting, stdin=subprocess.PIPE) as page:
        assert demo.answers(f"http://{demo.HOST}:{server.server_port}/", page) is True


@pytest.mark.parametrize(("display", "opened"), [(":0", ["http://here"]), ("", [])])
def test_the_browser_opens_only_where_there_is_a_screen(monkeypatch, display, opened):
    seen: list[str] = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(demo.webbrowser, "open", seen.append)
    demo.show("http://here")
    assert seen == opened
