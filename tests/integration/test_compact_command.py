"""`radseek compact` drops what was replaced, and the collection is sound before and after."""

import json
from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture
def folder(command, tmp_path: Path) -> Path:
    """Ten pictures that are indexed, of which one was then replaced."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for shade in range(10):
        Image.new("L", (8, 8), 20 * shade).save(folder / f"{shade}.png")
    assert command("index", folder)[0] == 0
    Image.new("RGB", (16, 16), "red").save(folder / "3.png")
    assert command("index", folder)[0] == 0
    return folder


def test_a_shard_that_is_hardly_worn_is_left_unless_all_are_wanted(command, folder: Path) -> None:
    code, out, _ = command("compact", "--json")
    left = json.loads(out)
    code_all, out_all, _ = command("compact", "--all", "--json")
    dropped = json.loads(out_all)

    assert (code, code_all) == (0, 0)
    assert left == {
        "collection": "default",
        "shards": 0,
        "moved": 0,
        "dropped": 0,
        "freed_bytes": 0,
    }
    assert (dropped["shards"], dropped["moved"], dropped["dropped"]) == (1, 10, 1)
    assert command("verify", "--full")[0] == 0
    code, out, _ = command("similar", folder / "3.png", "--json")
    assert Path(json.loads(out)["hits"][0]["path"]).name == "3.png"


def test_a_share_can_be_named(command, folder: Path) -> None:
    code, out, _ = command("compact", "--share", "0.05")

    assert code == 0
    assert "1 shard written anew: 10 embeddings moved, 1 dropped" in out


def test_a_run_compacts_when_much_has_ended(command, folder: Path) -> None:
    for shade in range(5):
        Image.new("RGB", (16, 16), (0, 40 * shade, 255)).save(folder / f"{shade}.png")
    assert command("index", folder)[0] == 0

    code, out, _ = command("compact", "--all", "--json")

    assert (code, json.loads(out)["dropped"]) == (0, 0)
    assert command("verify", "--full")[0] == 0


def test_all_and_a_share_contradict_each_other(command, folder: Path) -> None:
    code, _, said = command("compact", "--all", "--share", "0.3")

    assert code == 1
    assert "either --all or a --share" in said


def test_a_collection_that_is_not_there_is_not_made(command, tmp_path: Path) -> None:
    code, _, said = command("--collection", "other", "compact")

    assert code == 1
    assert "There is no collection 'other'" in said
    assert not (tmp_path / "home/collections/other").exists()
