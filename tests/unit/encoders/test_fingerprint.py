"""The remembered sha256."""

import hashlib
import os
from pathlib import Path

import pytest

from encoders import fingerprint
from encoders.fingerprint import file_sha256

CONTENT = b"weights"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "w.pt"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "REMEMBER_ABOVE", 0)


def test_a_small_file_is_hashed_and_leaves_no_note(weights: Path) -> None:
    assert file_sha256(weights) == DIGEST
    assert list(weights.parent.iterdir()) == [weights]


@pytest.mark.usefixtures("every_file_is_large")
def test_a_large_file_is_hashed_once(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = file_sha256(weights)
    monkeypatch.setattr(fingerprint, "compute_sha256", lambda _path: "computed again")

    assert first == file_sha256(weights) == DIGEST


@pytest.mark.usefixtures("every_file_is_large")
@pytest.mark.parametrize("changed", [b"weight5", b"weights and more"])
def test_a_changed_file_is_hashed_again(weights: Path, changed: bytes) -> None:
    file_sha256(weights)
    stat = weights.stat()
    weights.write_bytes(changed)
    os.utime(weights, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))

    assert file_sha256(weights) == hashlib.sha256(changed).hexdigest()


@pytest.mark.usefixtures("every_file_is_large")
@pytest.mark.parametrize("note", ["", "nonsense", "0 0 0", "ab" * 32])
def test_a_broken_note_is_replaced(weights: Path, note: str) -> None:
    weights.with_name("w.pt.sha256").write_text(note)

    assert file_sha256(weights) == DIGEST
    assert weights.with_name("w.pt.sha256").read_text().startswith(DIGEST)


@pytest.mark.usefixtures("every_file_is_large")
def test_where_no_note_can_be_written_it_is_hashed_each_time(weights: Path) -> None:
    weights.with_name("w.pt.sha256").mkdir()  # cannot be read or written as a file

    assert file_sha256(weights) == file_sha256(weights) == DIGEST
