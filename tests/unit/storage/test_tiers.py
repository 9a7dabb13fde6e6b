"""Which short lists a snapshot looks at."""

from pathlib import Path

import numpy as np

from storage.ivf_index import Effort, Efforts, IvfIndex, write_ivf
from storage.segments import Segment
from storage.shards import to_half
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
