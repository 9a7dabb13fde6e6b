"""A transaction that was cut off between SQLite's log and its index never comes back later."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import StorageError
from storage.batch import Batch
from storage.layout import layout_of
from storage.reader import CollectionReader
from tests.unit.storage.factories import at, embedded, open_writer, random_rows
from tests.unit.storage.laws import breaches

READER = """
import sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(connection.execute("SELECT sequence FROM meta").fetchone()[0], flush=True)
sys.stdin.read()
"""


@contextmanager
def a_reader_of(catalog: Path) -> Iterator[None]:
    """Another process that has the catalog open, and cannot tidy up behind a writer."""
    words = [sys.executable, "-c", READER, str(catalog)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        yield
        process.communicate()


def test_a_batch_whose_writer_died_unheard_stays_away_once_it_was_not_there(tmp_path: Path) -> None:
    """SQLite writes a transaction to its log, then to the log's index: a kill can fall between.

    Those who have the catalog open do not see it then. But the next recovery of the log would, when
    its rows have been cut off the shard long since.
    """
    catalog = layout_of(tmp_path, "main").catalog
    index, saved = catalog.with_name("catalog.sqlite-shm"), tmp_path / "saved"
    with open_writer(tmp_path) as writer:
        writer.commit(Batch([embedded("first", random_rows(1))]))
    with a_reader_of(catalog):
        with open_writer(tmp_path) as writer:
            # By another process: to close a file here would let go of SQLite's locks on it.
            subprocess.run(["cp", index, saved], check=True)
            writer.commit(Batch([embedded("unheard", random_rows(2, seed=1))]))
        with index.open("r+b") as file:
            file.write(saved.read_bytes())

        with open_writer(tmp_path) as writer:
            assert set(writer.known()) == {at("first")}

    with open_writer(tmp_path) as writer:
        assert set(writer.known()) == {at("first")}
        writer.commit(Batch([embedded("next", random_rows(1, seed=2))]))
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        assert [record.location for record in snapshot.describe(snapshot.ids)] == [
            at("first"),
            at("next"),
        ]
    assert breaches(tmp_path) == {}


def test_a_failed_change_is_ended_before_rows_are_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shard of a batch that may still come true is not to be written over."""
    steps: list[str] = []

    def fails(*_: object) -> None:
        steps.append("batch")
        raise OSError(28, "No space left on device")

    with open_writer(tmp_path) as writer:
        writer.commit(Batch([embedded("a", random_rows(2)), embedded("b", random_rows(1))]))
        writer.commit(Batch(gone=[at("b")]))
        with monkeypatch.context() as patched:
            patched.setattr("storage.writer.commit_batch", fails)
            with pytest.raises(StorageError):
                writer.commit(Batch([embedded("c", random_rows(1))]))
        with monkeypatch.context() as patched:
            patched.setattr("storage.writer.end_unfinished", lambda _: steps.append("end"))
            patched.setattr("storage.writer.compact", fails)
            with pytest.raises(StorageError):
                writer.compact(share=0)
            patched.setattr("storage.writer.commit_batch", fails)
            with pytest.raises(StorageError):
                writer.commit(Batch([embedded("c", random_rows(1))]))

    assert steps == ["batch", "end", "batch", "end", "batch"]
    assert breaches(tmp_path) == {}
