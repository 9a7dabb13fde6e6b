"""Compaction drops what has ended, keeps what lives, and breaks at no instant."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import CollectionCorrupt, StorageError, UnknownName
from core.types import Identity, Tags
from storage import shards as shards_module
from storage.batch import Batch
from storage.compaction import Compacted
from storage.layout import Layout, layout_of
from storage.reader import CollectionReader
from storage.shards import ShardMaps, to_half, to_unit
from storage.stamps import Stamp, stamp_of
from storage.writer import CollectionWriter
from tests.unit.storage.factories import (
    DIM,
    at,
    catalogued,
    embedded,
    one_each,
    open_writer,
    random_rows,
)
from tests.unit.storage.laws import breaches

ROWS = random_rows(12)
NAMED = Identity(patient_id="id-1", name_alphabetic="Yamada^Hanako")
NOTHING = Compacted(shards=0, moved=0, dropped=0, freed_bytes=0)


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """Where the collection lies; its shards take four rows."""
    monkeypatch.setattr(shards_module, "ROWS_PER_SHARD", 4)
    return layout_of(tmp_path, "main")


@pytest.fixture
def writer(tmp_path: Path, layout: Layout) -> Iterator[CollectionWriter]:
    """Of a collection of ten pictures f0 to f9, in three shards."""
    with open_writer(tmp_path) as opened:
        opened.commit(Batch(one_each(ROWS[:10])))
        yield opened
    assert breaches(tmp_path) == {}


@pytest.fixture
def reader(tmp_path: Path, writer: CollectionWriter) -> Iterator[CollectionReader]:
    with CollectionReader.open(tmp_path, "main") as opened:
        yield opened


def answer(layout: Layout, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(layout.catalog)) as connection:
        return connection.execute(sql).fetchall()


def files(layout: Layout) -> dict[str, int]:
    """The rows of each file of a shard."""
    return {path.name: path.stat().st_size // DIM // 2 for path in sorted(layout.shards.iterdir())}


def gone(*numbers: int) -> Batch:
    return Batch(gone=[at(f"f{number}") for number in numbers])


def assert_holds(reader: CollectionReader, numbers: list[int]) -> None:
    """Just these of f0, f1, ... are there, each with the row that was committed."""
    snapshot = reader.snapshot()
    assert snapshot.ids.tolist() == [number + 1 for number in numbers]
    assert [r.location for r in snapshot.describe(snapshot.ids)] == [at(f"f{n}") for n in numbers]
    wanted = to_unit(to_half(ROWS[numbers]))
    np.testing.assert_array_equal(snapshot.embeddings(snapshot.ids), wanted)
    found, _ = snapshot.search(wanted, 1)
    assert found.ravel().tolist() == snapshot.ids.tolist()


def test_worn_shards_are_written_anew_and_others_stay(
    writer: CollectionWriter, reader: CollectionReader, layout: Layout
) -> None:
    writer.commit(gone(0, 1, 4, 8, 9))

    compacted = writer.compact(share=0.3)

    assert compacted == Compacted(shards=2, moved=2, dropped=4, freed_bytes=4 * DIM * 2)
    assert answer(layout, "SELECT * FROM shards") == [(1, 4, 1), (3, 2, 0)]
    assert files(layout) == {"000001.f16": 4, "000003.f16": 2}
    assert answer(layout, "SELECT id, shard_id, slot FROM pictures") == [
        (3, 3, 0),
        (4, 3, 1),
        *[(number, 1, number - 5) for number in (5, 6, 7, 8)],
    ]
    assert_holds(reader, [2, 3, 5, 6, 7])


def test_what_lives_fills_new_shards_in_the_order_of_ids(
    writer: CollectionWriter, reader: CollectionReader, layout: Layout
) -> None:
    writer.commit(gone(1, 5, 9))

    writer.compact(share=0)

    assert answer(layout, "SELECT * FROM shards") == [(3, 4, 1), (4, 3, 0)]
    places = answer(layout, "SELECT shard_id, slot FROM pictures ORDER BY id")
    assert places == [(3, 0), (3, 1), (3, 2), (3, 3), (4, 0), (4, 1), (4, 2)]
    assert_holds(reader, [0, 2, 3, 4, 6, 7, 8])


def test_blocks_join_without_a_seam(
    writer: CollectionWriter, reader: CollectionReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.stored.BLOCK", 3)
    writer.commit(gone(0, 5, 9))

    writer.compact(share=0)

    assert_holds(reader, [1, 2, 3, 4, 6, 7, 8])


def test_the_share_is_of_one_shard_and_must_be_passed(
    writer: CollectionWriter, layout: Layout
) -> None:
    writer.commit(gone(0))

    assert writer.compact(share=0.25) == NOTHING
    assert writer.compact(share=0.24).shards == 1
    assert files(layout) == {"000001.f16": 4, "000002.f16": 2, "000003.f16": 3}


def test_batches_go_on_behind_the_newest_shard_alone(
    writer: CollectionWriter, reader: CollectionReader, layout: Layout
) -> None:
    writer.commit(gone(0, 1))
    writer.compact()

    writer.commit(Batch([embedded(f"f{i}", ROWS[i : i + 1]) for i in (10, 11)]))

    assert answer(layout, "SELECT * FROM shards") == [(1, 4, 1), (2, 2, 1), (3, 4, 1)]
    assert_holds(reader, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])


def test_the_number_of_a_shard_is_not_given_again_when_nothing_lives(
    writer: CollectionWriter, reader: CollectionReader, layout: Layout
) -> None:
    writer.commit(gone(*range(10)))
    writer.compact()

    assert files(layout) == {"000003.f16": 0}
    writer.commit(Batch([embedded("f10", ROWS[10:11])]))
    assert files(layout) == {"000003.f16": 1}
    assert reader.snapshot().ids.tolist() == [11]


def test_an_open_reader_and_its_snapshots_go_on(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    before = reader.snapshot()
    modality = before.column("modality")
    writer.commit(gone(0, 4))
    between = reader.snapshot()

    writer.compact(share=0)

    assert reader.snapshot() is not between
    assert_holds(reader, [1, 2, 3, 5, 6, 7, 8, 9])
    np.testing.assert_array_equal(before.embeddings([1, 2]), to_unit(to_half(ROWS[:2])))
    assert before.search(ROWS[:1], 1)[0].tolist() == [[1]]
    assert before.column("modality") is modality
    assert between.describe([2])[0].location == at("f1")
    assert len(between.column("study_uid").codes) == 8


def test_a_reader_whose_shards_go_before_it_has_opened_them_looks_again(
    writer: CollectionWriter, reader: CollectionReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*where: Any) -> ShardMaps:
        writer.compact(share=0)
        return ShardMaps(*where)

    writer.commit(gone(0))
    monkeypatch.setattr("storage.timeline.ShardMaps", overtaken)

    assert_holds(reader, list(range(1, 10)))
    assert reader.snapshot().sequence == 3


def test_an_index_that_is_published_while_a_reader_looks_is_used(
    writer: CollectionWriter, reader: CollectionReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = count(1)

    def overtaken(path: Path) -> Stamp | None:
        if next(looks) == 3:  # after the reader has found, twice, that it has to catch up
            writer.commit(Batch([embedded("f10", ROWS[10:11])]))
            writer.rebuild_index()
        return stamp_of(path)

    monkeypatch.setattr("storage.timeline.stamp_of", overtaken)

    assert_holds(reader, list(range(11)))
    assert reader.info().index_rows == 11


def test_what_was_forgotten_is_not_served_by_an_older_snapshot(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    before = reader.snapshot()
    writer.commit(gone(0))

    writer.compact(share=0)

    with pytest.raises(UnknownName, match=r"the id 1\..*search again"):
        before.describe([2, 1])
    with pytest.raises(UnknownName, match="search again"):
        before.column("modality")
    assert before.describe([2])[0].location == at("f1")


def test_tags_follow_the_rows_across_a_compaction(tmp_path: Path, layout: Layout) -> None:
    named = [embedded(f"f{i}", ROWS[i : i + 1], Tags(body_part=f"part {i}")) for i in range(6)]
    with open_writer(tmp_path) as writer, CollectionReader.open(tmp_path, "main") as reader:
        writer.commit(Batch(named[:4]))
        reader.snapshot().column("body_part")
        writer.commit(gone(1))
        writer.compact(share=0)
        writer.commit(Batch(named[4:]))

        column = reader.snapshot().column("body_part")

    parts = [column.values[code] for code in column.codes]
    assert parts == ["part 0", "part 2", "part 3", "part 4", "part 5"]


def test_nothing_is_left_of_a_patient_whose_files_are_gone(
    tmp_path: Path, writer: CollectionWriter, reader: CollectionReader, layout: Layout
) -> None:
    named = embedded("named", ROWS[10:11], Tags(sop_uid="2.25.99"), identity=NAMED)
    writer.commit(Batch([named], catalogued=[catalogued("report")]))
    writer.commit(Batch(gone=[at("named"), at("report")]))

    writer.compact(share=0)

    assert answer(layout, "SELECT count(*) FROM identities") == [(0,)]
    assert answer(layout, "SELECT count(*) FROM instances") == [(10,)]
    assert reader.thumbnail(11) is None
    assert reader.thumbnail(10) == b"webp"
    written = b"".join(p.read_bytes() for p in layout.shards.iterdir())
    assert to_half(ROWS[10:11]).tobytes() not in written
    with closing(sqlite3.connect(layout.catalog)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = layout.catalog.read_bytes()
    assert b"Yamada^Hanako" not in content
    assert b"2.25.99" not in content


def test_an_instance_stays_while_one_of_its_pictures_does(
    writer: CollectionWriter, reader: CollectionReader, layout: Layout
) -> None:
    film = embedded("film", random_rows(4, seed=5))  # its rows lie in two shards
    writer.commit(Batch([film, *one_each(ROWS[10:], "x")]))
    writer.commit(Batch(gone=[at("film"), at("f8"), at("f9")]))

    writer.compact(share=0.6)

    assert answer(layout, "SELECT id FROM pictures WHERE tombstone IS NOT NULL") == [(13,), (14,)]
    assert answer(layout, "SELECT count(*) FROM instances WHERE tombstone IS NOT NULL") == [(1,)]
    assert reader.snapshot().ids.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 15, 16]


def test_an_index_stays_right_as_ids_do(writer: CollectionWriter, reader: CollectionReader) -> None:
    writer.rebuild_index()
    writer.commit(gone(2, 6))

    writer.compact(share=0)
    writer.refresh_index()

    assert (reader.info().index_kind, reader.info().index_rows) == ("flat", 10)
    assert_holds(reader, [0, 1, 3, 4, 5, 7, 8, 9])


def test_a_damaged_row_stops_it_and_nothing_has_changed(
    writer: CollectionWriter, layout: Layout
) -> None:
    writer.commit(gone(0, 4, 5))
    path = layout.shards / "000001.f16"
    content = bytearray(path.read_bytes())
    content[2 * DIM * 2] ^= 1  # of f6
    path.write_bytes(content)
    before = answer(layout, "SELECT * FROM pictures, meta, shards")

    with pytest.raises(CollectionCorrupt, match=r"000001\.f16 is damaged: the row 2 .*backup"):
        writer.compact(share=0)
    with pytest.raises(CollectionCorrupt):
        writer.compact_if_worn()

    assert answer(layout, "SELECT * FROM pictures, meta, shards") == before
    assert list(files(layout)) == ["000000.f16", "000001.f16", "000002.f16"]


def test_a_full_disk_changes_nothing_and_a_run_goes_on_without(
    writer: CollectionWriter,
    reader: CollectionReader,
    layout: Layout,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    writer.commit(gone(0, 1, 4))
    monkeypatch.setattr("storage.compaction.append_rows", full)

    with pytest.raises(StorageError, match="free space"):
        writer.compact()
    writer.compact_if_worn()

    assert "put off" in caplog.text
    assert list(files(layout)) == ["000000.f16", "000001.f16", "000002.f16"]
    assert_holds(reader, [2, 3, 5, 6, 7, 8, 9])


def test_a_run_ends_with_a_compaction_only_when_a_shard_is_worn(
    writer: CollectionWriter, layout: Layout
) -> None:
    writer.compact_if_worn()
    assert answer(layout, "SELECT sequence, arrangement FROM meta") == [(1, 0)]

    writer.commit(gone(0))
    writer.compact_if_worn()

    assert answer(layout, "SELECT sequence, arrangement FROM meta") == [(3, 1)]


def test_the_next_writer_removes_a_shard_that_nobody_committed(
    tmp_path: Path, layout: Layout
) -> None:
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(one_each(ROWS[:2])))
    (layout.shards / "000007.f16").write_bytes(b"half a row")
    (layout.shards / "notes.txt").write_text("mine")

    open_writer(tmp_path).close()

    assert sorted(path.name for path in layout.shards.iterdir()) == ["000000.f16", "notes.txt"]


def test_a_thumbnail_that_a_crash_left_behind_goes_too(
    tmp_path: Path, writer: CollectionWriter, reader: CollectionReader
) -> None:
    with closing(sqlite3.connect(layout_of(tmp_path, "main").thumbnails)) as connection:
        connection.execute("INSERT INTO thumbnails VALUES (77, x'00')")
        connection.commit()

    assert writer.compact() == NOTHING

    assert reader.thumbnail(77) is None
    assert reader.thumbnail(1) == b"webp"


def test_embeddings_without_their_catalog_are_left_alone(tmp_path: Path, layout: Layout) -> None:
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(one_each(ROWS[:2])))
    before = files(layout)
    for path in layout.root.glob("catalog.sqlite*"):
        path.unlink()

    with pytest.raises(CollectionCorrupt, match=r"catalog .*main.* is missing.*backup"):
        open_writer(tmp_path)

    assert files(layout) == before
