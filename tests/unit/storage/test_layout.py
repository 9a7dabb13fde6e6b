import stat
from pathlib import Path

import pytest

from core.errors import InvalidRequest
from storage.layout import collection_exists, collection_names, layout_of


@pytest.mark.parametrize("name", ["main", "chest-2024", "a.b_c", "0", "-", "x" * 64])
def test_a_plain_name_gives_a_folder_below_collections(tmp_path: Path, name: str) -> None:
    assert layout_of(tmp_path, name).root == tmp_path / "collections" / name


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "a/b", "../main", "Main", "a b", "ä", "a\n", "x" * 65]
)
def test_a_name_that_could_leave_the_folder_or_hide_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidRequest, match="cannot name a collection"):
        layout_of(tmp_path, name)


def test_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    layout = layout_of(tmp_path / "deep" / "home", "main")

    layout.create()

    made = [layout.shards, layout.index, layout.root, layout.root.parent, tmp_path / "deep"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in made] == [0o700] * len(made)


def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    home.chmod(0o755)

    layout_of(home, "main").create()

    assert stat.S_IMODE(home.stat().st_mode) == 0o755


def test_only_folders_with_a_catalog_and_a_good_name_are_collections(tmp_path: Path) -> None:
    for name in ("b", "a", "Bad Name"):
        folder = tmp_path / "collections" / name
        folder.mkdir(parents=True)
        (folder / "catalog.sqlite").touch()
    (tmp_path / "collections" / "empty").mkdir()

    assert collection_names(tmp_path) == ["a", "b"]
    assert collection_exists(tmp_path, "a")
    assert not collection_exists(tmp_path, "empty")


def test_a_home_that_is_not_there_has_no_collections(tmp_path: Path) -> None:
    assert collection_names(tmp_path / "nowhere") == []


def test_the_bytes_of_all_files_are_summed(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, "main")
    layout.create()
    (layout.shards / "000000.f16").write_bytes(bytes(10))
    layout.catalog.write_bytes(bytes(5))

    assert layout.bytes_on_disk() == 15
