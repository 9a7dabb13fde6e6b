"""Tiers that go deeper: the places fill up, and nothing before changes."""

import numpy as np

from core.types import Embeddings, Ids, Mask, Scores
from storage.index import ROUNDING, ExactIndex
from storage.nearest import Tier, nearest
from storage.segments import Segment
from storage.tail import read_tail, write_tail
from tests.unit.storage.factories import random_rows

DIM, N = 8, 40
ROWS = random_rows(N, DIM)
IDS = np.arange(N)


class Blind:
    """An index that overlooks some rows."""

    error = ROUNDING

    def __init__(self, seen: Mask) -> None:
        self.ids = IDS
        self.seen = seen
        self.asked = 0

    def search(self, queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        self.asked += 1
        may = self.seen if among is None else self.seen & among
        return ExactIndex(IDS, ROWS).search(queries, k, may)


def exact(query: Embeddings, k: int, among: Mask | None = None) -> list[int]:
    return ExactIndex(IDS, ROWS).search(query, k, among)[0][0].tolist()


def tiers(*seen: tuple[Mask, int]) -> list[Tier]:
    short = [Tier([Segment(Blind(mask), None, N)], places) for mask, places in seen]
    return [*short, Tier([Segment(ExactIndex(IDS, ROWS), None, N)], None)]


def test_what_a_deeper_tier_finds_comes_behind() -> None:
    query = ROWS[:1]
    best = exact(query, N)
    seen = ~np.isin(IDS, best[1:3])  # the second and third best are overlooked

    ids, scores = nearest(tiers((seen, 4)), query, 8, None, ROWS.__getitem__)

    assert ids[0].tolist() == [best[0], *best[3:6], best[1], best[2], best[6], best[7]]
    wanted = ROWS[ids[0]].astype(np.float64) @ query[0]
    np.testing.assert_allclose(scores[0], wanted, atol=1e-7)


def test_the_first_of_many_are_the_first_of_few() -> None:
    random = np.random.default_rng(1)
    deep = tiers((random.random(N) < 0.5, 4), (random.random(N) < 0.7, 16))
    whole, _ = nearest(deep, ROWS[:3], N, None, ROWS.__getitem__)
    for k in range(1, N):
        np.testing.assert_array_equal(
            nearest(deep, ROWS[:3], k, None, ROWS.__getitem__)[0], whole[:, :k]
        )
    assert np.sort(whole, axis=1).tolist() == [IDS.tolist()] * 3


def test_a_tier_that_finds_too_few_is_followed_by_the_exact_one() -> None:
    among = np.zeros(N, dtype=bool)
    among[5:9] = True

    ids, _ = nearest(tiers((~among, 32)), ROWS[:2], 4, among, ROWS.__getitem__)

    assert [row.tolist() for row in ids] == [exact(ROWS[i : i + 1], 4, among) for i in range(2)]


def test_a_deeper_tier_is_not_asked_without_need() -> None:
    first, second = Blind(np.ones(N, bool)), Blind(np.ones(N, bool))
    deep = [Tier([Segment(index, None, N)], places) for index, places in ((first, 4), (second, 8))]

    nearest(deep, ROWS[:1], 4, None, ROWS.__getitem__)

    assert (first.asked > 0, second.asked) == (True, 0)


def test_a_tail_is_read_as_it_was_written(tmp_path) -> None:
    path, arrays = tmp_path / "index", [IDS, ROWS]
    with path.open("wb") as file:
        file.write(b"what FAISS reads")
        write_tail(file, arrays)

    for found, wanted in zip(read_tail(path, 2), arrays, strict=True):
        np.testing.assert_array_equal(found, wanted)
        assert found.dtype == wanted.dtype
