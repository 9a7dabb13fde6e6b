import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.types import Embeddings, Ids, Mask, Scores
from storage.index import ExactIndex
from storage.segments import Segment, append, search_segments, segment_of
from tests.unit.storage.factories import random_rows


class SealedIndex:
    """An index that is not exact NumPy, so that it is never joined with another."""

    def __init__(self, ids: Ids, rows: Embeddings) -> None:
        self._exact = ExactIndex(ids, rows)
        self.ids = ids

    def search(self, queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        return self._exact.search(queries, k, among)


def grown(sizes: list[int]) -> list[Segment]:
    """Segments after batches of these sizes, with ids from 1."""
    rows = random_rows(sum(sizes))
    segments: list[Segment] = []
    for start, size in zip(np.cumsum([0, *sizes]), sizes, strict=False):
        ids = np.arange(start, start + size) + 1
        segments = append(segments, ids, rows[start : start + size])
    return segments


@given(sizes=st.lists(st.integers(0, 20), max_size=40))
def test_many_batches_make_few_segments_with_all_rows_in_order(sizes: list[int]) -> None:
    segments = grown(sizes)

    total = sum(sizes)
    ids = [int(i) for segment in segments for i in segment.index.ids]
    assert ids == list(range(1, total + 1))
    assert len(segments) <= max(total, 1).bit_length()


def test_an_index_from_a_file_is_never_copied_into_another() -> None:
    base = Segment(SealedIndex(np.array([1, 2]), random_rows(2)), None, 2)

    segments = append([base], np.arange(3, 53), random_rows(50))

    assert segments[0] is base
    assert [segment.rows for segment in segments] == [2, 50]


def test_dead_rows_are_left_out_when_segments_join() -> None:
    rows = random_rows(4)
    half_dead = segment_of(ExactIndex(np.array([1, 2]), rows[:2]), np.array([2]))

    (joined,) = append([half_dead], np.array([3, 4]), rows[2:])

    assert joined.index.ids.tolist() == [2, 3, 4]
    assert joined.index.search(rows[1:], 1)[0].ravel().tolist() == [2, 3, 4]


@given(
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=5),
    seed=st.integers(0, 2**32 - 1),
    filtered=st.booleans(),
)
def test_segments_find_what_one_index_finds(sizes: list[int], seed: int, filtered: bool) -> None:
    random = np.random.default_rng(seed)
    total = sum(sizes)
    rows, ids = random_rows(total, seed=seed), np.arange(1, total + 1)
    living = ids[random.random(total) < 0.7]
    among = random.random(len(living)) < 0.5 if filtered else None
    parts = np.split(ids, np.cumsum(sizes)[:-1])
    segments = [segment_of(SealedIndex(part, rows[part - 1]), living) for part in parts]
    if not len(living):
        return

    found = search_segments(segments, rows[:2], len(living), among)

    whole = ExactIndex(living, rows[living - 1]).search(rows[:2], len(living), among)
    np.testing.assert_array_equal(found[0], whole[0])
    np.testing.assert_allclose(found[1], whole[1], atol=1e-6)
