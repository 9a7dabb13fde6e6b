"""Series by all their slices, held to late interaction as it is defined."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidRequest, UnknownName
from core.types import Unit
from search import blocks
from search.candidates import ByEmbedding
from search.query import by_series, by_text
from search.request import Request
from search.retrieval import retrieve
from search.volumes import late_interaction, slices_of
from tests.unit.search.snapshots import FakeSnapshot, found

# Series A is asked with: one slice to the east, one to the north. B has both, C is between them.
ROWS = [[1, 0], [0, 1], [0.96, 0.28], [0.28, 0.96], [0.8, 0.6], [0.6, 0.8]]
UIDS = ["1.A", "1.A", "1.B", "1.B", "1.C", "1.C"]


@pytest.fixture
def snapshot():
    return FakeSnapshot(ROWS, series=[1, 1, 2, 2, 3, 3], series_uid=UIDS)


def test_the_pictures_of_a_series_are_found_by_its_uid(snapshot):
    assert slices_of(snapshot, "1.B").tolist() == [3, 4]


@pytest.mark.parametrize("uid", ["", "1.D"])
def test_a_series_without_pictures_is_not_known(snapshot, uid):
    with pytest.raises(UnknownName, match="No picture is of the series"):
        slices_of(snapshot, uid)


def test_a_series_that_has_all_slices_comes_before_one_that_is_like_their_mean(snapshot):
    mean = (0.5**0.5, 0.5**0.5)
    by_mean = found(snapshot, Request(by_text("x"), 9, unit=Unit.SERIES), mean)
    assert by_mean.ids.tolist() == [5, 3, 1]
    page = found(snapshot, Request(by_series("1.A"), 9, unit=Unit.SERIES), mean)
    assert (page.ids.tolist(), page.like.tolist()) == ([3, 5], [1, 1])
    assert page.scores.tolist() == pytest.approx([0.96, 0.8])


def test_slices_that_may_not_be_returned_do_not_count(snapshot):
    among = np.array([False, False, False, True, True, True])
    candidates = ByEmbedding(snapshot, np.array([[0.6, 0.8]], np.float32), among)
    request = Request(by_series("1.A"), 9, unit=Unit.SERIES)
    page = retrieve(candidates, snapshot, request, among)
    assert (page.ids.tolist(), page.like.tolist()) == ([5, 4], [1, 2])
    assert page.scores.tolist() == pytest.approx([0.8, 0.62])  # of 4: the mean of .28 and .96


def test_pages_of_series_are_one_long_answer():
    rng = np.random.default_rng(5)
    rows = rng.standard_normal((90, 4))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    series = rng.integers(1, 31, 90)
    snapshot = FakeSnapshot(rows, series=series, series_uid=[f"1.{one}" for one in series])
    asked = Request(by_series("1.3"), 50, unit=Unit.SERIES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", 7)
        whole = found(snapshot, asked, rows[0]).ids.tolist()
        pages = [
            found(snapshot, replace(asked, k=4, offset=offset), rows[0]).ids.tolist()
            for offset in range(0, 50, 4)
        ]
    assert [hit for page in pages for hit in page] == whole
    several = [one for one in set(series.tolist()) if (series == one).sum() > 1]
    assert len(whole) == len(several) - 1


def test_a_series_of_one_picture_asks_like_that_picture():
    uids = ["1.1", "1.2", "1.2", "1.3"]
    snapshot = FakeSnapshot(
        [[1, 0], [0.6, 0.8], [0, 1], [0.8, 0.6]], series=[1, 2, 2, 3], series_uid=uids
    )
    page = found(snapshot, Request(by_series("1.1"), 9, unit=Unit.SERIES), (1.0, 0.0))
    assert (page.ids.tolist(), page.like.tolist()) == ([4, 2], [0, 0])
    assert page.scores.tolist() == pytest.approx([0.8, 0.6])


def test_a_series_that_is_asked_with_cannot_be_folded():
    with pytest.raises(InvalidRequest, match="--fold"):
        Request(by_series("1.1"), unit=Unit.SERIES, fold=0.9).check()


@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    asked=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_scores_are_means_of_the_nearest_and_the_key_slice_is_nearest_of_all(sizes, asked, seed):
    rng = np.random.default_rng(seed)
    query = rng.integers(-3, 4, (asked, 3)).astype(np.float32)
    series = [rng.integers(-3, 4, (size, 3)).astype(np.float32) for size in sizes]
    starts = np.cumsum([0, *sizes[:-1]])
    met = late_interaction(query, np.concatenate(series), starts)
    for at, slices in enumerate(series):
        nearest = [max(float(one @ other) for other in slices) for one in query]
        assert met.scores[at] == pytest.approx(sum(nearest) / asked)
        key, like = slices[met.slices[at] - starts[at]], query[met.asked[at]]
        assert float(key @ like) == max(nearest)
