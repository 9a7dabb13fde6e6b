"""After a rebuild a collection whose caches were wrong is sound."""

import json
from pathlib import Path

import pytest
from PIL import Image

from storage.manifest import read_manifest
from storage.shards import shard_path


@pytest.fixture
def root(command, tmp_path: Path) -> Path:
    """A collection of three pictures."""
    for name in ("red", "green", "blue"):
        Image.new("RGB", (8, 8), name).save(tmp_path / f"{name}.png")
    assert command("index", *sorted(tmp_path.glob("*.png")))[0] == 0
    return tmp_path / "home/collections/default"


def test_a_damaged_index_is_made_anew(command, root: Path) -> None:
    before = read_manifest(root / "index")
    (root / "index" / before.file_name).write_bytes(b"no index")
    assert command("verify")[0] == 1

    code, out, _ = command("rebuild", "--json")

    assert (code, json.loads(out)["findings"]) == (0, [])
    assert read_manifest(root / "index").generation == before.generation + 1
    assert command("verify", "--full")[0] == 0
    code, out, _ = command("search", "red", "--json")
    assert Path(json.loads(out)["hits"][0]["path"]).name == "red.png"


def test_a_lost_index_is_made_anew(command, root: Path) -> None:
    for path in (root / "index").iterdir():
        path.unlink()
    assert command("rebuild")[0] == 0
    assert read_manifest(root / "index").rows == 3


def test_damage_is_not_mended_by_a_rebuild(command, root: Path) -> None:
    path = shard_path(root / "shards", 0)
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    assert command("rebuild")[0] == 1
