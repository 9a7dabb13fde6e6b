"""Collections with an index of each kind, against exact search in what the shards hold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.types import Embeddings, EncoderCard, Mask
from storage import shards
from storage.batch import Batch
from storage.flat_index import write_flat
from storage.index_kinds import IndexKind
from storage.ivf_index import write_ivf
from storage.layout import layout_of
from storage.manifest import file_sha256, manifest_path, read_manifest, write_manifest
from storage.panorama_index import write_panorama
from storage.reader import CollectionReader
from storage.rotation import energy_rotation
from storage.snapshot import Snapshot
from storage.verify import Examination, verify
from storage.verify_findings import Depth, FindingCode
from storage.writer import CollectionWriter
from tests.unit.storage.factories import RENDERING, at, embedded, random_rows, unit

DIM, ROWS = 64, 3_000
CARD = EncoderCard("toy", "1", DIM, "ab" * 32, "squash-8", "none")
KINDS = [IndexKind.FLAT, IndexKind.PANORAMA, IndexKind.IVF_RABITQ]


def clustered(n: int, seed: int = 0) -> Embeddings:
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((30, DIM))
    own = random.integers(0, 30, n)
    return unit(centres[own] + 0.3 * random.standard_normal((n, DIM)))


def writer_of(home: Path, index: IndexKind | None = None) -> CollectionWriter:
    return CollectionWriter.open(home, "main", CARD, RENDERING, index=index)


def indexed(home: Path, kind: IndexKind) -> Embeddings:
    rows = clustered(ROWS)
    with writer_of(home, kind) as writer:
        for start in range(0, ROWS, 1000):
            part = rows[start : start + 1000]
            writer.commit(Batch([embedded(f"part{start}", part)]))
        writer.rebuild_index()
    return rows


def exactly(snapshot: Snapshot, query: np.ndarray, k: int, among: Mask | None) -> list[int]:
    rows = snapshot.embeddings(snapshot.ids).astype(np.float64)
    scores = (rows * query.astype(np.float64)).sum(axis=1).astype(np.float32)
    order = np.lexsort((snapshot.ids, -scores))
    kept = order if among is None else order[among[order]]
    return snapshot.ids[kept[:k]].tolist()


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.value)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    indexed(folder, request.param)
    with writer_of(folder) as writer:  # rows that the index does not have, and some it should not
        writer.commit(Batch([embedded("fresh", clustered(50, seed=5))], gone=[at("part1000")]))
    with CollectionReader.open(folder, "main") as reader:
        assert reader.info().index_kind == request.param.value
        assert reader.info().index_rows == ROWS
    return folder


@pytest.mark.parametrize("share", [0.0, 0.002, 0.1, 0.5, 1.0])
def test_a_filter_is_searched_exactly(home: Path, share: float) -> None:
    with CollectionReader.open(home, "main") as reader:
        snapshot = reader.snapshot()
        among = np.random.default_rng(3).random(len(snapshot.ids)) < share
        for query in clustered(5, seed=8):
            ids, _ = snapshot.search(query[None], 30, among)
            wanted = exactly(snapshot, query, 30, among)
            assert ids[0, : len(wanted)].tolist() == wanted
            assert (ids[0, len(wanted) :] == -1).all()


@pytest.mark.parametrize("few", [0, 20_000])  # through short lists, and every row
def test_the_first_of_many_are_the_first_of_few(
    home: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("storage.way.FEW", few)
    with CollectionReader.open(home, "main") as reader:
        snapshot = reader.snapshot()
        rows = len(snapshot.ids)
        query = clustered(3, seed=11)
        all_ids, all_scores = snapshot.search(query, rows)
        for k in (1, 10, 32, 33, 256, 257, 1500):
            ids, scores = snapshot.search(query, k)
            np.testing.assert_array_equal(ids, all_ids[:, :k])
            np.testing.assert_array_equal(scores, all_scores[:, :k])
        for row in all_ids:
            assert sorted(row.tolist()) == snapshot.ids.tolist()  # each once


def test_short_lists_find_nearly_all_and_score_exactly(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.way.FEW", 0)
    queries = clustered(40, seed=12)
    with CollectionReader.open(home, "main") as reader:
        snapshot = reader.snapshot()
        ids, scores = snapshot.search(queries, 10)
        wanted = [exactly(snapshot, query, 10, None) for query in queries]
        found = [len(set(a) & set(b)) for a, b in zip(ids.tolist(), wanted, strict=True)]
        assert sum(found) >= 0.98 * 400
        for query, row, row_scores in zip(queries, ids, scores, strict=True):
            own = snapshot.embeddings(row).astype(np.float64) @ query.astype(np.float64)
            np.testing.assert_allclose(row_scores, own, atol=1e-7)
            assert (np.diff(row_scores) <= 0).all()


@pytest.mark.parametrize("matching", [0, 1, 7, 40, 700])
def test_k_means_k_through_short_lists(
    home: Path, monkeypatch: pytest.MonkeyPatch, matching: int
) -> None:
    monkeypatch.setattr("storage.way.FEW", -1)
    monkeypatch.setattr("storage.way.SHARE", 0)
    with CollectionReader.open(home, "main") as reader:
        snapshot = reader.snapshot()
        query = clustered(1, seed=13)
        far = np.argsort(snapshot.embeddings(snapshot.ids) @ query[0])[:matching]
        among = np.zeros(len(snapshot.ids), dtype=bool)
        among[far] = True  # those that short lists would come to last
        ids, _ = snapshot.search(query, 40, among)
        assert (ids[0] >= 0).sum() == min(40, matching)
        assert among[np.searchsorted(snapshot.ids, ids[0, : min(40, matching)])].all()


def test_many_rows_without_an_index_are_searched_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.timeline.MOST_IN_MEMORY", 40)
    rows = clustered(200)
    with writer_of(tmp_path) as writer, CollectionReader.open(tmp_path, "main") as reader:
        for start in range(0, 200, 50):
            part = rows[start : start + 50]
            writer.commit(
                Batch([embedded(f"a{start}", part[:45]), embedded(f"b{start}", part[45:])])
            )
            if start == 100:
                writer.commit(Batch(gone=[at("a50")]))
                writer.compact(0)
            snapshot = reader.snapshot()
            ids, _ = snapshot.search(rows[:5], 30)
            wanted = [exactly(snapshot, query, 30, None) for query in rows[:5]]
            assert ids.tolist() == wanted
        assert reader.info().index_kind == "exact"


def test_what_ended_is_never_found_and_what_came_is(home: Path) -> None:
    fresh = clustered(50, seed=5)
    with CollectionReader.open(home, "main") as reader:
        snapshot = reader.snapshot()
        assert len(snapshot.ids) == ROWS - 1000 + 50
        ids, _ = snapshot.search(fresh, 1)
        assert ids[:, 0].tolist() == snapshot.ids[-50:].tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_a_person_wants_stays_until_another_is_wanted(
    tmp_path: Path, kind: IndexKind
) -> None:
    indexed(tmp_path, kind)
    folder = layout_of(tmp_path, "main").index
    with writer_of(tmp_path) as writer:
        writer.refresh_index()
        assert read_manifest(folder).generation == 1
        writer.rebuild_index()
        assert read_manifest(folder).kind == kind.value
    with writer_of(tmp_path, IndexKind.AUTO) as writer:
        writer.refresh_index()
    told = read_manifest(folder)
    assert (told.kind, told.wanted) == ("flat", "auto")
    assert told.generation == (2 if kind is IndexKind.FLAT else 3)  # it fits as it is, or not


def test_a_manifest_without_size_and_wish_is_still_served(tmp_path: Path) -> None:
    """As radseek 0.1 has written it."""
    indexed(tmp_path, IndexKind.FLAT)
    path = manifest_path(layout_of(tmp_path, "main").index)
    lines = path.read_text().splitlines()
    kept = [line for line in lines if not any(f'"{name}"' in line for name in NEW)]
    kept[-2] = kept[-2].rstrip(",")
    path.write_text("\n".join(kept))
    with CollectionReader.open(tmp_path, "main") as reader:
        assert (reader.info().index_kind, reader.info().index_rows) == ("flat", ROWS)
        assert reader.info().index_recall == 1


NEW = ("size", "wanted", "recall_texts")


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_of_other_rows_is_not_used(
    tmp_path: Path, kind: IndexKind, caplog: pytest.LogCaptureFixture
) -> None:
    """Of the right length, ids and size, as a mixed-up copy of files may leave behind."""
    rows = indexed(tmp_path / "mine", kind)
    other = tmp_path / "other"
    with writer_of(other, kind) as writer:
        for start in range(0, ROWS, 1000):
            part = random_rows(1000, DIM, seed=start + 1)
            writer.commit(Batch([embedded(f"part{start}", part)]))
        writer.rebuild_index()
    source, target = (layout_of(home, "main").index for home in (other, tmp_path / "mine"))
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    with CollectionReader.open(tmp_path / "mine", "main") as reader:
        assert reader.info().index_kind == "exact"
        ids, _ = reader.snapshot().search(rows[:5], 1)
    assert ids[:, 0].tolist() == [1, 2, 3, 4, 5]
    assert "does not find its own rows" in caplog.text


@pytest.mark.parametrize("kind", KINDS)
def test_the_lengths_of_stored_rows_are_bounded_by_what_the_manifest_says(
    tmp_path: Path, kind: IndexKind
) -> None:
    rows = indexed(tmp_path, kind)
    told = read_manifest(layout_of(tmp_path, "main").index)
    assert told.rows == ROWS
    assert told.recall >= 0.99
    assert told.recall_texts >= 0.97
    if kind is IndexKind.IVF_RABITQ:
        lengths = np.linalg.norm(shards.to_half(rows).astype(np.float64), axis=1)
        assert told.parameters["norm_error"] == pytest.approx(abs(lengths - 1).max(), abs=1e-6)
        assert told.parameters["lists"] == 75  # 3,000 rows, 40 for each


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7])
def test_a_changed_byte_may_cost_a_hit_but_never_shows_a_wrong_score(
    tmp_path: Path, kind: IndexKind, share: float
) -> None:
    rows = indexed(tmp_path, kind)
    folder = layout_of(tmp_path, "main").index
    (path,) = folder.glob("*.faiss")
    content = bytearray(path.read_bytes())
    place = int(share * len(content)) // 4 * 4 + 3  # the sign and exponent of a float
    content[place] ^= 0x7F
    path.write_bytes(content)

    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        ids, scores = snapshot.search(rows[:20], 10)
        stored = snapshot.embeddings(snapshot.ids)
    own = np.einsum("qd,qkd->qk", rows[:20].astype(np.float64), stored[ids - 1].astype(np.float64))
    np.testing.assert_allclose(scores, own, atol=1e-6)
    wanted = -np.sort(-(rows[:20] @ stored.T), axis=1)[:, :10]
    assert (np.abs(scores - wanted) <= 1e-5).mean() >= 0.9

    verified = verify(layout_of(tmp_path, "main"), "main", Examination(Depth.USUAL, bool, print))
    assert [f.code for f in verified.findings if "index" in f.code] == [FindingCode.INDEX_DAMAGED]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("depth", [Depth.USUAL, Depth.FULL])
def test_a_whole_index_of_other_rows_is_found_by_a_check(
    tmp_path: Path, kind: IndexKind, depth: Depth
) -> None:
    indexed(tmp_path, kind)
    layout = layout_of(tmp_path, "main")
    how = Examination(depth, bool, print)
    assert [f for f in verify(layout, "main", how).findings if "index" in f.code] == []
    rows = random_rows(ROWS, DIM, seed=77)
    manifest = read_manifest(layout.index)
    path = layout.index / manifest.file_name
    ids = np.arange(1, ROWS + 1)
    match kind:
        case IndexKind.FLAT:
            write_flat(path, DIM, [(ids, rows)])
        case IndexKind.PANORAMA:
            write_panorama(path, energy_rotation(rows), [(ids, rows)])
        case _:
            write_ivf(path, rows, ROWS, [(ids, rows)])
    size = path.stat().st_size
    write_manifest(layout.index, replace(manifest, sha256=file_sha256(path), size=size))

    codes = [f.code for f in verify(layout, "main", how).findings if "index" in f.code]
    assert codes == [FindingCode.INDEX_ROWS]
