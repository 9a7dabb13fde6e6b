"""Which short lists a snapshot looks at."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.half_rows import HalfIndex
from storage.ivf_index import Effort, Efforts, IvfIndex, write_ivf
from storage.nearest import nearest
from storage.panorama_index import PanoramaIndex, write_panorama
from storage.rotation import energy_rotation
from storage.segments import Segment
from storage.shards import to_half, to_unit
from storage.tiers import Tiers, tiers_of
from tests.unit.storage.factories import random_rows

ROWS = 25_000
ALL_LISTS = 1_000


def tiers(folder: Path, efforts: Efforts) -> Tiers:
    rows = random_rows(ROWS, 16)
    ids = np.arange(1, ROWS + 1)
    write_ivf(folder / "index", rows[:5_000], ROWS, [(ids, rows)])
    index = IvfIndex(folder / "index", efforts, 1e-3)
    return tiers_of([Segment(index, None, ROWS)], ids, lambda of: to_half(rows[of - 1]))


def test_queries_like_images_have_an_effort_of_their_own(tmp_path: Path) -> None:
    rows = random_rows(ROWS, 16)
    made = tiers(tmp_path, Efforts(any=Effort(ALL_LISTS, 900), images=Effort(ALL_LISTS, 20)))

    def found(*, like_images: bool) -> int:
        (segment,) = made.through(ROWS, like_images)[0].segments
        return int((segment.search(rows[:1], 900, None)[0] >= 0).sum())

    assert found(like_images=False) == 900
    assert found(like_images=True) == 20


def test_what_a_filter_leaves_few_of_is_compared_row_by_row_for_both(tmp_path: Path) -> None:
    made = tiers(tmp_path, Efforts(Effort(8, 300), Effort(8, 300)))
    for like_images in (False, True):
        assert list(made.through(5, like_images)) == [made.exact]


@pytest.fixture(scope="module")
def panorama(tmp_path_factory: pytest.TempPathFactory) -> PanoramaIndex:
    path = tmp_path_factory.mktemp("panorama") / "index"
    write_panorama(path, energy_rotation(STORED[:500]), [(IDS, STORED)])
    return PanoramaIndex(path)


HALVES = to_half(random_rows(ROWS, 16))
STORED = to_unit(HALVES)
IDS = np.arange(1, ROWS + 1)


def over(index: PanoramaIndex) -> Tiers:
    return tiers_of([Segment(index, None, ROWS)], IDS, lambda of: HALVES[of - 1])


def test_a_hundredth_of_the_rows_is_read_where_it_is_stored(panorama: PanoramaIndex) -> None:
    (few,), (many,) = (over(panorama).through(matching) for matching in (250, 251))

    assert isinstance(few.segments[0].index, HalfIndex)
    assert many.segments[0].index is panorama


@settings(max_examples=30)
@given(seed=st.integers(0, 999), share=st.floats(0.0001, 0.2), k=st.integers(1, 60))
def test_both_ways_find_the_same(panorama: PanoramaIndex, seed: int, share: float, k: int) -> None:
    random = np.random.default_rng(seed)
    among = random.random(ROWS) < share
    among[:2] = True
    query, most = random_rows(1, 16, seed), int(among.sum())
    tiers = over(panorama)

    few, many = (
        nearest(tiers.through(matching), query, min(k, most), among, lambda of: STORED[of - 1])
        for matching in (1, ROWS)
    )

    np.testing.assert_array_equal(few[0], many[0])
    np.testing.assert_array_equal(few[1], many[1])
