"""What holds for the repository as a whole."""

import os
import re
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["setuptools"]["packages"]
TARGETS = ["demo", "test", "check", "fuzz", "bench", "docs"]
LOCAL_PATH = re.compile(r"(?<![\w.~-])/(?:home|Users|root|work|workspace)/\w")
PICTURES = {".dcm", ".dicom", ".nii", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".npy"}

# A Python that notes what it is asked and can make a venv of itself.
RECORDING_PYTHON = """\
#!/bin/sh
echo "$@" >> "$LOG"
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p .venv/bin
    cp "$0" .venv/bin/python
    cp "$0" .venv/bin/pip
fi
"""


def files() -> list[Path]:
    """What git has or would take."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="ignore")


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path):
    """The Makefile in a folder with a space in its name, and a Python that only takes notes."""
    folder = tmp_path / "a folder"
    script(folder / "bin" / "python3", RECORDING_PYTHON)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "LOG": str(folder / "log")}
    return subprocess.run(
        ["make", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def noted(folder: Path, word: str) -> list[str]:
    return [line for line in (folder / "log").read_text().splitlines() if word in line]


def test_make_without_a_target_lists_all_of_them(checkout):
    listed = re.findall(r"^make (\w+)", make(checkout).stdout, re.MULTILINE)
    assert listed == TARGETS


def test_every_target_of_the_makefile_is_listed():
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony[1].split() == ["help", *TARGETS]


def test_the_demo_installs_once_and_then_only_runs(checkout):
    first, second = make(checkout, "demo"), make(checkout, "demo")
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(noted(checkout, "-m venv .venv")) == 1
    assert [line.split()[-4:] for line in noted(checkout, "pip install")] == [
        ["-c", "constraints.txt", "-e", ".[demo]"]
    ]
    assert noted(checkout, "radseek.demo") == ["-m radseek.demo"] * 2
    assert "Installing" in first.stdout
    assert second.stdout == ""


def test_the_development_install_serves_the_demo_too(checkout):
    make(checkout, "test")
    make(checkout, "demo")
    assert [line.split()[-1] for line in noted(checkout, "pip install")] == [".[demo,dev]"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_a_change_of_what_is_needed_installs_again(checkout, changed):
    make(checkout, "demo")
    os.utime(checkout / ".venv" / ".installed-demo", (1, 1))
    (checkout / changed).touch()
    make(checkout, "demo")
    assert len(noted(checkout, "pip install")) == 2
    assert len(noted(checkout, "-m venv .venv")) == 1


def test_an_install_that_failed_is_tried_again(checkout):
    failing = RECORDING_PYTHON + '[ "$3" = "install" ] && exit 1\nexit 0\n'
    script(checkout / "bin" / "python3", failing)
    assert make(checkout, "demo").returncode != 0
    script(checkout / ".venv" / "bin" / "python", RECORDING_PYTHON)
    assert make(checkout, "demo").returncode == 0
    assert len(noted(checkout, "pip install")) == 2


def test_an_old_python_is_told_in_a_sentence(checkout):
    script(checkout / "bin" / "python3.10", "#!/bin/sh\nexit 1\n")
    tried = make(checkout, "demo", "PYTHON=python3.10")
    assert tried.returncode != 0
    assert "radseek needs Python 3.11 or newer, and 'python3.10' is not." in tried.stderr
    assert not (checkout / ".venv").exists()


def test_ci_installs_what_is_missing_then_checks_and_tests_with_no_skip(tmp_path):
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    note = '#!/bin/sh\necho "$(basename "$0") $@ ${RADSEEK_REQUIRE_ALL:-}" >> log\n'
    for name in ("apt-get", "make", "dcmdump"):
        script(tmp_path / "bin" / name, note)
    for name in ("bash", "env", "dirname", "basename"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    (tmp_path / "bin" / "sh").symlink_to("/bin/sh")
    environment = {"PATH": str(tmp_path / "bin")}
    subprocess.run(
        [tmp_path / ".ci" / "run"], env=environment, stdin=subprocess.DEVNULL, check=True
    )
    assert [line.strip() for line in (tmp_path / "log").read_text().splitlines()] == [
        "apt-get update -q",
        "apt-get install -q -y --no-install-recommends chromium",
        "make check",
        "make test 1",
    ]


def test_ci_stops_at_a_failed_check(tmp_path):
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    for name in ("chromium", "dcmdump", "apt-get"):
        script(tmp_path / "bin" / name, "#!/bin/sh\n")
    script(tmp_path / "bin" / "make", '#!/bin/sh\necho "$1" >> log\nexit 2\n')
    environment = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    ended = subprocess.run([tmp_path / ".ci" / "run"], env=environment, check=False)
    assert ended.returncode == 2
    assert (tmp_path / "log").read_text().split() == ["check"]


def test_torchvision_is_neither_wanted_nor_there():
    named = {dist.metadata["Name"].lower() for dist in distributions()}
    assert "torch" in named
    assert "torchvision" not in named
    assert "torchvision" not in (ROOT / "pyproject.toml").read_text()
    assert "torchvision" not in (ROOT / "constraints.txt").read_text()


def test_torch_is_asked_for_without_a_build_tag_and_below_a_limit():
    (torch,) = (need for need in PROJECT["project"]["dependencies"] if need.startswith("torch"))
    assert torch == "torch>=2.6,<2.14"
    assert "+" not in (ROOT / "constraints.txt").read_text()


def test_every_package_is_installed_and_nothing_else():
    there = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in files()
        if path.name == "__init__.py"
    }
    assert set(PACKAGES) == there


def test_every_file_of_a_package_is_installed():
    patterns = ["*.py", *PROJECT["tool"]["setuptools"]["package-data"]["*"]]
    roots = {package.split(".")[0] for package in PACKAGES}
    inside = [path for path in files() if path.relative_to(ROOT).parts[0] in roots]
    left_out = [path for path in inside if not any(fnmatch(path.name, p) for p in patterns)]
    assert inside
    assert left_out == []


def test_no_file_of_the_page_hides_a_package():
    roots = {package.split(".")[0] for package in PACKAGES}
    assert not {path.stem for path in (ROOT / "ui").glob("*.py")} & roots


def test_the_tests_are_no_package():
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_file_names_a_path_of_a_developers_machine():
    own = (f"{ROOT}/", f"{Path.home()}/")
    naming = {
        str(path.relative_to(ROOT))
        for path in files()
        if LOCAL_PATH.search(text_of(path)) or any(part in text_of(path) for part in own)
    }
    assert naming == set()


def test_no_picture_is_in_the_repository_but_those_of_the_docs():
    allowed = (ROOT / "docs" / "images", ROOT / "tests" / "golden")
    pictures = [path for path in files() if path.suffix.lower() in PICTURES]
    assert [path for path in pictures if not any(map(path.is_relative_to, allowed))] == []


def test_the_licence_is_the_whole_apache_2_0():
    text = (ROOT / "LICENSE").read_text()
    assert "Version 2.0, January 2004" in text
    assert [f"   {n}. " in text for n in range(1, 10)] == [True] * 9
    assert "END OF TERMS AND CONDITIONS" in text
    assert PROJECT["project"]["license"] == "Apache-2.0"
