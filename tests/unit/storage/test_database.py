import errno
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.errors import CollectionCorrupt, StorageError
from storage.database import open_for_reading, open_for_writing, rows_of, storage_errors

SCATTERED = (  # more than the 64 KiB that SQLite keeps of such a file in memory
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
    "SELECT randomblob(32) FROM n"
)


def test_a_write_is_durable_and_checked(tmp_path: Path) -> None:
    engine = open_for_writing(tmp_path / "a.sqlite")

    with engine.connect() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine.dispose()


def test_what_a_writer_writes_goes_to_no_file_beside(tmp_path: Path) -> None:
    engine = open_for_writing(tmp_path / "a.sqlite")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x BLOB UNIQUE)"))
        connection.execute(text(f"INSERT INTO t {SCATTERED}"))

    with engine.begin() as connection:
        before = open_files()
        connection.execute(text(f"INSERT INTO t {SCATTERED}"))  # may be taken back alone
        connection.execute(text(f"CREATE TEMP TABLE beside AS {SCATTERED}"))

        assert open_files() == before
    engine.dispose()


def test_the_size_of_a_page_is_chosen_once_and_the_log_stays_as_long(tmp_path: Path) -> None:
    open_and_fill(tmp_path / "a.sqlite", page_bytes=32_768)

    for path in ("a.sqlite", "b.sqlite"):
        open_and_fill(tmp_path / path)

    assert settings_of(tmp_path / "a.sqlite") == (32_768, (40 << 20) // 32_768)
    assert settings_of(tmp_path / "b.sqlite") == (4096, (40 << 20) // 4096)


def test_a_table_made_in_a_transaction_that_fails_is_not_there(tmp_path: Path) -> None:
    engine = open_for_writing(tmp_path / "a.sqlite")

    with suppress(RuntimeError), engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
        raise RuntimeError

    with engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM sqlite_master")).all() == []
    engine.dispose()


def test_rows_of_the_driver_are_plain_and_its_errors_are_told_alike(tmp_path: Path) -> None:
    open_and_fill(tmp_path / "a.sqlite")
    engine = open_for_reading(tmp_path / "a.sqlite")

    with engine.connect() as connection:
        assert rows_of(connection, "SELECT ?, x FROM t WHERE x < ?", "a", 2) == [("a", 1)]
        with pytest.raises(StorageError, match="no such table") as caught, storage_errors("main"):
            rows_of(connection, "SELECT * FROM nowhere WHERE x = ?", "Invented")
    assert "Invented" not in repr(caught.value.__cause__)
    engine.dispose()


def test_reading_cannot_write_and_says_so(tmp_path: Path) -> None:
    open_and_fill(tmp_path / "a.sqlite")
    engine = open_for_reading(tmp_path / "a.sqlite")

    with (
        pytest.raises(StorageError, match="readonly"),
        storage_errors("main"),
        engine.begin() as connection,
    ):
        connection.execute(text("INSERT INTO t VALUES (2)"))
    engine.dispose()


def test_a_path_with_odd_characters_can_be_opened(tmp_path: Path) -> None:
    folder = tmp_path / "a?b#c %41 \udcff"
    folder.mkdir()

    open_and_fill(folder / "a.sqlite")

    assert (folder / "a.sqlite").is_file()


def test_what_is_no_database_is_corrupt(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"not a database " * 100)
    engine = open_for_reading(tmp_path / "a.sqlite")

    with (
        pytest.raises(CollectionCorrupt, match="'main' is damaged"),
        storage_errors("main"),
        engine.connect() as connection,
    ):
        connection.execute(text("SELECT * FROM t"))
    engine.dispose()


def test_a_full_disk_is_named() -> None:
    with pytest.raises(StorageError, match="No space left on device"), storage_errors("main"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_mistake_of_the_program_is_not_hidden_and_shows_no_parameters(tmp_path: Path) -> None:
    engine = open_for_writing(tmp_path / "a.sqlite")
    insert = text("INSERT INTO t VALUES (:name)")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x TEXT UNIQUE)"))
        connection.execute(insert, {"name": "Doe^Jane"})

    with (
        pytest.raises(IntegrityError) as caught,
        storage_errors("main"),
        engine.begin() as connection,
    ):
        connection.execute(insert, {"name": "Doe^Jane"})

    assert "Doe" not in str(caught.value)
    engine.dispose()


def open_and_fill(path: Path, page_bytes: int = 4096) -> None:
    engine = open_for_writing(path, page_bytes)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS t (x INTEGER)"))
        connection.execute(text("INSERT INTO t VALUES (1)"))
    engine.dispose()


def settings_of(path: Path) -> tuple[int, ...]:
    engine = open_for_writing(path)
    with engine.connect() as connection:
        names = ("page_size", "wal_autocheckpoint")
        told = [connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in names]
    engine.dispose()
    return tuple(told)


def open_files() -> list[Path]:
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sorted(link.readlink() for link in links if "/fd" not in str(link.readlink()))
