import json
from dataclasses import replace
from pathlib import Path

import pytest

from storage.manifest import (
    Manifest,
    is_whole,
    manifest_path,
    read_manifest,
    write_manifest,
)

CONTENT = b"an index"
MANIFEST = Manifest(
    generation=3,
    kind="flat",
    sequence=7,
    rows=2,
    dim=8,
    parameters={},
    recall=1.0,
    sha256="13f28396e236ef752a2f8e7911c5ecc6750e3c9b96114475b260cc73cdd06d3a",
    weights_sha256="ab" * 32,
    faiss_version="1.15.1",
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)

    assert read_manifest(tmp_path) == MANIFEST
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_a_folder_without_one_has_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"generation": 1}', "\x00\xff"])
def test_one_that_cannot_be_read_is_none_and_is_logged(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    manifest_path(tmp_path).write_text(content, encoding="latin-1")

    assert read_manifest(tmp_path) is None
    assert "manifest cannot be read" in caplog.text


def test_a_field_of_a_later_program_makes_it_unreadable(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    fields = json.loads(manifest_path(tmp_path).read_text()) | {"levels": 32}
    manifest_path(tmp_path).write_text(json.dumps(fields))

    assert read_manifest(tmp_path) is None


def test_one_changed_bit_is_noticed(tmp_path: Path) -> None:
    # sha256sum of the bytes of "an index"
    known = "13f28396e236ef752a2f8e7911c5ecc6750e3c9b96114475b260cc73cdd06d3a"
    manifest = replace(MANIFEST, sha256=known)
    path = tmp_path / manifest.file_name

    assert not is_whole(tmp_path, manifest)
    path.write_bytes(CONTENT)
    assert is_whole(tmp_path, manifest)
    path.write_bytes(b"an indey")
    assert not is_whole(tmp_path, manifest)
