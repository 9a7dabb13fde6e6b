"""A home on a network file system is refused to who writes, and told to who reads."""

from pathlib import Path

import pytest

from core.errors import StorageError
from storage import mounts
from storage.cohorts import Cohorts
from storage.contents import Content
from storage.layout import layout_of
from storage.reader import CollectionReader
from tests.unit.storage.factories import fill, one_each, open_writer, random_rows


@pytest.fixture
def home(tmp_path: Path) -> Path:
    fill(tmp_path, one_each(random_rows(2)))
    return tmp_path


@pytest.fixture
def on_nfs(home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> Path:
    told = tmp_path_factory.mktemp("proc") / "mountinfo"
    told.write_text(f"40 28 0:35 / {home} rw,relatime - nfs4 filer:/home rw,vers=4.2\n")
    monkeypatch.setattr(mounts, "MOUNTS", told)
    return home


def test_nothing_is_written_there(on_nfs: Path) -> None:
    with pytest.raises(StorageError, match=r"network file system \(nfs4\).*--home"):
        open_writer(on_nfs)
    with pytest.raises(StorageError, match="network file system"):
        Cohorts(layout_of(on_nfs, "main").cohorts).add("mine", [Content("00" * 32, 0)])


def test_who_reads_there_is_warned(on_nfs: Path, caplog: pytest.LogCaptureFixture) -> None:
    with CollectionReader.open(on_nfs, "main") as reader:
        assert len(reader.snapshot().ids) == 2

    assert [record.message for record in caplog.records] == [
        "the collection lies on a network file system: only search here while no other machine "
        f"writes to it folder={layout_of(on_nfs, 'main').root} type=nfs4"
    ]


def test_elsewhere_nothing_is_said(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    CollectionReader.open(home, "main").close()
    open_writer(home).close()

    assert caplog.records == []
