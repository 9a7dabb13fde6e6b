"""What a score is worth, against all rows of small collections."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.types import Ranking
from search.background import FEWEST, Background
from search.encoding import Encoded, Kind, Means
from search.request import Request
from search.sampling import SAMPLE
from storage.kept_rows import KeptRows
from tests.fakes import ColourEncoder
from tests.unit.search.snapshots import ONE, FakeSnapshot, found


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def rows(count, seed=0, dim=8):
    return unit(np.random.default_rng(seed).standard_normal((count, dim)))


def means(encoder=None):
    def load():
        return encoder or pytest.fail("no encoder is needed")

    return Means(ColourEncoder.card, load, lambda record: pytest.fail("no picture is needed"))


def background_of(means, home=Path("/nowhere/to/be/found")):
    return Background(means, KeptRows(home))


def judged(snapshot, row, kind=Kind.IMAGE, k=10, background=None, **asked):
    background = background or background_of(means())
    request = Request(ONE, k, **asked)
    return background.judge(
        snapshot, Encoded(row[None], kind, ()), found(snapshot, request, row), request
    )


def test_a_percentile_is_the_share_of_all_pictures_that_score_lower():
    stored = rows(500)

    answer = judged(FakeSnapshot(stored), stored[7], k=500)

    scores = np.sort(stored @ stored[7])[::-1]
    lower = [(scores < score).sum() for score in scores]
    np.testing.assert_allclose(answer.percentiles, 100 * np.array(lower) / 501, atol=0.21)
    assert answer.percentiles[0] < 100


def test_of_a_large_collection_a_sample_is_enough():
    stored = rows(20_000)

    answer = judged(FakeSnapshot(stored), stored[7], k=20_000)

    exact = 100 * (1 - (np.arange(20_000) + 1) / 20_000)
    np.testing.assert_allclose(answer.percentiles, exact, atol=4)
    assert max(answer.percentiles) == pytest.approx(100 * (SAMPLE - 1) / (SAMPLE + 1), abs=0.05)


def test_no_picture_is_lower_than_itself_for_having_been_rounded():
    turned, _ = np.linalg.qr(rows(64, dim=64))
    cosines = np.linspace(-0.9, 0.9, 500)
    beside = np.sqrt(1 - cosines**2)[:, None] * unit(rows(500, dim=64)[:, 1:])
    stored = unit(np.column_stack([cosines, beside]) @ turned)

    answer = judged(FakeSnapshot(stored), turned[0], k=500)

    lower = np.arange(499, -1, -1)
    np.testing.assert_allclose(answer.percentiles, 100 * lower / 501)


def test_a_small_collection_does_not_tell():
    stored = rows(FEWEST - 1)

    answer = judged(FakeSnapshot(stored), stored[0])

    assert answer.percentiles == (None,) * 10
    assert answer.noise_from is None


def test_pictures_of_one_kind_are_told_from_the_rest():
    kind = np.zeros(64)
    kind[0] = 1
    stored = rows(600, dim=64)
    stored[:30] = unit(kind + 0.05 * stored[:30])

    answer = judged(FakeSnapshot(stored), stored[0], k=100)

    assert 31 <= answer.noise_from <= 38  # a fifth of what is above may be chance


def test_the_line_is_the_same_from_page_to_page():
    stored = rows(600, dim=64)
    stored[:30] = unit(stored[0] + 0.1 * stored[:30])
    snapshot, background = FakeSnapshot(stored), background_of(means())

    whole = judged(snapshot, stored[0], k=100, background=background).noise_from
    pages = [
        judged(snapshot, stored[0], k=20, offset=at, background=background).noise_from
        for at in range(0, 80, 20)
    ]

    assert 31 <= whole <= 38
    assert pages == [None, whole, 41, 61]


def test_a_query_that_nothing_answers_has_no_hit_that_is_told_from_chance():
    stored = rows(600, dim=64)

    answer = judged(FakeSnapshot(stored), rows(1, seed=9, dim=64)[0])

    assert answer.noise_from == 1


def test_a_text_is_judged_by_what_other_texts_reach(tmp_path):
    """All pictures are near all texts here, as encoders have it that are not centred."""
    random = np.random.default_rng(0)
    cosines = random.normal(0.6, 0.1, 500)[:, None]
    beside = unit(random.standard_normal((500, 2)))
    query = unit(np.array([[1.0, 1.0, 1.0]]))[0]
    across = np.linalg.qr(np.column_stack([query, np.eye(3)[:, :2]]))[0][:, 1:]
    stored = unit(cosines * query + np.sqrt(1 - cosines**2) * (beside @ across.T))

    background = background_of(means(ColourEncoder()), tmp_path)

    answer = judged(FakeSnapshot(stored), query, Kind.TEXT, background=background)

    assert answer.noise_from == 1


def test_of_an_archive_that_is_all_alike_nothing_is_said(tmp_path):
    """Every picture is what is asked for, and what the other texts ask for, too."""
    stored = unit(np.array([1, 1, 1]) + 0.1 * np.random.default_rng(0).standard_normal((500, 3)))
    query = unit(np.array([[1.0, 1.0, 1.0]]))[0]
    background = background_of(means(ColourEncoder()), tmp_path)

    for asked in (Kind.TEXT, Kind.IMAGE, Kind.MIXED):
        answer = judged(FakeSnapshot(stored), query, asked, background=background)
        assert answer.noise_from is None
        assert answer.percentiles[0] > 99


def test_the_other_texts_are_embedded_once_for_a_home(tmp_path):
    stored, query = rows(500, dim=3), rows(1, seed=9, dim=3)[0]
    first = background_of(means(ColourEncoder()), tmp_path)
    before = judged(FakeSnapshot(stored), query, Kind.TEXT, background=first)

    later = background_of(means(), tmp_path)  # has no encoder
    after = judged(FakeSnapshot(stored), query, Kind.TEXT, background=later)

    assert (after.percentiles, after.noise_from) == (before.percentiles, before.noise_from)


def test_they_are_embedded_anew_by_another_encoder(tmp_path):
    stored, query, asked = rows(500, dim=3), rows(1, seed=9, dim=3)[0], []
    first = background_of(means(ColourEncoder()), tmp_path)
    judged(FakeSnapshot(stored), query, Kind.TEXT, background=first)
    card = replace(ColourEncoder.card, weights_sha256="c1" * 32)
    other = background_of(
        Means(card, lambda: asked.append(card) or ColourEncoder(), None), tmp_path
    )

    judged(FakeSnapshot(stored), query, Kind.TEXT, background=other)

    assert asked == [card]


def test_what_words_brought_has_a_percentile_and_no_line():
    stored = rows(600, dim=64)
    request = Request(ONE, ranking=Ranking.WORDS)
    page = found(FakeSnapshot(stored), Request(ONE), stored[0])
    encoded = Encoded(stored[:1], Kind.IMAGE, ())

    answer = background_of(means()).judge(FakeSnapshot(stored), encoded, page, request)

    assert answer.percentiles[0] == pytest.approx(100 * 599 / 601)
    assert answer.noise_from is None


def test_a_series_that_is_asked_with_is_not_judged():
    stored = rows(600)
    page = replace(found(FakeSnapshot(stored), Request(ONE), stored[0]), like=np.full(10, 7))
    encoded = Encoded(stored[:1], Kind.IMAGE, ())

    answer = background_of(means()).judge(FakeSnapshot(stored), encoded, page, Request(ONE))

    assert answer.percentiles == (None,) * 10
    assert answer.noise_from is None
