"""Pictures with the same pixels are one hit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.candidates import ByEmbedding
from search.query import EmbeddingPart, InstancePart, Query
from search.request import Request
from search.retrieval import retrieve

QUERY = np.ones((1, 1), np.float32)


def nearest(snapshot, k, among=None, like=()):
    parts = tuple(InstancePart(at) for at in like) or (EmbeddingPart(QUERY[0]),)
    candidates = ByEmbedding(snapshot, QUERY, among)
    return retrieve(candidates, snapshot, Request(Query(parts), k))


class FakeSnapshot:
    """Rows with a score and a group each; counts how often it is searched."""

    def __init__(self, scores, groups):
        self.ids = np.arange(1, len(scores) + 1)
        self._scores = np.array(scores, np.float32)
        self._groups = np.array(groups, np.int64)
        self.searches = 0

    def search(self, query, k, among=None):
        self.searches += 1
        rows = np.flatnonzero(among) if among is not None else np.arange(len(self.ids))
        best = rows[np.argsort(-self._scores[rows], kind="stable")][:k]
        left = k - len(best)
        ids = np.append(self.ids[best], np.full(left, -1))
        scores = np.append(self._scores[best], np.full(left, -np.inf, np.float32))
        return ids[None], scores[None]

    def groups(self, ids):
        return self._groups[np.asarray(ids, np.int64) - 1]


def test_the_best_of_a_group_stands_and_counts_the_others():
    snapshot = FakeSnapshot([0.9, 0.8, 0.7, 0.6], groups=[5, 7, 5, 5])
    found = nearest(snapshot, 2)
    assert found.ids.tolist() == [1, 2]
    assert found.copies.tolist() == [2, 0]


def test_many_copies_do_not_make_the_answer_shorter():
    snapshot = FakeSnapshot([1.0] * 500 + [0.5, 0.4], groups=[1] * 500 + [2, 3])
    found = nearest(snapshot, 3)
    assert found.ids.tolist() == [1, 501, 502]
    assert found.copies.tolist() == [499, 0, 0]


def test_copies_of_the_last_hit_are_all_counted():
    snapshot = FakeSnapshot([0.9] + [0.8] * 50 + [0.1], groups=[1] + [2] * 50 + [3])
    assert nearest(snapshot, 2).copies.tolist() == [0, 49]


def test_copies_of_the_picture_that_is_asked_with_are_left_out_like_itself():
    snapshot = FakeSnapshot([1.0, 1.0, 0.5], groups=[4, 4, 6])
    others = snapshot.ids != 1
    assert nearest(snapshot, 2, others, like=[1]).ids.tolist() == [3]


def test_what_does_not_pass_a_filter_is_no_copy():
    snapshot = FakeSnapshot([0.9, 0.8], groups=[1, 1])
    found = nearest(snapshot, 2, np.array([False, True]))
    assert (found.ids.tolist(), found.copies.tolist()) == ([2], [0])


def test_an_archive_without_copies_is_searched_once():
    snapshot = FakeSnapshot(np.linspace(1, 0, 100), groups=range(100))
    nearest(snapshot, 10)
    assert snapshot.searches == 1


def test_an_empty_collection_has_no_hits():
    assert nearest(FakeSnapshot([], []), 5).ids.tolist() == []


@given(
    rows=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 8)), max_size=60),
    k=st.integers(1, 12),
)
def test_hits_are_the_first_of_each_group_in_the_whole_order(rows, k):
    scores, groups = [score for score, _ in rows], [group for _, group in rows]
    order = sorted(range(len(rows)), key=lambda at: -scores[at])
    firsts = {groups[at]: at + 1 for at in reversed(order)}
    expected = sorted(firsts.values(), key=lambda id_: order.index(id_ - 1))[:k]
    found = nearest(FakeSnapshot(scores, groups), k)
    assert found.ids.tolist() == expected
