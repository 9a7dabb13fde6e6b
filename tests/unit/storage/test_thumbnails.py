from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from storage.thumbnails import ThumbnailReader, ThumbnailWriter


def test_what_was_put_under_consecutive_ids_is_got(tmp_path: Path) -> None:
    writer = ThumbnailWriter(tmp_path / "thumbnails.sqlite")
    reader = ThumbnailReader(tmp_path / "thumbnails.sqlite")

    writer.put(7, [b"seven", b"eight"])

    assert [reader.get(i) for i in (6, 7, 8, 9)] == [None, b"seven", b"eight", None]
    writer.close()
    reader.close()


def test_an_id_that_a_failed_batch_used_is_used_again(tmp_path: Path) -> None:
    writer = ThumbnailWriter(tmp_path / "thumbnails.sqlite")
    reader = ThumbnailReader(tmp_path / "thumbnails.sqlite")
    writer.put(1, [b"lost", b"left behind"])

    writer.put(1, [b"kept"])

    assert reader.get(1) == b"kept"
    writer.close()
    reader.close()


def test_a_damaged_cache_gives_none_and_a_log_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "thumbnails.sqlite"
    path.write_bytes(b"not a database " * 100)
    reader = ThumbnailReader(path)

    assert reader.get(1) is None
    assert "thumbnail cannot be read" in caplog.text
    reader.close()


def test_a_missing_cache_gives_none(tmp_path: Path) -> None:
    reader = ThumbnailReader(tmp_path / "nowhere.sqlite")

    assert reader.get(1) is None
    reader.close()


def test_a_writer_begins_a_damaged_cache_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "thumbnails.sqlite"
    path.write_bytes(b"not a database " * 100)

    writer = ThumbnailWriter(path)
    writer.put(1, [b"one"])
    writer.close()

    reader = ThumbnailReader(path)
    assert reader.get(1) == b"one"
    assert "begun anew" in caplog.text
    reader.close()


def test_a_disk_that_is_full_takes_no_thumbnail_away(tmp_path: Path) -> None:
    path = tmp_path / "thumbnails.sqlite"
    writer = ThumbnailWriter(path)
    writer.put(1, [b"one"])
    writer.close()
    path.with_name("thumbnails.sqlite-wal").mkdir()  # SQLite can write no log

    with pytest.raises(OperationalError):
        ThumbnailWriter(path)

    path.with_name("thumbnails.sqlite-wal").rmdir()
    reader = ThumbnailReader(path)
    assert reader.get(1) == b"one"
    reader.close()
