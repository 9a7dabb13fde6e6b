"""Snapshots: what is found, while batches come and index files come and go."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import CollectionCorrupt, InvalidRequest, UnknownName
from core.types import Embeddings, Tags
from storage.batch import Batch
from storage.catalog import Catalog, Described
from storage.index import ExactIndex
from storage.index_cache import most_lag
from storage.layout import layout_of
from storage.manifest import manifest_path, read_manifest, write_manifest
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from tests.unit.storage.factories import (
    CARD,
    DIM,
    at,
    catalogued,
    embedded,
    fill,
    one_each,
    open_writer,
    random_rows,
    source,
    unit,
)


def assert_exact(snapshot: Snapshot, queries: Embeddings, k: int) -> None:
    """The snapshot finds what all inner products say, over what it says it holds."""
    rows = snapshot.embeddings(snapshot.ids).astype(np.float64)
    scores = (queries.astype(np.float64) @ rows.T).astype(np.float32)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    found_ids, found_scores = snapshot.search(queries, k)
    best_scores = np.take_along_axis(scores, best, axis=1)
    np.testing.assert_array_equal(found_ids[:, : len(rows)], snapshot.ids[best])
    np.testing.assert_allclose(found_scores[:, : len(rows)], best_scores, atol=1e-6)


def texts(snapshot: Snapshot, tag: str) -> list[str]:
    """The tag of each row."""
    column = snapshot.column(tag)
    return [column.values[code] for code in column.codes]


def refresh(home: Path) -> None:
    with open_writer(home) as writer:
        writer.refresh_index()


# Rows far enough apart that rounding to half precision cannot make two of them meet.
distinct_rows = st.sets(
    st.tuples(*[st.integers(-3, 3)] * 4).filter(any), min_size=1, max_size=40
).map(lambda found: list({tuple(np.array(r) / np.gcd.reduce(r)): r for r in found}.values()))


@settings(max_examples=20)
@given(rows=distinct_rows, batch=st.integers(1, 40), is_indexed=st.booleans())
def test_every_stored_row_finds_itself_first(
    rows: list[tuple[int, ...]], batch: int, is_indexed: bool
) -> None:
    card = replace(CARD, dim=4)
    with TemporaryDirectory() as home:
        with open_writer(Path(home), card=card) as writer:
            for start in range(0, len(rows), batch):
                writer.commit(Batch(one_each(unit(rows[start : start + batch]), f"{start}-")))
                if is_indexed and start == 0:
                    writer.refresh_index()
        with CollectionReader.open(Path(home), "main") as reader:
            ids, scores = reader.snapshot().search(unit(rows), 1)

    assert ids.ravel().tolist() == list(range(1, len(rows) + 1))
    np.testing.assert_allclose(scores, 1, atol=1e-5)


@settings(max_examples=15)
@given(order=st.permutations(range(12)), cut=st.integers(1, 11))
def test_the_order_of_indexing_does_not_matter(order: list[int], cut: int) -> None:
    rows, queries = random_rows(12), random_rows(3, seed=9)
    files = one_each(rows)
    with TemporaryDirectory() as home:
        with open_writer(Path(home)) as writer:
            writer.commit(Batch([files[i] for i in order[:cut]]))
            writer.refresh_index()
            writer.commit(Batch([files[i] for i in order[cut:]]))
        with CollectionReader.open(Path(home), "main") as reader:
            snapshot = reader.snapshot()
            ids, scores = snapshot.search(queries, 12)
            names = [[r.location.path.name for r in snapshot.describe(found)] for found in ids]

    wanted, wanted_scores = ExactIndex(np.arange(12), rows).search(queries, 12)
    assert names == [[f"f{i}" for i in found] for found in wanted]
    np.testing.assert_allclose(scores, wanted_scores, atol=2e-3)  # rows are stored as halves


def test_equal_pictures_come_by_id_and_fewer_are_the_first_of_more(tmp_path: Path) -> None:
    rows = random_rows(4)
    copies = np.concatenate([rows[:1].repeat(60, axis=0), rows, rows[:1].repeat(60, axis=0)])
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(one_each(copies[:70], "a")))
        writer.refresh_index()
        writer.commit(Batch(one_each(copies[70:], "b")))

    with CollectionReader.open(tmp_path, "main") as reader:
        all_ids, all_scores = reader.snapshot().search(rows[:1], 124)
        same = [*range(1, 61), 61, *range(65, 125)]
        assert all_ids[0, :121].tolist() == same
        assert len(set(all_scores[0, :121].tolist())) == 1
        for k in (1, 5, 59, 60, 100, 122):
            ids, scores = reader.snapshot().search(rows[:1], k)
            np.testing.assert_array_equal(ids, all_ids[:, :k])
            np.testing.assert_array_equal(scores, all_scores[:, :k])


def test_a_batch_is_found_at_once_by_a_reader_that_is_open(tmp_path: Path) -> None:
    rows = random_rows(6)
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(one_each(rows[:3], "a")))
        writer.refresh_index()
        with CollectionReader.open(tmp_path, "main") as reader:
            before = reader.snapshot()

            writer.commit(Batch([*one_each(rows[3:], "b"), embedded("a0", rows[5:6])]))

            after = reader.snapshot()
            assert (before.sequence, after.sequence) == (1, 2)
            assert after.ids.tolist() == [2, 3, 4, 5, 6, 7]
            assert after.search(rows[5:6], 2)[0].tolist() == [[6, 7]]
            assert_exact(after, rows, 6)
            assert before.search(rows[:1], 1)[0].tolist() == [[1]]
            assert_exact(before, rows, 3)


def test_nothing_new_gives_the_same_snapshot(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(3)))

    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.snapshot() is reader.snapshot()


def test_an_old_snapshot_still_describes_what_was_replaced(tmp_path: Path) -> None:
    fill(tmp_path, [embedded("a", random_rows(1), Tags(modality="CT"))])
    with CollectionReader.open(tmp_path, "main") as reader:
        before = reader.snapshot()

        with open_writer(tmp_path) as writer:
            writer.commit(Batch([embedded("a", random_rows(1, seed=1), Tags(modality="MR"))]))

        assert before.describe([1])[0].tags.modality == "CT"
        assert texts(before, "modality") == ["CT"]
        assert texts(reader.snapshot(), "modality") == ["MR"]
        with pytest.raises(UnknownName, match="id 1"):
            reader.snapshot().describe([1])


def test_columns_follow_the_rows_from_snapshot_to_snapshot(tmp_path: Path) -> None:
    tagged = [
        embedded(name, random_rows(1), Tags(modality=name.upper(), series_number=number))
        for name, number in [("a", 1), ("b", None), ("c", 3)]
    ]
    fill(tmp_path, tagged[:2])
    with CollectionReader.open(tmp_path, "main") as reader:
        first = reader.snapshot()
        assert texts(first, "series_number") == ["1", ""]

        with open_writer(tmp_path) as writer:
            writer.commit(Batch([tagged[2], tagged[0]]))

        second = reader.snapshot()
        assert texts(second, "series_number") == ["", "3", "1"]
        assert texts(second, "modality") == ["B", "C", "A"]
        assert texts(first, "modality") == ["A", "B"]
        with pytest.raises(ValueError, match="read-only"):
            first.column("modality").codes[0] = 1


def test_an_unknown_tag_is_named_with_the_known_ones(tmp_path: Path) -> None:
    fill(tmp_path, [])

    with (
        CollectionReader.open(tmp_path, "main") as reader,
        pytest.raises(UnknownName, match=r"'patient_name'.*modality"),
    ):
        reader.snapshot().column("patient_name")


def test_a_mask_is_applied_before_the_search_so_that_k_means_k(tmp_path: Path) -> None:
    rows = random_rows(300)
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(one_each(rows[:200], "a")))
        writer.refresh_index()
        writer.commit(Batch([*one_each(rows[200:], "b"), embedded("a7", rows[7:8])]))

    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        for share in (0.02, 0.5, 1.0):
            mask = np.random.default_rng(3).random(300) < share
            kept = snapshot.ids[mask]
            oracle = ExactIndex(kept, snapshot.embeddings(kept))
            ids, scores = snapshot.search(rows[:5], 10, mask)
            wanted_ids, wanted_scores = oracle.search(rows[:5], 10)
            np.testing.assert_array_equal(ids, wanted_ids)
            np.testing.assert_allclose(scores, wanted_scores, atol=1e-5)
        nothing, _ = snapshot.search(rows[:1], 2, np.zeros(300, dtype=np.bool_))
        assert nothing.tolist() == [[-1, -1]]


def test_an_empty_collection_finds_nothing(tmp_path: Path) -> None:
    fill(tmp_path, [])
    refresh(tmp_path)

    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        ids, scores = snapshot.search(random_rows(2), 3)
        assert ids.tolist() == [[-1] * 3] * 2
        assert np.isneginf(scores).all()
        assert snapshot.search(random_rows(0), 3)[0].shape == (0, 3)
        assert texts(snapshot, "modality") == []
        assert snapshot.describe([]) == []
        assert snapshot.embeddings([]).shape == (0, DIM)


@pytest.mark.parametrize(
    "queries",
    [
        random_rows(1, DIM + 1),
        random_rows(1)[0],
        random_rows(1).astype(np.float64),
        np.full((1, DIM), np.inf, dtype=np.float32),
    ],
)
def test_a_query_that_is_none_is_refused(tmp_path: Path, queries: Embeddings) -> None:
    fill(tmp_path, one_each(random_rows(1)))

    with (
        CollectionReader.open(tmp_path, "main") as reader,
        pytest.raises(ValueError, match="queries"),
    ):
        reader.snapshot().search(queries, 1)


def test_a_search_for_no_picture_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(1)))

    with (
        CollectionReader.open(tmp_path, "main") as reader,
        pytest.raises(InvalidRequest, match="at least 1"),
    ):
        reader.snapshot().search(random_rows(1), 0)


def test_a_mask_of_another_length_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(2)))

    with (
        CollectionReader.open(tmp_path, "main") as reader,
        pytest.raises(ValueError, match="mask"),
    ):
        reader.snapshot().search(random_rows(1), 1, np.ones(3, dtype=np.bool_))


def test_a_collection_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    fill(tmp_path, [])

    with pytest.raises(UnknownName, match=r"'other'. Known: main"):
        CollectionReader.open(tmp_path, "other")


def test_records_that_were_told_lately_are_those_of_the_catalog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, one_each(random_rows(20)))
    asked: list[list[int]] = []
    describe = Catalog.describe

    def heard(self: Catalog, ids: list[int]) -> dict[int, Described]:
        asked.append(ids)
        return describe(self, ids)

    monkeypatch.setattr(Catalog, "describe", heard)
    monkeypatch.setattr("storage.records.MOST", 4)
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        plain = describe(snapshot._catalog, list(range(1, 21)))
        for ids in ([3, 1, 3], [1, 2, 3], [5, 4], [1, 3, 2, 20, 3], list(range(1, 21)), [17]):
            assert snapshot.describe(ids) == [plain[one].record for one in ids]

    assert asked == [[3, 1, 3], [2], [5, 4], [1, 20], [*range(4, 20)]]  # the last four are kept


def test_many_ids_are_described_in_the_order_asked(tmp_path: Path) -> None:
    rows = random_rows(1).repeat(25_000, axis=0)
    fill(tmp_path, [embedded("volume", rows)])

    with CollectionReader.open(tmp_path, "main") as reader:
        records = reader.snapshot().describe([25_000, 1, 1, *range(24_000, 2, -1)])

    assert [record.id for record in records[:5]] == [25_000, 1, 1, 24_000, 23_999]
    assert [record.frame for record in records[:3]] == [24_999, 0, 0]


def test_the_index_is_a_cache_with_a_manifest(tmp_path: Path) -> None:
    rows = random_rows(5)
    fill(tmp_path, one_each(rows))
    refresh(tmp_path)

    manifest = read_manifest(layout_of(tmp_path, "main").index)
    with CollectionReader.open(tmp_path, "main") as reader:
        info = reader.info()
        assert_exact(reader.snapshot(), rows, 5)

    assert manifest is not None
    assert (manifest.generation, manifest.sequence, manifest.rows, manifest.recall) == (1, 1, 5, 1)
    assert manifest.weights_sha256 == CARD.weights_sha256
    assert (info.index_kind, info.index_rows, info.pictures) == ("flat", 5, 5)


def test_a_reader_that_is_open_takes_the_new_index(tmp_path: Path) -> None:
    rows = random_rows(8)
    fill(tmp_path, one_each(rows[:4], "a"))
    with CollectionReader.open(tmp_path, "main") as reader:
        for start, wanted in ((0, ("flat", 4)), (4, ("flat", 8))):
            with open_writer(tmp_path) as writer:
                writer.commit(Batch(one_each(rows[4 : 4 + start], "b")))
                before = reader.snapshot()
                writer.rebuild_index()
            info = reader.info()
            assert (info.index_kind, info.index_rows) == wanted
            assert_exact(before, rows, 4)
            assert_exact(reader.snapshot(), rows, 4)

    files = sorted(path.name for path in layout_of(tmp_path, "main").index.iterdir())
    assert files == ["000002.faiss", "manifest.json"]


def test_a_current_index_is_not_made_again(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(3)))
    refresh(tmp_path)
    before = manifest_path(layout_of(tmp_path, "main").index).stat()

    refresh(tmp_path)

    after = manifest_path(layout_of(tmp_path, "main").index).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_batch_without_pictures_leaves_the_index_as_it_is(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(3)))
    refresh(tmp_path)
    before = manifest_path(layout_of(tmp_path, "main").index).stat()

    with open_writer(tmp_path) as writer:
        writer.commit(Batch(catalogued=[catalogued("report")], touched=[source("f0")]))
        writer.refresh_index()

    after = manifest_path(layout_of(tmp_path, "main").index).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    with CollectionReader.open(tmp_path, "main") as reader:
        assert (reader.info().index_rows, reader.info().sequence) == (3, 2)


@pytest.mark.parametrize(
    ("batch", "generation"),
    [
        (Batch(one_each(random_rows(3), "new")), 1),
        (Batch(one_each(random_rows(4), "new")), 2),
        (Batch(gone=[at("f0"), at("f1"), at("f2")]), 1),
        (Batch(gone=[at("f0"), at("f1"), at("f2"), at("f3")]), 2),
        (Batch([embedded("f0", random_rows(2), content="new")], gone=[at("f9")]), 2),
    ],
)
def test_an_index_is_made_anew_when_too_much_has_come_or_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: Batch, generation: int
) -> None:
    monkeypatch.setattr("storage.index_cache.MOST_LAG_ROWS", 3)
    fill(tmp_path, one_each(random_rows(10)))
    refresh(tmp_path)

    with open_writer(tmp_path) as writer:
        writer.commit(batch)
        writer.refresh_index()

    manifest = read_manifest(layout_of(tmp_path, "main").index)
    assert manifest is not None
    assert (manifest.generation, manifest.sequence) == (generation, generation)
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        assert_exact(snapshot, snapshot.embeddings(snapshot.ids), 20)


@pytest.mark.parametrize(("rows", "most"), [(0, 20_000), (400_000, 20_000), (1_000_000, 50_000)])
def test_an_index_may_lag_by_a_share_of_its_rows(rows: int, most: int) -> None:
    assert most_lag(rows) == most


def test_a_damaged_row_makes_no_index(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(3)))
    (shard,) = layout_of(tmp_path, "main").shards.iterdir()
    content = bytearray(shard.read_bytes())
    content[DIM * 2 + 3] ^= 1
    shard.write_bytes(content)

    with (
        open_writer(tmp_path) as writer,
        pytest.raises(CollectionCorrupt, match=r"000000\.f16 is damaged: the row 1 .*backup"),
    ):
        writer.rebuild_index()

    assert read_manifest(layout_of(tmp_path, "main").index) is None


def truncate(index: Path) -> None:
    (file,) = index.glob("*.faiss")
    file.write_bytes(file.read_bytes()[:-10])


def flip_a_bit(index: Path) -> None:
    (file,) = index.glob("*.faiss")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def remove_the_file(index: Path) -> None:
    (file,) = index.glob("*.faiss")
    file.unlink()


def remove_all(index: Path) -> None:
    shutil.rmtree(index)


def garble_the_manifest(index: Path) -> None:
    manifest_path(index).write_text("{")


def claim_another_encoder(index: Path) -> None:
    manifest = read_manifest(index)
    assert manifest is not None
    write_manifest(index, replace(manifest, weights_sha256="cd" * 32))


def claim_a_later_state(index: Path) -> None:
    manifest = read_manifest(index)
    assert manifest is not None
    write_manifest(index, replace(manifest, sequence=99))


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        flip_a_bit,
        remove_the_file,
        remove_all,
        garble_the_manifest,
        claim_another_encoder,
        claim_a_later_state,
    ],
)
def test_without_a_good_index_the_shards_are_searched_and_a_writer_makes_it_anew(
    tmp_path: Path, damage: object
) -> None:
    rows = random_rows(40)
    fill(tmp_path, one_each(rows))
    refresh(tmp_path)
    index = layout_of(tmp_path, "main").index

    damage(index)

    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.info().index_kind == "exact"
        assert_exact(reader.snapshot(), rows, 10)
    refresh(tmp_path)
    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.info().index_rows == 40
        assert_exact(reader.snapshot(), rows, 10)


def test_an_index_that_lacks_rows_is_not_believed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(tmp_path, one_each(random_rows(10)))
    with open_writer(tmp_path) as writer:
        writer.commit(Batch([embedded("f3", random_rows(1))]))
        writer.refresh_index()
    other, home = tmp_path / "other", tmp_path
    fill(other, one_each(random_rows(9)))
    with open_writer(other) as writer:
        writer.commit(Batch([embedded("f5", random_rows(1)), embedded("f6", random_rows(2))]))
        writer.refresh_index()
    shutil.rmtree(layout_of(home, "main").index)
    shutil.copytree(layout_of(other, "main").index, layout_of(home, "main").index)

    with CollectionReader.open(home, "main") as reader:
        assert reader.info().index_kind == "exact"
        assert_exact(reader.snapshot(), random_rows(10), 11)
    assert "lacks rows" in caplog.text
    refresh(home)
    with CollectionReader.open(home, "main") as reader:
        assert reader.info().index_kind == "flat"
        assert_exact(reader.snapshot(), random_rows(10), 11)


def test_many_threads_search_while_batches_come(tmp_path: Path) -> None:
    rows = random_rows(400)
    is_done = threading.Event()

    def search(reader: CollectionReader) -> int:
        searches = 0
        while not is_done.is_set() or not searches:
            snapshot = reader.snapshot()
            assert_exact(snapshot, rows[:2], 5)
            assert len(texts(snapshot, "modality")) == len(snapshot.ids)
            snapshot.describe(snapshot.ids[:3])
            searches += 1
        return searches

    with (
        open_writer(tmp_path) as writer,
        CollectionReader.open(tmp_path, "main") as reader,
        ThreadPoolExecutor(6) as pool,
    ):
        running = [pool.submit(search, reader) for _ in range(6)]
        try:
            for start in range(0, 400, 20):
                writer.commit(Batch([*one_each(rows[start : start + 20], f"{start}-")]))
                writer.commit(Batch([embedded(f"{start}-0", rows[start : start + 2])]))
                writer.refresh_index()
        finally:
            is_done.set()
        assert all(future.result() for future in running)
        assert reader.snapshot().sequence == 40
        assert_exact(reader.snapshot(), rows[:5], 50)
