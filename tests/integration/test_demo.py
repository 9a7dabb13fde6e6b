"""`make demo` from its first line to the page that answers."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from radseek.demo import HOME

pytestmark = pytest.mark.slow

ADDRESS = re.compile(r"The page is at (http://127\.0\.0\.1:\d+) ")
KEPT = {name: value for name, value in os.environ.items() if not name.startswith("RADSEEK_")}
ENVIRONMENT = KEPT | {"PYTHONPATH": str(Path.cwd()), "DISPLAY": "", "WAYLAND_DISPLAY": ""}
DEMO = [sys.executable, "-m", "radseek.demo"]


def run_without_page(folder):
    environment = ENVIRONMENT | {"DEMO_NO_UI": "1"}
    return subprocess.run(
        DEMO, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def pictures(folder):
    words = [sys.executable, "-m", "radseek", "--home", HOME, "status", "--json"]
    run = subprocess.run(words, cwd=folder, env=ENVIRONMENT, capture_output=True, check=True)
    return json.loads(run.stdout)["pictures"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first(folder):
    return run_without_page(folder)


def test_the_demo_embeds_the_samples_and_puts_chests_first(first, folder):
    assert first.returncode == 0, first.stderr
    assert "$ radseek index " in first.stdout
    hits = first.stdout.split("$ radseek search ")[1].splitlines()[1:]
    assert [line.split()[0] for line in hits] == ["1", "2", "3", "4", "5", "6"]
    assert ["CHEST" in line.split() for line in hits[:4]] == [True] * 4
    assert pictures(folder) > 100


def test_the_demo_again_embeds_nothing(first, folder):
    before = pictures(folder)
    again = run_without_page(folder)
    assert ": 0 embedded, 0 catalogued, " in again.stdout
    assert pictures(folder) == before


def test_the_demo_serves_a_page_that_answers_and_ends_when_told(first, folder):
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(DEMO, cwd=folder, env=ENVIRONMENT, **output) as demo:
        page = next(found[1] for line in demo.stdout if (found := ADDRESS.search(line)))
        with urlopen(f"{page}/api/health", timeout=10) as answer:  # noqa: S310  (our address)
            health = json.load(answer)
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=30)
    assert health["status"] == "ok"
    with pytest.raises(OSError, match="refused"):
        urlopen(page, timeout=10)  # noqa: S310  (our address)
