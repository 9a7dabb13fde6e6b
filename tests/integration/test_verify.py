"""A check says what is wrong with a collection, where, and what to do; and nothing else."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imaging.thumbnail import is_thumbnail
from storage import shards
from storage.batch import Batch
from storage.flat_index import write_flat
from storage.layout import Layout, layout_of
from storage.manifest import Manifest, file_sha256, read_manifest, write_manifest
from storage.shards import shard_path
from storage.verify import Examination, Verified, verify
from storage.verify_findings import CheckProgress, Depth, FindingCode, Severity
from tests.unit.storage.factories import (
    DIM,
    embedded,
    one_each,
    open_writer,
    random_rows,
)

FILES = 25
ROW = 2 * DIM  # bytes


def webp() -> bytes:
    content = BytesIO()
    Image.new("RGB", (4, 4)).save(content, "WEBP")
    return content.getvalue()


def checked(home: Path, depth: Depth = Depth.USUAL) -> Verified:
    steps: list[CheckProgress] = []
    verified = verify(
        layout_of(home, "main"), "main", Examination(depth, is_thumbnail, steps.append)
    )
    assert all(0 <= step.done <= step.total for step in steps)
    return verified


def found(home: Path, depth: Depth = Depth.USUAL) -> list[tuple[str, int, str]]:
    return [(f.code.value, f.count, f.where) for f in checked(home, depth).findings]


def codes(home: Path, depth: Depth = Depth.USUAL) -> list[str]:
    return [finding.code.value for finding in checked(home, depth).findings]


def change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement, values)
        connection.commit()


def change_byte(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(content)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collection of three shards of ten, ten and six rows; picture 3 has been replaced."""
    monkeypatch.setattr(shards, "ROWS_PER_SHARD", 10)
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(one_each(random_rows(FILES))))
        writer.commit(Batch([embedded("f2", random_rows(1, seed=9), content="new")]))
        writer.refresh_index()
    layout = layout_of(tmp_path, "main")
    change(layout.thumbnails, "UPDATE thumbnails SET webp = ?", webp())
    return tmp_path


@pytest.fixture
def layout(home: Path) -> Layout:
    return layout_of(home, "main")


@pytest.mark.parametrize("depth", list(Depth))
def test_a_whole_collection_is_sound(home: Path, depth: Depth) -> None:
    verified = checked(home, depth)
    assert (verified.is_sound, verified.pictures, verified.sequence) == (True, FILES, 2)
    assert [(f.code, f.count) for f in verified.findings] == [(FindingCode.THUMBNAILS_ORPHANED, 1)]


def test_each_changed_byte_of_a_living_row_is_found(home: Path, layout: Layout) -> None:
    for slot in range(10):
        shutil.copytree(layout.shards, layout.root / "saved")
        change_byte(shard_path(layout.shards, 1), slot * ROW + slot)
        assert ("row-checksum", 1, f"pictures {11 + slot}") in found(home)
        shutil.rmtree(layout.shards)
        (layout.root / "saved").rename(layout.shards)


def test_the_row_of_a_picture_that_has_ended_is_nobodys_loss(home: Path, layout: Layout) -> None:
    change_byte(shard_path(layout.shards, 0), 2 * ROW)
    assert checked(home).is_sound


def test_a_quick_check_does_not_read_the_rows(home: Path, layout: Layout) -> None:
    change_byte(shard_path(layout.shards, 1), 0)
    assert checked(home, Depth.QUICK).is_sound


def test_a_shard_that_was_cut_has_lost_embeddings(home: Path, layout: Layout) -> None:
    path = shard_path(layout.shards, 1)
    path.write_bytes(path.read_bytes()[: -ROW - 1])
    assert found(home)[0] == ("shard-short", ROW + 1, "shards/000001.f16")
    assert checked(home).findings[0].severity is Severity.DAMAGE
    assert not checked(home, Depth.QUICK).is_sound


def test_a_shard_that_is_gone_has_lost_embeddings(home: Path, layout: Layout) -> None:
    shard_path(layout.shards, 0).unlink()
    assert found(home)[0] == ("shard-short", 10 * ROW, "shards/000000.f16")


def test_what_was_never_committed_is_only_noted(home: Path, layout: Layout) -> None:
    with shard_path(layout.shards, 2).open("ab") as file:
        file.write(bytes(ROW))
    shard_path(layout.shards, 7).write_bytes(b"1234")
    verified = checked(home)
    assert verified.is_sound
    assert ("shard-longer", ROW, "shards/000002.f16") in found(home)
    assert ("shard-unknown", 4, "shards/000007.f16") in found(home)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (np.full(DIM, np.nan), "row-not-unit"),
        (np.zeros(DIM), "row-not-unit"),
        (np.eye(DIM)[0] * 1.01, "row-not-unit"),
    ],
)
def test_a_row_that_was_never_an_embedding_is_found(
    home: Path, layout: Layout, row: np.ndarray, code: str
) -> None:
    half = row.astype("<f2")
    path = shard_path(layout.shards, 2)
    path.write_bytes(half.tobytes() + path.read_bytes()[ROW:])
    (crc32,) = shards.checksums(half[None])
    change(layout.catalog, "UPDATE pictures SET crc32 = ? WHERE id = 21", crc32)
    assert (code, 1, "pictures 21") in found(home)


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("DELETE FROM files WHERE id = 5", "a living instance has a file"),
        ("DELETE FROM pictures WHERE id = 5", "what is embedded has pictures"),
        ("UPDATE pictures SET tombstone = 2 WHERE id = 5", "a picture ends with its instance"),
        ("UPDATE files SET sha256 = 'x' WHERE id = 5", "lives and has its bytes"),
        ("UPDATE pictures SET slot = 4 WHERE id = 7", "a slot has one picture"),
        (
            "UPDATE pictures SET slot = 2 WHERE id = 7",
            "a slot has one picture",
        ),  # of one that ended
        ("UPDATE pictures SET slot = 10 WHERE id = 20", "a picture has a committed slot"),
        ("UPDATE pictures SET slot = -1 WHERE id = 20", "a picture has a committed slot"),
        ("UPDATE pictures SET slot = 6 WHERE id = 26", "a picture has a committed slot"),
        ("UPDATE pictures SET shard_id = 9 WHERE id = 26", "refer to rows that are not there"),
        ("UPDATE shards SET sealed = 0 WHERE id = 0", "only the newest shard is open"),
        ("UPDATE meta SET next_id = 5", "an id that is still to be given"),
        ("UPDATE meta SET sequence = 1", "later than the collection has come"),
        ("DELETE FROM shards WHERE id = 1", "refer to rows that are not there"),
        ("DELETE FROM instances WHERE id = 5", "refer to rows that are not there"),
    ],
)
@pytest.mark.parametrize("depth", [Depth.QUICK, Depth.USUAL])
def test_rows_that_contradict_each_other_are_found(
    home: Path, layout: Layout, statement: str, law: str, depth: Depth
) -> None:
    change(layout.catalog, statement)
    damage = [f for f in checked(home, depth).findings if f.severity is Severity.DAMAGE]
    assert any(f.code == "catalog-inconsistent" and law in f.sentence for f in damage)


def test_a_catalog_that_sqlite_finds_damaged_is_found(home: Path, layout: Layout) -> None:
    change(layout.catalog, "PRAGMA wal_checkpoint(TRUNCATE)")
    content = layout.catalog.read_bytes()
    middle = len(content) // 2 // 4096 * 4096
    layout.catalog.write_bytes(content[:middle] + b"\xff" * 4096 + content[middle + 4096 :])
    for depth in Depth:
        verified = checked(home, depth)
        assert [f.code for f in verified.findings] == [FindingCode.CATALOG_DAMAGED]
        assert not verified.is_sound


def test_a_catalog_that_is_no_database_is_found(home: Path, layout: Layout) -> None:
    layout.catalog.write_bytes(b"no database" * 500)
    assert codes(home) == ["catalog-damaged"]


def damage_index(layout: Layout) -> None:
    change_byte(layout.index / "000001.faiss", 100)


def lose_index(layout: Layout) -> None:
    (layout.index / "000001.faiss").unlink()


def damage_manifest(layout: Layout) -> None:
    (layout.index / "manifest.json").write_text("{")


def _remade(layout: Layout, ids: np.ndarray, covered: np.ndarray, **other: object) -> None:
    path = layout.index / "000001.faiss"
    write_flat(path, DIM, [(ids, covered)])
    told = read_manifest(layout.index)
    assert told is not None
    facts = {name: getattr(told, name) for name in Manifest.__dataclass_fields__}
    facts |= {"sha256": file_sha256(path), "rows": len(ids)} | other
    write_manifest(layout.index, Manifest(**facts))


def _covered() -> tuple[np.ndarray, np.ndarray]:
    rows = np.concatenate([random_rows(FILES), random_rows(1, seed=9)])
    kept = [i for i in range(FILES + 1) if i != 2]
    return np.array(kept) + 1, shards.to_unit(shards.to_half(rows[kept]))


def index_of_another_encoder(layout: Layout) -> None:
    _remade(layout, *_covered(), weights_sha256="cd" * 32)


def index_of_a_later_state(layout: Layout) -> None:
    _remade(layout, *_covered(), sequence=3)


def index_that_lacks_a_row(layout: Layout) -> None:
    ids, rows = _covered()
    _remade(layout, ids[1:], rows[1:])


def index_with_another_row(layout: Layout) -> None:
    ids, rows = _covered()
    _remade(layout, ids, np.roll(rows, 1, axis=0))


def index_of_another_length(layout: Layout) -> None:
    _remade(layout, *_covered(), rows=3)


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (damage_index, "index-damaged"),
        (lose_index, "index-damaged"),
        (damage_manifest, "index-damaged"),
        (index_of_another_length, "index-damaged"),
        (index_of_another_encoder, "index-foreign"),
        (index_of_a_later_state, "index-foreign"),
        (index_that_lacks_a_row, "index-incomplete"),
        (index_with_another_row, "index-rows"),
    ],
)
@pytest.mark.parametrize("depth", [Depth.USUAL, Depth.FULL])
def test_an_index_that_is_wrong_is_stale_not_damage(
    home: Path, layout: Layout, harm: Callable[[Layout], None], code: str, depth: Depth
) -> None:
    harm(layout)
    verified = checked(home, depth)
    assert [f.code.value for f in verified.findings if f.severity is Severity.STALE] == [code]
    assert not any(f.severity is Severity.DAMAGE for f in verified.findings)
    assert not verified.is_sound
    assert all("radseek rebuild" in f.sentence for f in verified.findings if f.code == code)


def test_the_helper_that_remakes_an_index_remakes_it_right(home: Path, layout: Layout) -> None:
    _remade(layout, *_covered())
    assert checked(home, Depth.FULL).is_sound


def test_no_index_and_one_that_is_behind_are_only_noted(home: Path, layout: Layout) -> None:
    with open_writer(home) as writer:
        more = embedded("more", random_rows(2, seed=3))
        writer.commit(Batch([more, embedded("f4", random_rows(1, seed=4), content="newer")]))
    change(layout.thumbnails, "DELETE FROM thumbnails WHERE picture_id > 26")
    behind = [told for told in found(home) if told[0].startswith("index")]
    assert behind == [("index-behind", 4, "index/000001.faiss")]  # three came, one ended
    (layout.index / "manifest.json").unlink()
    assert ("index-absent", 1, "index") in found(home)


def test_an_empty_collection_is_sound(tmp_path: Path) -> None:
    open_writer(tmp_path).close()
    verified = checked(tmp_path)
    assert (verified.is_sound, verified.pictures, verified.findings) == (True, 0, ())


def test_missing_thumbnails_are_named(home: Path, layout: Layout) -> None:
    change(layout.thumbnails, "DELETE FROM thumbnails WHERE picture_id IN (3, 4, 9)")
    assert found(home) == [("thumbnails-missing", 2, "thumbnails.sqlite pictures 4, 9")]
    layout.thumbnails.write_bytes(b"")
    assert codes(home) == ["thumbnails-missing"]
    layout.thumbnails.unlink()
    missing = ("thumbnails-missing", FILES, "thumbnails.sqlite pictures 1, 2, 4, 5, 6, ...")
    assert found(home) == [missing]


def test_thumbnails_that_are_no_pictures_are_named(home: Path, layout: Layout) -> None:
    half = webp()[: len(webp()) // 2]
    change(layout.thumbnails, "UPDATE thumbnails SET webp = ? WHERE picture_id IN (5, 6)", half)
    assert ("thumbnails-unreadable", 2, "thumbnails.sqlite pictures 5, 6") in found(home)
    assert not checked(home).is_sound
    assert checked(home, Depth.QUICK).is_sound


def test_a_damaged_thumbnail_file_is_stale(home: Path, layout: Layout) -> None:
    for suffix in ("-wal", "-shm"):
        layout.thumbnails.with_name(layout.thumbnails.name + suffix).unlink(missing_ok=True)
    layout.thumbnails.write_bytes(b"no database" * 500)
    assert codes(home) == ["thumbnails-damaged"]
    assert checked(home).findings[0].severity is Severity.STALE


def test_a_check_changes_no_file_and_keeps_no_writer_out(home: Path, layout: Layout) -> None:
    with open_writer(home) as writer:
        before = {path: path.stat().st_mtime_ns for path in layout.root.rglob("*.f*")}
        assert checked(home).is_sound
        writer.commit(Batch([embedded("later", random_rows(1, seed=5))]))
        content = {path: path.stat().st_mtime_ns for path in before}
    assert {p for p in before if before[p] != content[p]} == {shard_path(layout.shards, 2)}


def test_the_command_prints_findings_and_ends_with_1(command, tmp_path) -> None:
    picture = tmp_path / "red.png"
    Image.new("RGB", (8, 8), (200, 20, 20)).save(picture)
    assert command("index", picture)[0] == 0
    code, out, err = command("verify")
    assert (code, out) == (0, "Sound: 1 picture, up to batch 1.\n")
    assert "checking 'default'" in err
    assert command("verify", "--full", "--quick")[0] == 1

    change_byte(shard_path(tmp_path / "home/collections/default/shards", 0), 1)
    code, out, _ = command("verify", "--json")
    told = json.loads(out)
    assert (code, told["collection"], told["sound"], told["pictures"]) == (1, "default", False, 1)
    assert [(f["severity"], f["code"], f["count"], f["where"]) for f in told["findings"]] == [
        ("damage", "row-checksum", 1, "pictures 1"),
        ("stale", "index-rows", 1, "index/000001.faiss pictures 1"),
    ]
    code, out, _ = command("verify")
    assert code == 1
    assert out.startswith("damage  row-checksum  1  pictures 1\n")


def test_a_collection_that_is_not_there_is_one_line(command) -> None:
    code, out, err = command("--collection", "none", "verify")
    assert (code, out) == (1, "")
    assert "There is no collection 'none'" in err
