"""What a batch leaves behind, with real SQLite, shards and index files."""

import errno
import os
import sqlite3
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from sqlalchemy.exc import OperationalError

from core.errors import (
    CardMismatch,
    CollectionCorrupt,
    CollectionLocked,
    InvalidRequest,
    SchemaTooNew,
    StorageError,
)
from core.types import (
    EmbeddedFile,
    Identity,
    Instance,
    Location,
    Place,
    Record,
    SkipCode,
    Skipped,
    Tags,
)
from storage import shards, writer
from storage.accounts import KnownFile
from storage.batch import Batch
from storage.catalog import FileState
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.shards import shard_path, to_half, to_unit
from storage.thumbnails import ThumbnailWriter
from storage.writer import CollectionWriter
from tests.unit.storage.factories import (
    CARD,
    DIM,
    RENDERING,
    at,
    axial,
    catalogued,
    embedded,
    fill,
    hash_of,
    one_each,
    open_writer,
    pending,
    prepared,
    random_rows,
    source,
)

BAD = Skipped(at("bad.dcm"), SkipCode.CORRUPT, "half a header", 9, 8, "77")


def paths_of(reader: CollectionReader) -> list[str]:
    snapshot = reader.snapshot()
    return [record.location.path.name for record in snapshot.describe(snapshot.ids)]


def test_a_picture_comes_back_as_it_was_committed(tmp_path: Path) -> None:
    tags = Tags(
        modality="CT",
        body_part="KOPF",
        study_date="20040229",
        study_day=date(2004, 2, 29),
        acquired_at=datetime(2004, 2, 29, 23, 59, 59, 999999),  # noqa: DTZ001
        field_strength=1.5,
        rows=512,
        frames=3,
        instance_number=7,
    )
    names = Identity(
        patient_id="id-1",
        issuer="somewhere",
        name_alphabetic="Yamada^Tarou",
        name_ideographic="山田^太郎",
        name_phonetic="やまだ^たろう",
        birth_date="19700101",
        birth_day=date(1970, 1, 1),
        accession_number="A1",
    )
    rows = random_rows(3)
    pictures = [prepared(0, b"first"), prepared(2, b"third", place=axial(-12.5))]
    silent = embedded("b.png", rows[2:])
    file = EmbeddedFile(
        source("a.zip", member="in/a.dcm"), Instance(tags, names), pictures, rows[:2]
    )
    before = datetime.now(UTC).replace(microsecond=0)
    fill(tmp_path, [file, silent])

    with CollectionReader.open(tmp_path, "main") as reader:
        first, third, other = reader.snapshot().describe([1, 2, 3])

        assert first == Record(1, at("a.zip", "in/a.dcm"), 0, tags, first.indexed_at, None, 1)
        assert third == Record(2, first.location, 2, tags, first.indexed_at, -12.5, 1)
        assert (other.location, other.tags) == (at("b.png"), Tags())
        assert before <= first.indexed_at <= datetime.now(UTC)
        assert [reader.thumbnail(i) for i in (1, 2, 4)] == [b"first", b"third", None]
        assert [reader.identity(i) for i in (1, 2, 3)] == [names, names, None]
        np.testing.assert_array_equal(
            reader.snapshot().embeddings([2, 1]), to_unit(to_half(rows[1::-1]))
        )


@pytest.mark.parametrize(
    "location",
    [
        Location(Path(os.fsdecode(b"/archive/r\xf6ntgen \xe2\x82\xac.dcm"))),
        Location(Path("/archive/a.zip"), "../../etc/\x1b[31m\x00\ud800\udcff'; DROP TABLE files"),
        Location(Path("/archive/a.zip"), "r\u00f6ntgen/\u5c71.dcm"),
    ],
)
def test_the_names_of_files_come_back_whatever_they_hold(
    tmp_path: Path, location: Location
) -> None:
    file = embedded("x", random_rows(1))
    file = replace(file, source=replace(file.source, location=location))
    fill(tmp_path, [file])

    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.snapshot().describe([1])[0].location == location
    with open_writer(tmp_path) as again:
        assert list(again.known()) == [location]


def test_values_that_sqlite_cannot_keep_do_not_stop_a_batch(tmp_path: Path) -> None:
    tags = Tags(
        study_description="Sch\udce4del\x00",
        rows=2**70,
        frames=-(2**70),
        instance_number=2**63,
        series_number=-(2**63),
        kvp=float("nan"),
        field_strength=float("inf"),
    )
    names = Identity(name_alphabetic="M\udcfcller")
    far = Place((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (0.0, 0.0, float("inf")))
    huge = Skipped(at("a.zip", "huge"), SkipCode.TOO_LARGE, "\ud800 too large", 2**64 - 1, 2**80)
    with open_writer(tmp_path) as writer:
        file = embedded("a", random_rows(1), tags, identity=names, place=far)
        writer.commit(Batch([file], skipped=[huge]))

    with CollectionReader.open(tmp_path, "main") as reader:
        (record,) = reader.snapshot().describe([1])
        assert record.tags == Tags(study_description="Sch?del\x00", series_number=-(2**63))
        assert record.along is None
        assert reader.identity(1) == Identity(name_alphabetic="M?ller")
        largest = 2**63 - 1
        told = replace(huge, reason="? too large", size=largest, modified_ns=largest)
        assert reader.skipped() == [told]


def test_a_file_committed_again_replaces_its_pictures(tmp_path: Path) -> None:
    rows = random_rows(6)
    fill(tmp_path, [embedded("a", rows[:3]), embedded("b", rows[3:4])])

    with open_writer(tmp_path) as again:
        again.commit(Batch([embedded("a", rows[4:6], content="new")]))

        assert again.known()[at("a")].sha256 == hash_of("new")
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot, info = reader.snapshot(), reader.info()
        assert snapshot.ids.tolist() == [4, 5, 6]
        assert snapshot.search(rows[:1], 6)[0][0].tolist()[3:] == [-1, -1, -1]
        assert snapshot.search(rows[4:5], 1)[0].tolist() == [[5]]
        assert (info.files, info.pictures) == (2, 3)


def test_a_skipped_file_is_remembered_until_it_is_embedded(tmp_path: Path) -> None:
    with open_writer(tmp_path) as first:
        first.commit(Batch(skipped=[BAD]))
        assert first.known() == {
            BAD.location: KnownFile(9, 8, "77", FileState.SKIPPED, SkipCode.CORRUPT)
        }
    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.skipped() == [BAD]
        assert reader.info().skipped == 1

    with open_writer(tmp_path) as second:
        second.commit(Batch([embedded("bad.dcm", random_rows(1))]))
        assert second.known()[BAD.location].state is FileState.EMBEDDED
    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.skipped() == []
        assert paths_of(reader) == ["bad.dcm"]


def test_a_file_that_is_skipped_now_loses_its_pictures(tmp_path: Path) -> None:
    fill(tmp_path, [embedded("bad.dcm", random_rows(2)), embedded("good.dcm", random_rows(1))])

    with open_writer(tmp_path) as again:
        again.commit(Batch(skipped=[BAD]))

    with CollectionReader.open(tmp_path, "main") as reader:
        assert paths_of(reader) == ["good.dcm"]
        assert [skipped.location for skipped in reader.skipped()] == [BAD.location]


def test_a_touched_file_keeps_its_pictures(tmp_path: Path) -> None:
    fill(tmp_path, [embedded("a", random_rows(1))])

    with open_writer(tmp_path) as again:
        again.commit(Batch(touched=[replace(source("a"), size=101, modified_ns=6)]))

        known = again.known()[at("a")]
    assert known == KnownFile(101, 6, source("a").sha256, FileState.EMBEDDED, "")
    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.snapshot().ids.tolist() == [1]


def test_nothing_to_commit_is_no_batch(tmp_path: Path) -> None:
    fill(tmp_path, [])

    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.info().sequence == 0


def test_batches_fill_one_shard_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "ROWS_PER_SHARD", 10)
    rows = random_rows(26)
    with open_writer(tmp_path) as first:
        for start in range(0, 21, 7):
            first.commit(Batch(one_each(rows[start : start + 7], f"{start}-")))

    with open_writer(tmp_path) as second:
        second.commit(Batch(one_each(rows[21:], "last-")))

    folder = layout_of(tmp_path, "main").shards
    sizes = [shard_path(folder, number).stat().st_size // (2 * DIM) for number in range(3)]
    assert sizes == [10, 10, 6]
    with closing(sqlite3.connect(layout_of(tmp_path, "main").catalog)) as connection:
        sealed = connection.execute("SELECT sealed FROM shards ORDER BY id").fetchall()
    assert sealed == [(1,), (1,), (0,)]
    with CollectionReader.open(tmp_path, "main") as reader:
        ids = reader.snapshot().search(to_unit(to_half(rows)), 1)[0]
        assert ids.ravel().tolist() == list(range(1, 27))


def test_a_second_writer_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with open_writer(tmp_path) as first:
        with pytest.raises(CollectionLocked):
            open_writer(tmp_path)

        first.commit(Batch(one_each(random_rows(1))))

    open_writer(tmp_path).close()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"dim": 9}, "dimension 8, not 9"),
        ({"name": "other"}, "encoder 'toy', not 'other'"),
        ({"weights_sha256": "cd" * 32}, "weights 'abababababab', not 'cdcdcdcdcdcd'"),
        ({"preprocessing": "crop"}, "preprocessing 'squash-8', not 'crop'"),
    ],
)
def test_another_encoder_is_refused_and_leaves_no_lock(
    tmp_path: Path, change: dict[str, object], named: str
) -> None:
    fill(tmp_path, one_each(random_rows(1)))

    with pytest.raises(CardMismatch, match=named):
        open_writer(tmp_path, card=replace(CARD, **change))

    open_writer(tmp_path).close()


def test_another_rendering_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, [])

    with pytest.raises(CardMismatch, match="rendering 'voi-1', not 'voi-2'"):
        CollectionWriter.open(tmp_path, "main", CARD, "voi-2")


def test_another_wording_of_the_licence_is_the_same_encoder(tmp_path: Path) -> None:
    fill(tmp_path, [])

    open_writer(tmp_path, card=replace(CARD, licence="MIT", version="1.0.1")).close()

    with CollectionReader.open(tmp_path, "main") as reader:
        assert (reader.card, reader.rendering) == (CARD, RENDERING)


def test_a_bad_name_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        open_writer(tmp_path, "../elsewhere")

    assert list(tmp_path.iterdir()) == []


def test_embeddings_that_cannot_be_compared_are_refused(tmp_path: Path) -> None:
    bad = [np.zeros((1, DIM)), np.full((1, DIM), np.nan), 2 * random_rows(1), random_rows(1, 9)]
    with open_writer(tmp_path) as collection:
        for rows in bad:
            with pytest.raises(ValueError, match=r"unit length|rows of 8"):
                collection.commit(Batch([embedded("a", rows.astype(np.float32))]))

        assert collection.known() == {}


def test_a_location_may_come_once_in_a_batch(tmp_path: Path) -> None:
    twice = [
        Batch([embedded("bad.dcm", random_rows(1))], skipped=[BAD]),
        Batch(pending=[pending("a", 1.0)], touched=[source("a")]),
        Batch([embedded("a", random_rows(1))], gone=[at("a")]),
        Batch(catalogued=[catalogued("a")], copies=[source("a")]),
    ]
    with open_writer(tmp_path) as collection:
        for batch in twice:
            with pytest.raises(ValueError, match="twice"):
                collection.commit(batch)

        assert collection.known() == {}


def test_a_batch_whose_transaction_fails_can_be_committed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = random_rows(5)
    failure = OperationalError("", {}, sqlite3.OperationalError("database or disk is full"))

    def fail(*_: object) -> None:
        raise failure

    with open_writer(tmp_path) as collection:
        collection.commit(Batch(one_each(rows[:2], "a")))
        with monkeypatch.context() as patch:
            patch.setattr(writer, "commit_batch", fail)
            with pytest.raises(StorageError, match="disk is full"):
                collection.commit(Batch(one_each(rows[2:], "lost")))

        collection.commit(Batch(one_each(rows[2:4], "b")))

    with CollectionReader.open(tmp_path, "main") as reader:
        assert paths_of(reader) == ["a0", "a1", "b0", "b1"]
        np.testing.assert_array_equal(
            reader.snapshot().embeddings([3, 4]), to_unit(to_half(rows[2:4]))
        )


@pytest.mark.parametrize("where", ["append_rows", "thumbnails"])
def test_rows_that_the_disk_does_not_take_are_not_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    files = one_each(random_rows(3))

    def fail(*_: object) -> None:
        Event().wait(0.2)  # until the transaction has nothing to wait for but this
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with open_writer(tmp_path) as collection:
        with monkeypatch.context() as patch:
            if where == "append_rows":
                patch.setattr(writer, where, fail)
            else:
                patch.setattr(ThumbnailWriter, "put", fail)
            with pytest.raises(StorageError, match="No space left"):
                collection.commit(Batch(files))

        assert collection.known() == {}
        collection.commit(Batch(files))

    with CollectionReader.open(tmp_path, "main") as reader:
        assert paths_of(reader) == ["f0", "f1", "f2"]
        assert reader.thumbnail(1) == b"webp"


def test_a_shard_that_lost_rows_is_refused_by_writer_and_reader(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(3)))
    os.truncate(shard_path(layout_of(tmp_path, "main").shards, 0), 2 * DIM * 2)

    with pytest.raises(CollectionCorrupt, match="Restore"):
        open_writer(tmp_path)
    with (
        CollectionReader.open(tmp_path, "main") as reader,
        pytest.raises(CollectionCorrupt, match="Restore"),
    ):
        reader.snapshot()


def test_a_catalog_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    fill(tmp_path, [])
    catalog = layout_of(tmp_path, "main").catalog
    with closing(sqlite3.connect(catalog)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SchemaTooNew, match="9999"):
        open_writer(tmp_path)
    with pytest.raises(SchemaTooNew, match="9999"):
        CollectionReader.open(tmp_path, "main")


def test_a_damaged_catalog_is_named(tmp_path: Path) -> None:
    fill(tmp_path, [])
    catalog = layout_of(tmp_path, "main").catalog
    catalog.write_bytes(b"not a database " * 1000)
    for leftover in catalog.parent.glob("catalog.sqlite-*"):
        leftover.unlink()

    with pytest.raises(CollectionCorrupt, match="'main' is damaged"):
        open_writer(tmp_path)
    with pytest.raises(CollectionCorrupt, match="'main' is damaged"):
        CollectionReader.open(tmp_path, "main")


def test_a_creation_that_was_interrupted_is_completed(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, "main")
    layout.create()
    layout.catalog.touch()

    with pytest.raises(CollectionCorrupt, match="never finished"):
        CollectionReader.open(tmp_path, "main")
    fill(tmp_path, one_each(random_rows(1)))

    with CollectionReader.open(tmp_path, "main") as reader:
        assert paths_of(reader) == ["f0"]


def test_identity_is_in_its_own_table_only(tmp_path: Path) -> None:
    secret = Identity(**{field.name: f"secret-{field.name}" for field in fields(Identity)})
    secret = replace(secret, birth_day=date(1970, 1, 1))
    fill(tmp_path, [embedded("a", random_rows(1), identity=secret)])

    with closing(sqlite3.connect(layout_of(tmp_path, "main").catalog)) as connection:
        statements = [line for line in connection.iterdump() if "secret" in line]

    assert len(statements) == 1
    assert 'INSERT INTO "identities"' in statements[0]
    assert "1970-01-01" in statements[0]
