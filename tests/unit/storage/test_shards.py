import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CollectionCorrupt
from storage import shards
from storage.shards import (
    HALF,
    SCATTERED,
    STRETCH,
    Extent,
    Mapped,
    Shard,
    ShardMaps,
    allot,
    append_rows,
    check_rows,
    check_size,
    checksums,
    remove_strays,
    shard_path,
    slots_of,
    to_half,
    to_unit,
    truncate_to_committed,
)
from tests.unit.storage.factories import DIM, random_rows


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of ten rows."""
    monkeypatch.setattr(shards, "ROWS_PER_SHARD", 10)


def stored(folder: Path, number: int) -> np.ndarray:
    return np.fromfile(shard_path(folder, number), dtype="<f2").reshape(-1, DIM)


def test_rows_lie_one_behind_the_other_as_little_endian_halves(tmp_path: Path) -> None:
    rows = to_half(random_rows(5))

    first = append_rows(tmp_path, None, rows[:3])
    second = append_rows(tmp_path, Shard(0, 3), rows[3:])

    assert (first, second) == ([Extent(0, 0, 3)], [Extent(0, 3, 2)])
    assert shard_path(tmp_path, 0).read_bytes() == rows.astype("<f2").tobytes()


def test_what_a_failed_batch_left_behind_is_overwritten(tmp_path: Path) -> None:
    rows = to_half(random_rows(6))
    append_rows(tmp_path, None, rows[:2])
    append_rows(tmp_path, Shard(0, 2), rows[2:5])  # never committed

    append_rows(tmp_path, Shard(0, 2), rows[5:])

    np.testing.assert_array_equal(stored(tmp_path, 0)[:3], rows[[0, 1, 5]])


def test_a_full_shard_is_followed_by_a_new_one(tmp_path: Path, small_shards: None) -> None:
    rows = to_half(random_rows(23))

    extents = append_rows(tmp_path, None, rows)

    assert extents == [Extent(0, 0, 10), Extent(1, 0, 10), Extent(2, 0, 3)]
    np.testing.assert_array_equal(stored(tmp_path, 2), rows[20:])
    assert append_rows(tmp_path, Shard(0, 10), rows[:1]) == [Extent(1, 0, 1)]


def test_a_sealed_shard_takes_no_more_rows_though_it_has_room() -> None:
    assert allot(Shard(4, 2), 3) == [Extent(4, 2, 3)]
    assert allot(Shard(4, 2, is_sealed=True), 3) == [Extent(5, 0, 3)]


def test_each_row_of_an_extent_has_its_place() -> None:
    assert list(slots_of([Extent(1, 8, 2), Extent(2, 0, 1)])) == [(1, 8), (1, 9), (2, 0)]


def test_a_row_that_is_not_what_it_was_is_named() -> None:
    rows = to_half(random_rows(3))
    crc32 = np.array([zlib.crc32(row.tobytes()) for row in rows])
    shard, slot = np.array([0, 0, 7]), np.array([4, 5, 1])

    check_rows(shard, slot, rows, crc32)
    rows[2, 0] += 1
    with pytest.raises(CollectionCorrupt, match=r"000007\.f16 is damaged: the row 1 is"):
        check_rows(shard, slot, rows, crc32)


def test_only_files_of_shards_that_nobody_committed_are_strays(tmp_path: Path) -> None:
    for name in ("000000.f16", "000001.f16", "000002.f16", "notes.txt"):
        (tmp_path / name).touch()

    remove_strays(tmp_path, [Shard(1, 0)])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001.f16", "notes.txt"]


def test_no_rows_touch_no_file(tmp_path: Path) -> None:
    assert append_rows(tmp_path, None, to_half(random_rows(0))) == []
    assert list(tmp_path.iterdir()) == []


def test_recovery_cuts_off_what_was_not_committed(tmp_path: Path) -> None:
    rows = to_half(random_rows(5))
    append_rows(tmp_path, None, rows)

    truncate_to_committed(tmp_path, DIM, [Shard(0, 2)])

    np.testing.assert_array_equal(stored(tmp_path, 0), rows[:2])


@pytest.mark.parametrize("content", [None, b"", bytes(2 * DIM * 2 - 1)])
def test_recovery_refuses_a_shard_that_lost_rows(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        shard_path(tmp_path, 0).write_bytes(content)

    with pytest.raises(CollectionCorrupt, match=r"000000\.f16 .* were committed"):
        truncate_to_committed(tmp_path, DIM, [Shard(0, 2)])


def test_maps_refuse_a_shard_that_lost_rows(tmp_path: Path) -> None:
    append_rows(tmp_path, None, to_half(random_rows(2)))

    with pytest.raises(CollectionCorrupt, match=r"000000\.f16"):
        ShardMaps(tmp_path, DIM, [Shard(0, 3)])


def test_a_file_of_just_the_committed_size_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "shard"
    path.write_bytes(bytes(8))

    check_size(path, 8)
    with pytest.raises(CollectionCorrupt):
        check_size(path, 9)


def test_rows_are_gathered_from_several_shards_in_the_order_asked(
    tmp_path: Path, small_shards: None
) -> None:
    rows = to_half(random_rows(25))
    append_rows(tmp_path, None, rows)
    maps = ShardMaps(tmp_path, DIM, [Shard(0, 10), Shard(1, 10), Shard(2, 5)])

    found = maps.gather(np.array([2, 0, 1, 0]), np.array([4, 9, 0, 9]))

    np.testing.assert_array_equal(found, rows[[24, 9, 10, 9]])


def test_a_map_still_shows_its_rows_after_more_were_appended(tmp_path: Path) -> None:
    rows = to_half(random_rows(4))
    append_rows(tmp_path, None, rows[:2])
    maps = ShardMaps(tmp_path, DIM, [Shard(0, 2)])

    append_rows(tmp_path, Shard(0, 2), rows[2:])

    np.testing.assert_array_equal(maps.gather(np.zeros(2, np.int64), np.arange(2)), rows[:2])


def test_checksums_are_of_the_bytes_on_disk(tmp_path: Path) -> None:
    rows = to_half(random_rows(3))
    append_rows(tmp_path, None, rows)

    content = shard_path(tmp_path, 0).read_bytes()

    size = DIM * 2
    assert checksums(rows) == [zlib.crc32(content[i * size : (i + 1) * size]) for i in range(3)]


@given(seed=st.integers(0, 2**32 - 1), dim=st.integers(1, 1024))
def test_halving_and_widening_keeps_direction_and_unit_length(seed: int, dim: int) -> None:
    rows = random_rows(4, dim, seed)

    wide = to_unit(to_half(rows))

    np.testing.assert_allclose(np.linalg.norm(wide, axis=1), 1, atol=1e-6)
    assert ((rows * wide).sum(axis=1) > 1 - 1e-5).all()


@pytest.mark.parametrize("step", [1, SCATTERED - 1, SCATTERED, 3 * SCATTERED])
def test_rows_are_the_same_however_far_they_lie_apart(tmp_path: Path, step: int) -> None:
    rows = to_half(random_rows(1200))
    append_rows(tmp_path, None, rows)
    maps = ShardMaps(tmp_path, DIM, [Shard(0, 1200)])
    slots = np.arange(0, 1200, step)[::-1]

    found = maps.gather(np.zeros(len(slots), dtype=np.int64), slots)

    np.testing.assert_array_equal(found, rows[slots])


def test_scattered_rows_are_read_without_what_lies_between() -> None:
    shape = 2 * STRETCH, DIM
    mapped = Mapped(ahead=np.full(shape, 1, HALF), alone=np.full(shape, 2, HALF))

    assert (mapped.rows(np.array([7])) == 2).all()
    assert (mapped.rows(np.arange(0, len(mapped.ahead), SCATTERED + 1)) == 2).all()
    assert (mapped.rows(np.arange(0, len(mapped.ahead), SCATTERED - 1)) == 1).all()
    assert (mapped.rows(np.arange(SCATTERED + 1)) == 1).all()
