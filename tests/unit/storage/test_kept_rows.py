"""Rows that are kept between processes: as they were put, or not at all."""

import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.types import Embeddings
from storage.kept_rows import FOLDER, KeptRows


def rows(seed: int = 0, count: int = 5, dim: int = 4) -> Embeddings:
    return np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)


def only_file(home: Path) -> Path:
    (file,) = (home / FOLDER).iterdir()
    return file


def test_what_was_put_is_there_for_the_next_process(tmp_path: Path) -> None:
    KeptRows(tmp_path).put("mini, these texts", rows())

    kept = KeptRows(tmp_path).get("mini, these texts", 4)

    assert kept is not None
    assert kept.dtype == np.float32
    np.testing.assert_array_equal(kept, rows())


def test_another_key_has_nothing(tmp_path: Path) -> None:
    KeptRows(tmp_path).put("mini, these texts", rows())

    assert KeptRows(tmp_path).get("mini, other texts", 4) is None


def test_a_home_that_is_not_there_yet_has_nothing_and_gets_a_private_folder(tmp_path: Path) -> None:
    kept = KeptRows(tmp_path / "home")
    assert kept.get("a", 4) is None

    kept.put("a", rows())

    assert stat.S_IMODE((tmp_path / "home" / FOLDER).stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(tmp_path / "home").stat().st_mode) == 0o600


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:20],
        lambda content: content[:-16],
        lambda content: flipped(content, 0),
        lambda content: flipped(content, 50),
    ],
    ids=["empty", "cut in its check", "a row short", "another check", "another row"],
)
def test_a_damaged_file_is_told_and_made_anew(tmp_path, caplog, damage) -> None:
    kept = KeptRows(tmp_path)
    kept.put("a", rows())
    file = only_file(tmp_path)
    file.write_bytes(damage(file.read_bytes()))

    with caplog.at_level(logging.WARNING):
        found = kept.get("a", 4)
    kept.put("a", rows())

    assert found is None
    assert "kept rows are damaged" in caplog.text
    np.testing.assert_array_equal(kept.get("a", 4), rows())


def test_a_file_under_the_name_of_another_key_is_not_taken(tmp_path: Path) -> None:
    kept = KeptRows(tmp_path)
    kept.put("a", rows(0))
    of_a = only_file(tmp_path).read_bytes()
    kept.put("b", rows(1))
    for file in (tmp_path / FOLDER).iterdir():
        file.write_bytes(of_a)

    assert kept.get("b", 4) is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path, caplog) -> None:
    (tmp_path / FOLDER).write_text("in the way")

    with caplog.at_level(logging.INFO):
        KeptRows(tmp_path).put("a", rows())

    assert KeptRows(tmp_path).get("a", 4) is None
    assert "rows cannot be kept" in caplog.text


def test_who_reads_beside_writers_sees_whole_rows(tmp_path: Path) -> None:
    kept = KeptRows(tmp_path)
    kept.put("a", rows(count=2000))

    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            threads.submit(KeptRows(tmp_path).put, "a", rows(count=2000))
        seen = [threads.submit(KeptRows(tmp_path).get, "a", 4) for _ in range(60)]

    for each in seen:
        np.testing.assert_array_equal(each.result(), rows(count=2000))
    assert len(list((tmp_path / FOLDER).iterdir())) == 1
