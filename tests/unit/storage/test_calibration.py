"""How hard an approximate index looks after it was measured."""

from pathlib import Path

import numpy as np
import pytest

from core.types import Embeddings
from storage.calibration import QUERIES, Truth, calibrate
from storage.index_build import Passing, Places, build
from storage.index_kinds import IndexKind
from storage.ivf_index import Effort, Efforts, IvfIndex, write_ivf
from storage.shards import Shard, ShardMaps, append_rows, to_half
from storage.stored import StoredRows
from tests.unit.storage.factories import random_rows, unit


def clustered(n: int, dim: int, spread: float) -> Embeddings:
    random = np.random.default_rng(0)
    centres = unit(random.standard_normal((20, dim)))
    noise = random.standard_normal((n, dim)) * spread / np.sqrt(dim)
    return unit(centres[random.integers(0, 20, n)] + noise)


def calibrated(path: Path, rows: Embeddings):
    truth = Truth(rows)
    truth.take(rows[:999])
    truth.take(rows[999:])
    write_ivf(path, rows, len(rows), [(np.arange(len(rows)), rows)])
    index = IvfIndex(path, Efforts(Effort(1, 1), Effort(1, 1)), 0)
    return index, truth, calibrate(index, truth, rows.__getitem__)


def test_the_truth_is_what_sorting_gives() -> None:
    rows = random_rows(500, 32)
    truth = Truth(rows)
    for start in (0, 7, 300):
        truth.take(rows[start : {0: 7, 7: 300, 300: 500}[start]])

    scores = truth.queries.astype(np.float64) @ rows.astype(np.float64).T

    np.testing.assert_allclose(truth.least, np.sort(scores, axis=1)[:, -10], atol=1e-6)
    assert truth.queries.shape == (2 * QUERIES, 32)
    np.testing.assert_allclose(np.linalg.norm(truth.queries, axis=1), 1, atol=1e-6)


def test_queries_like_images_are_near_a_row_and_those_like_texts_are_not() -> None:
    rows = clustered(2000, 128, 0.5)
    truth = Truth(rows)
    nearest = (truth.queries @ rows.T).max(axis=1)
    assert nearest[:QUERIES].min() > 0.9
    assert nearest[QUERIES:].max() < 0.9


def test_hard_rows_make_it_look_harder(tmp_path: Path) -> None:
    _, _, easy = calibrated(tmp_path / "easy", clustered(4000, 128, 0.3))
    _, _, hard = calibrated(tmp_path / "hard", random_rows(4000, 128))

    assert easy.any.is_enough
    assert product(hard.any.effort) > product(easy.any.effort)


def product(effort: Effort) -> int:
    return effort.lists * effort.short


def test_queries_like_images_are_looked_up_with_no_more_effort_than_they_need(
    tmp_path: Path,
) -> None:
    _, _, told = calibrated(tmp_path / "index", clustered(6000, 128, 1.5))

    assert told.images.finds_images
    assert product(told.images.effort) < product(told.any.effort)


def test_the_recall_it_tells_is_what_the_index_finds(tmp_path: Path) -> None:
    rows = clustered(4000, 64, 1.0)
    index, truth, told = calibrated(tmp_path / "index", rows)

    places = index.candidates(truth.queries, told.any.effort)
    best = np.argsort(-(truth.queries @ rows.T), axis=1)[:, :10]
    found = [len(set(a) & set(b)) / 10 for a, b in zip(places.tolist(), best.tolist(), strict=True)]

    assert np.mean(found[:QUERIES]) == pytest.approx(told.any.recall_images, abs=0.002)
    assert np.mean(found[QUERIES:]) == pytest.approx(told.any.recall_texts, abs=0.002)
    assert told.images.recall_images >= 0.99


def test_what_is_not_enough_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("storage.calibration.LISTS", (1, 2))
    monkeypatch.setattr("storage.calibration.SHORT", (10, 12))

    _, _, told = calibrated(tmp_path / "index", random_rows(4000, 64))

    assert not told.any.is_enough
    assert told.any.effort == Effort(2, 12)  # the hardest there is
    assert "finds less than wanted" in caplog.text


def test_a_build_keeps_the_greatest_error_of_a_length(tmp_path: Path) -> None:
    rows = to_half(random_rows(10, 8))
    rows[7] *= np.float16(1.001)
    blocks = [StoredRows(np.arange(1, 6), rows[:5]), StoredRows(np.arange(6, 11), rows[5:])]
    passing = Passing(blocks, 10)

    units = np.concatenate([part for _, part in passing.units()])

    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    assert passing.norm_error == pytest.approx(abs(lengths - 1).max(), abs=1e-6)
    np.testing.assert_allclose(np.linalg.norm(units, axis=1), 1, atol=1e-6)


def test_no_index_is_of_no_kind(tmp_path: Path) -> None:
    append_rows(tmp_path, None, to_half(random_rows(3, 8)))
    maps = ShardMaps(tmp_path, 8, [Shard(0, 3)])
    places = Places(np.arange(3), np.zeros(3, int), np.arange(3), maps)
    with pytest.raises(ValueError, match="one kind"):
        build(tmp_path / "index", IndexKind.AUTO, places, [])
