"""After a rebuild a collection whose caches were wrong is sound."""

import json
import sqlite3
from contextlib import closing
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


def test_a_kind_that_is_asked_for_stays(command, root: Path, monkeypatch) -> None:
    assert command("rebuild", "--index", "panorama")[0] == 0
    status = json.loads(command("status", "--json")[1])
    told = {name: status[name] for name in status if name.startswith("index")}
    assert told == {
        "index": "panorama",
        "index_rows": 3,
        "index_recall": 1.0,
        "index_recall_texts": 1.0,
    }
    assert command("rebuild")[0] == 0
    assert read_manifest(root / "index").kind == "panorama"
    monkeypatch.setenv("RADSEEK_INDEX", "auto")
    assert command("rebuild")[0] == 0
    assert read_manifest(root / "index").kind == "flat"
    out = command("status")[1]
    assert "flat" in out


def test_a_kind_that_does_not_exist_is_refused(command, root: Path) -> None:
    code, _, err = command("rebuild", "--index", "hnsw")
    assert code == 1
    assert "panorama" in err


def test_damage_is_not_mended_by_a_rebuild(command, root: Path) -> None:
    path = shard_path(root / "shards", 0)
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    assert command("rebuild")[0] == 1


def shown(root: Path) -> dict[int, bytes]:
    with closing(sqlite3.connect(root / "thumbnails.sqlite")) as connection:
        return dict(connection.execute("SELECT picture_id, webp FROM thumbnails"))


def test_missing_and_broken_thumbnails_are_made_again(command, root: Path) -> None:
    before = shown(root)
    with closing(sqlite3.connect(root / "thumbnails.sqlite")) as connection:
        connection.execute("DELETE FROM thumbnails WHERE picture_id = 1")
        connection.execute("UPDATE thumbnails SET webp = x'00' WHERE picture_id = 3")
        connection.commit()
    assert command("verify")[0] == 1

    code, _, err = command("rebuild", "--thumbnails")

    assert (code, "2 thumbnails made, 0 left" in err) == (0, True)
    assert shown(root) == before
    assert command("verify", "--full")[0] == 0


def test_damaged_thumbnails_are_made_again(command, root: Path) -> None:
    before = shown(root)
    (root / "thumbnails.sqlite").write_bytes(b"no database" * 999)
    assert command("rebuild", "--thumbnails")[0] == 0
    assert shown(root) == before


def test_the_frames_of_a_volume_get_their_own_thumbnails_again(command, tmp_path: Path) -> None:
    folder = tmp_path / "clip"
    folder.mkdir()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(folder / "clip.tiff", save_all=True, append_images=frames[1:])
    assert command("index", folder)[0] == 0
    root = tmp_path / "home/collections/default"
    before = shown(root)
    assert len(set(before.values())) == 3
    (root / "thumbnails.sqlite").unlink()
    assert command("rebuild", "--thumbnails")[0] == 0
    assert shown(root) == before


def test_a_file_that_is_gone_or_has_changed_gives_no_thumbnail(
    command, root: Path, tmp_path: Path
) -> None:
    before = shown(root)
    for suffix in ("", "-wal", "-shm"):
        (root / f"thumbnails.sqlite{suffix}").unlink(missing_ok=True)
    (tmp_path / "blue.png").unlink()
    Image.new("RGB", (8, 8), "black").save(tmp_path / "green.png")

    code, out, err = command("rebuild", "--thumbnails", "--json")

    assert (code, "1 thumbnail made, 2 left" in err) == (1, True)
    assert shown(root) == {3: before[3]}  # red.png comes last
    assert [finding["code"] for finding in json.loads(out)["findings"]] == ["thumbnails-missing"]
