import stat
from pathlib import Path

import pytest

from core.errors import CollectionLocked
from storage.lock import WriterLock


def test_a_second_writer_is_refused_by_name(tmp_path: Path) -> None:
    first = WriterLock(tmp_path / "writer.lock", "main")

    with pytest.raises(CollectionLocked, match="'main'"):
        WriterLock(tmp_path / "writer.lock", "main")

    first.release()


def test_a_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    WriterLock(tmp_path / "writer.lock", "main").release()

    WriterLock(tmp_path / "writer.lock", "main").release()

    assert stat.S_IMODE((tmp_path / "writer.lock").stat().st_mode) == 0o600
