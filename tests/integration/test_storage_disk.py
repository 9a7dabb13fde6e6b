"""A disk that is full, folders that may not be written or read: a message, and nothing is lost."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from full_disk import no_file_beyond

from core.errors import StorageError
from storage.backup import back_up
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.verify import Examination
from storage.verify_findings import Depth
from tests.conftest import need
from tests.unit.storage.factories import fill, one_each, open_writer, random_rows
from tests.unit.storage.laws import breaches

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "golden" / "collection-0003"

# Commits until the disk takes no more, then once more the same batch when there is room again.
FILL = """
import json, resource, subprocess, sys
from pathlib import Path
from core.errors import StorageError
from storage.batch import Batch
from storage.layout import layout_of
from storage.verify import Examination, verify
from storage.verify_findings import Depth
from tests.unit.storage.factories import embedded, open_writer, random_rows

home, how, size = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
ballasts = [home / "ballast1", home / "ballast2"]

def fill_up():
    if how == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    else:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", home], check=True)
        for file in ballasts:
            file.write_bytes(bytes(700_000))

def make_room():
    if how == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    else:
        ballasts.pop().unlink()

def batch(number):
    return Batch([embedded(f"{number}-{i}", random_rows(3, seed=number)) for i in range(20)])

fill_up()
refused, committed, writer = "", 0, None
try:
    writer = open_writer(home)
    while True:
        writer.commit(batch(committed))
        committed += 1
        writer.refresh_index()
except StorageError as error:
    refused = str(error)
make_room()
if writer is None:
    writer = open_writer(home)
for _ in range(2):
    writer.commit(batch(committed))
    committed += 1
writer.refresh_index()
writer.close()
make_room()
how = Examination(Depth.FULL, lambda content: content == b"webp", lambda _: None)
verified = verify(layout_of(home, "main"), "main", how)
print(json.dumps({
    "refused": refused,
    "committed": committed,
    "pictures": verified.pictures,
    "findings": [f"{f.severity} {f.code}" for f in verified.findings],
}))
"""

# What a person sees who may not do something, by the name of the attempt.
TRY = """
import json, os, sys
from pathlib import Path
from core.errors import RadseekError
from storage.backup import back_up
from storage.batch import Batch
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.verify import Examination, verify
from storage.verify_findings import Depth
from tests.unit.storage.factories import open_writer

home, how = Path(sys.argv[2]), Examination(Depth.FULL, bool, lambda _: None)

def read():
    with CollectionReader.open(home, "main") as reader:
        snapshot = reader.snapshot()
        return len(snapshot.describe(snapshot.ids))

def write():
    open_writer(home).close()

def check():
    return verify(layout_of(home, "main"), "main", how).is_sound

def save():
    back_up(layout_of(home, "main"), "main", home / "saved", "1", how)

for attempt in (read, write, check, save):
    attempt()  # loads the modules that nobody may be unable to read
home = Path(sys.argv[1])
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
told = {}
for attempt in (read, write, check, save):
    try:
        told[attempt.__name__] = attempt()
    except RadseekError as error:
        told[attempt.__name__] = type(error).__name__
print(json.dumps(told))
"""


def told_by(words: list[object]) -> dict[str, Any]:
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def check_filled(told: dict[str, Any]) -> None:
    assert "Look at the free space" in told["refused"]
    assert told["pictures"] == told["committed"] * 60
    assert [f for f in told["findings"] if not f.startswith("note")] == []


@pytest.mark.parametrize("kilobytes", [4, 20, 36, 52, 70, 120, 180, 260, 380])
def test_a_file_that_cannot_grow_costs_no_committed_batch(tmp_path: Path, kilobytes: int) -> None:
    check_filled(told_by([sys.executable, "-c", FILL, tmp_path, "limit", kilobytes * 1024 + 100]))


@pytest.mark.parametrize("kilobytes", [2000, 2700, 3600])
def test_a_full_disk_costs_no_committed_batch(tmp_path: Path, kilobytes: int) -> None:
    can_mount = os.geteuid() == 0 and shutil.which("unshare") is not None
    need(can_mount, "only root can mount a small disk")
    words = [sys.executable, "-c", FILL, tmp_path, "disk", kilobytes * 1024]
    check_filled(told_by(["unshare", "--mount", *words]))


@pytest.mark.parametrize("kilobytes", [4, 40, 100])
def test_a_backup_that_does_not_fit_is_told_and_leaves_nothing(
    tmp_path: Path, kilobytes: int
) -> None:
    how = Examination(Depth.FULL, bool, lambda _: None)
    fill(tmp_path / "home", one_each(random_rows(60)))
    layout, folder = layout_of(tmp_path / "home", "main"), tmp_path / "saved"

    with no_file_beyond(kilobytes), pytest.raises(StorageError, match="free space"):
        back_up(layout, "main", folder, "1", how)

    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert back_up(layout, "main", folder, "1", how).pictures == 60


@pytest.mark.parametrize("kilobytes", [4, 70, 100])
def test_an_upgrade_that_does_not_fit_is_told_and_done_the_next_time(
    tmp_path: Path, kilobytes: int
) -> None:
    layout = layout_of(tmp_path, "main")
    shutil.copytree(OLD, layout.root, ignore=shutil.ignore_patterns("make.py"))

    with no_file_beyond(kilobytes), pytest.raises(StorageError, match="free space"):
        open_writer(tmp_path)
    open_writer(tmp_path).close()

    with CollectionReader.open(tmp_path, "main") as reader:
        assert len(reader.snapshot().ids) == 5
    assert breaches(tmp_path) == {}


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that everybody can reach, with a collection of two pictures."""
    need(os.geteuid() == 0, "only root can act as somebody else")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        fill(home, one_each(random_rows(2)))
        yield home


def told_to_nobody(home: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as other:
        fill(Path(other), one_each(random_rows(2)))
        return told_by([sys.executable, "-c", TRY, home, other])


def test_the_collection_of_somebody_else_is_refused_with_a_message(home: Path) -> None:
    assert told_to_nobody(home) == dict.fromkeys(["read", "write", "check", "save"], "StorageError")


def make_readable(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def test_a_folder_that_may_only_be_read_is_refused_with_a_message(home: Path) -> None:
    make_readable(home)
    assert told_to_nobody(home) == dict.fromkeys(["read", "write", "check", "save"], "StorageError")


def test_a_restored_backup_can_be_read_where_nothing_may_be_written(home: Path) -> None:
    how = Examination(Depth.FULL, bool, lambda _: None)
    back_up(layout_of(home, "main"), "main", home / "saved", "1", how)
    (home / "restored" / "collections").mkdir(parents=True)
    (home / "saved").rename(home / "restored" / "collections" / "main")
    make_readable(home)
    told = told_to_nobody(home / "restored")
    assert told == {"read": 2, "write": "StorageError", "check": True, "save": "StorageError"}
