"""A backup is a whole collection of one moment, and nothing else appears under its name."""

import hashlib
import json
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from core.errors import CollectionCorrupt, CollectionLocked, InvalidRequest, StorageError
from storage import backup, shards
from storage.backup import Backup, back_up
from storage.batch import Batch
from storage.layout import Layout, layout_of
from storage.lock import WriterLock
from storage.reader import CollectionReader
from storage.shards import shard_path
from storage.verify import Examination, verify
from storage.verify_findings import CheckProgress, Depth
from tests.unit.storage.factories import at, embedded, one_each, open_writer, random_rows

FILES = 25


def is_picture(content: bytes) -> bool:
    return content == b"webp"


def made(home: Path, folder: Path, seen: Callable[[CheckProgress], None] = id) -> Backup:
    how = Examination(Depth.FULL, is_picture, seen)
    return back_up(layout_of(home, "main"), "main", folder, "1.2.3", how)


def restored(folder: Path, home: Path) -> None:
    shutil.copytree(folder, home / "collections" / "main")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collection of three shards of ten, ten and six rows; picture 3 has been replaced."""
    monkeypatch.setattr(shards, "ROWS_PER_SHARD", 10)
    with open_writer(tmp_path / "home") as writer:
        writer.commit(Batch(one_each(random_rows(FILES))))
        writer.commit(Batch([embedded("f2", random_rows(1, seed=9), content="new")]))
        writer.refresh_index()
    return tmp_path / "home"


@pytest.fixture
def layout(home: Path) -> Layout:
    return layout_of(home, "main")


def test_a_restored_backup_is_sound_and_answers_as_the_collection_did(
    home: Path, tmp_path: Path
) -> None:
    made(home, tmp_path / "saved")
    restored(tmp_path / "saved", tmp_path / "new")

    how = Examination(Depth.FULL, is_picture, id)
    verified = verify(layout_of(tmp_path / "new", "main"), "main", how)
    assert (verified.is_sound, verified.pictures, verified.sequence) == (True, FILES, 2)
    with (
        CollectionReader.open(home, "main") as old,
        CollectionReader.open(tmp_path / "new", "main") as new,
    ):
        before, after = old.snapshot(), new.snapshot()
        assert after.ids.tolist() == before.ids.tolist()
        assert after.describe(after.ids) == before.describe(before.ids)
        queries = random_rows(5, seed=3)
        assert after.search(queries, 9)[0].tolist() == before.search(queries, 9)[0].tolist()
        assert (after.embeddings(after.ids) == before.embeddings(before.ids)).all()
        assert new.thumbnail(4) == b"webp"
    with open_writer(tmp_path / "new") as writer:
        writer.commit(Batch([embedded("more", random_rows(1, seed=5))]))
        writer.refresh_index()
    assert verify(layout_of(tmp_path / "new", "main"), "main", how).is_sound


def test_the_note_names_every_file_with_its_checksum(home: Path, tmp_path: Path) -> None:
    kept = layout_of(home, "main").evaluations
    kept.mkdir()
    (kept / "20260102T030405000006Z.json").write_text("{}")
    (kept / "20260102T030405000007Z.draft").write_text("half")
    told = made(home, tmp_path / "saved")
    note = json.loads((tmp_path / "saved" / "backup.json").read_text())
    assert (note["radseek"], note["collection"], note["schema"]) == ("1.2.3", "main", told.schema)
    assert (note["sequence"], note["pictures"]) == (2, FILES)
    hashes = {
        str(path.relative_to(tmp_path / "saved")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (tmp_path / "saved").rglob("*")
        if path.is_file() and path.name != "backup.json"
    }
    assert {file["path"]: file["sha256"] for file in note["files"]} == hashes
    assert sorted(hashes) == [
        "catalog.sqlite",
        "evaluations/20260102T030405000006Z.json",
        *(f"shards/{n:06d}.f16" for n in range(3)),
        "thumbnails.sqlite",
    ]


def test_a_backup_is_for_its_owner_alone(home: Path, tmp_path: Path) -> None:
    kept = layout_of(home, "main").evaluations
    kept.mkdir()
    (kept / "20260102T030405000006Z.json").write_text("{}")
    made(home, tmp_path / "saved")
    modes = {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode))
        for path in [tmp_path / "saved", *(tmp_path / "saved").rglob("*")]
    }
    assert modes == {(True, 0o700), (False, 0o600)}


def test_what_is_committed_while_it_is_copied_is_not_in_it(
    home: Path, layout: Layout, tmp_path: Path
) -> None:
    with open_writer(home) as writer:

        def commit(progress: CheckProgress) -> None:
            if progress.step in {"shards", "thumbnails"}:
                name = f"{progress.step}{progress.done}"
                rows = random_rows(7, seed=len(name))
                writer.commit(Batch([embedded(name, rows), embedded("f5", rows, content=name)]))

        told = made(home, tmp_path / "saved", commit)
        assert {at("shards0"), at("thumbnails0")} <= set(writer.known())
    assert (told.sequence, told.pictures) == (2, FILES)
    restored(tmp_path / "saved", tmp_path / "new")
    verified = verify(
        layout_of(tmp_path / "new", "main"), "main", Examination(Depth.FULL, is_picture, id)
    )
    assert (verified.is_sound, verified.sequence) == (True, 2)
    assert shard_path(tmp_path / "saved" / "shards", 2).stat().st_size < (
        shard_path(layout.shards, 2).stat().st_size
    )


def test_a_folder_that_holds_something_stays_as_it_is(home: Path, tmp_path: Path) -> None:
    made(home, tmp_path / "saved")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "other.part").mkdir()
    (tmp_path / "other.part" / "mine").touch()
    for name, why in {
        "saved": "holds a backup already",
        "full": "holds something",
        "file": "holds something",
        "other": "is no unfinished backup",
    }.items():
        with pytest.raises(InvalidRequest, match=why):
            made(home, tmp_path / name)
    assert (tmp_path / "full" / "mine").read_text() == "mine"
    assert (tmp_path / "other.part").is_dir()


def test_an_empty_folder_is_taken(home: Path, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    made(home, tmp_path / "saved")
    assert (tmp_path / "saved" / "backup.json").is_file()


def test_what_a_stopped_backup_left_is_replaced(home: Path, tmp_path: Path) -> None:
    draft = tmp_path / "saved.part"
    (draft / "shards").mkdir(parents=True)
    for name in ("backup.lock", "catalog.sqlite", "shards/000000.f16", "shards/000009.f16"):
        (draft / name).write_text("half")
    made(home, tmp_path / "saved")
    assert not draft.exists()
    assert not (tmp_path / "saved" / "shards" / "000009.f16").exists()


def test_one_that_was_killed_before_it_wrote_anything_is_not_in_the_way(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "saved.part").mkdir()
    assert made(home, tmp_path / "saved").pictures == FILES
    assert not (tmp_path / "saved.part").exists()


def test_one_that_is_killed_at_its_end_is_whole_or_begun_anew(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        patch.setattr(shutil, "rmtree", lambda _: None)  # a killed process clears nothing up
        with pytest.raises(KeyboardInterrupt):
            made(home, tmp_path / "saved")
    assert (tmp_path / "saved.part" / "backup.json").exists()
    assert made(home, tmp_path / "saved").pictures == FILES


def test_two_backups_do_not_write_to_one_folder(home: Path, tmp_path: Path) -> None:
    draft = tmp_path / "saved.part"
    draft.mkdir()
    lock = WriterLock(draft / "backup.lock", "main")
    with pytest.raises(CollectionLocked):
        made(home, tmp_path / "saved")
    assert (draft / "backup.lock").exists()
    lock.release()


def test_of_a_damaged_collection_there_is_no_backup(
    home: Path, layout: Layout, tmp_path: Path
) -> None:
    path = shard_path(layout.shards, 1)
    content = path.read_bytes()
    for harmed in (content[:-1], bytes([content[0] ^ 1]) + content[1:]):
        path.write_bytes(harmed)
        with pytest.raises(CollectionCorrupt, match="radseek verify"):
            made(home, tmp_path / "saved")
        assert [p.name for p in tmp_path.iterdir()] == ["home"]
    path.unlink()
    with pytest.raises(CollectionCorrupt, match="A shard is not there"):
        made(home, tmp_path / "saved")


def test_damaged_thumbnails_are_left_out(home: Path, layout: Layout, tmp_path: Path) -> None:
    layout.thumbnails.write_bytes(b"no database" * 999)
    told = made(home, tmp_path / "saved")
    assert "thumbnails.sqlite" not in {file.path for file in told.files}
    assert not (tmp_path / "saved" / "thumbnails.sqlite").exists()


def rename_shard(layout: Layout) -> None:
    """What a compaction does, seen from outside: rows move to a new shard, the old one goes."""
    newest = max(int(path.stem) for path in layout.shards.glob("*.f16"))
    old = min(int(path.stem) for path in layout.shards.glob("*.f16"))
    shutil.copy(shard_path(layout.shards, old), shard_path(layout.shards, newest + 1))
    with closing(sqlite3.connect(layout.catalog)) as connection:
        moved = (newest + 1, old)
        connection.execute("INSERT INTO shards SELECT ?, rows, 1 FROM shards WHERE id = ?", moved)
        connection.execute("UPDATE shards SET sealed = 1")
        connection.execute("UPDATE pictures SET shard_id = ? WHERE shard_id = ?", moved)
        connection.execute("DELETE FROM shards WHERE id = ?", (old,))
        connection.commit()
    shard_path(layout.shards, old).unlink()


def test_a_compaction_in_between_makes_it_begin_again(
    home: Path, layout: Layout, tmp_path: Path
) -> None:
    left = [rename_shard, rename_shard]

    def compact(progress: CheckProgress) -> None:
        if progress.step == "shards" and left:
            left.pop()(layout)

    told = made(home, tmp_path / "saved", compact)
    assert told.pictures == FILES
    assert [file.path for file in told.files][1:-1] == [f"shards/{n:06d}.f16" for n in (2, 3, 4)]


def test_compactions_without_end_are_an_error(home: Path, layout: Layout, tmp_path: Path) -> None:
    times = []

    def compact(progress: CheckProgress) -> None:
        if progress.step == "thumbnails":
            rename_shard(layout)
            times.append(progress)

    with pytest.raises(StorageError, match="being compacted"):
        made(home, tmp_path / "saved", compact)
    assert len(list(layout.shards.glob("*.f16"))) + 2 == backup.ATTEMPTS


def test_the_command_saves_a_collection_that_can_be_put_back(command, tmp_path: Path) -> None:
    picture = tmp_path / "red.png"
    Image.new("RGB", (8, 8), (200, 20, 20)).save(picture)
    assert command("index", picture)[0] == 0
    code, out, _ = command("backup", tmp_path / "saved", "--json")
    told = json.loads(out)
    assert (code, told["collection"], told["pictures"]) == (0, "default", 1)
    assert told["folder"] == str(tmp_path / "saved")
    code, _, err = command("backup", tmp_path / "saved")
    assert (code, "holds a backup already" in err) == (1, True)
    code, _, err = command("backup", tmp_path / "home/collections/other")
    assert (code, "would be taken for one" in err) == (1, True)

    shutil.copytree(tmp_path / "saved", tmp_path / "home/collections/again")
    code, out, _ = command("--collection", "again", "verify", "--full")
    assert (code, "Sound: 1 picture, up to batch 1." in out) == (0, True)
    code, out, _ = command("--collection", "again", "search", "red", "--json")
    assert json.loads(out)["hits"][0]["path"] == str(picture)
