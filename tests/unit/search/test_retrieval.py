"""From candidates to hits: copies, near-duplicates, units, diversity and pages."""

import numpy as np

from core.types import Unit
from search import standing
from search.candidates import ByEmbedding
from search.request import Request
from search.retrieval import retrieve
from tests.unit.search.snapshots import ONE, FakeSnapshot, found, hits


def test_the_best_of_pictures_with_the_same_pixels_stands_and_counts_the_others():
    snapshot = FakeSnapshot([0.9, 0.8, 0.7, 0.6], pixels=[5, 7, 5, 5])
    assert hits(snapshot, Request(ONE, 2)) == [(1, 2, 0, 0), (2, 0, 0, 0)]


def test_many_copies_do_not_make_the_answer_shorter():
    snapshot = FakeSnapshot([1.0] * 500 + [0.5, 0.4], pixels=[1] * 500 + [2, 3])
    assert hits(snapshot, Request(ONE, 3)) == [(1, 499, 0, 0), (501, 0, 0, 0), (502, 0, 0, 0)]


def test_what_does_not_pass_a_filter_is_no_copy():
    snapshot = FakeSnapshot([0.9, 0.8], pixels=[1, 1])
    among = np.array([False, True])
    candidates = ByEmbedding(snapshot, np.ones((1, 1), np.float32), among)
    page = retrieve(candidates, snapshot, Request(ONE, 2), among)
    assert (page.ids.tolist(), page.copies.tolist()) == ([2], [0])


def test_an_archive_without_copies_is_searched_once():
    snapshot = FakeSnapshot(np.linspace(1, 0, 100))
    hits(snapshot, Request(ONE, 10))
    assert snapshot.searches == 1


def test_an_empty_collection_has_no_hits():
    assert hits(FakeSnapshot([]), Request(ONE, 5)) == []


def test_the_best_picture_of_the_best_series_stands_and_counts_the_rest_of_it():
    snapshot = FakeSnapshot([0.9, 0.8, 0.7, 0.6, 0.5], series=[4, 4, 9, 4, 9])
    request = Request(ONE, 2, unit=Unit.SERIES)
    assert hits(snapshot, request) == [(1, 0, 0, 2), (3, 0, 0, 1)]


def test_a_copy_that_another_unit_shows_does_not_stand_for_its_own():
    snapshot = FakeSnapshot([0.9, 0.8, 0.7], pixels=[1, 1, 2], study=[1, 2, 2])
    request = Request(ONE, 2, unit=Unit.STUDY)
    assert hits(snapshot, request) == [(1, 1, 0, 0), (3, 0, 0, 1)]


def test_a_near_duplicate_is_counted_by_the_hit_that_it_is_near_to():
    rows = [[1, 0], [0.6, 0.8], [0.999, 0.0447], [0.5, 0.866]]
    request = Request(ONE, 4, fold=0.99)
    assert hits(FakeSnapshot(rows), request, (1, 0)) == [(1, 0, 1, 0), (2, 0, 1, 0)]


def test_a_picture_of_another_patient_is_never_folded_and_those_of_nobody_are():
    rows = [[1, 0]] * 4
    request = Request(ONE, 4, fold=0.99)
    snapshot = FakeSnapshot(rows, patient=[1, 2, -3, -4])
    assert hits(snapshot, request, (1, 0)) == [(1, 0, 0, 0), (2, 0, 0, 0), (3, 0, 1, 0)]


def test_near_duplicates_far_down_the_list_are_folded_too_and_not_counted(monkeypatch):
    monkeypatch.setattr(standing, "WINDOW", 2)
    score = [0.9, 0.8, 0.7, 0.6]
    rows = [
        [s, *np.eye(3)[place] * np.sqrt(1 - s * s)]
        for s, place in zip(score, [0, 1, 2, 0], strict=True)
    ]
    request = Request(ONE, 4, fold=0.87)  # the cosine of the first and the last is 0.889
    assert hits(FakeSnapshot(rows), request, (1, 0, 0, 0)) == [
        (1, 0, 0, 0),
        (2, 0, 0, 0),
        (3, 0, 0, 0),
    ]


def test_diversity_brings_what_differs_before_what_is_alike():
    rows = [[1, 0, 0], [0.995, 0.0999, 0], [0.9, 0, 0.4359]]
    even, diverse = (Request(ONE, 3, diversity=much) for much in (0.0, 0.7))
    assert found(FakeSnapshot(rows), even, (1, 0, 0)).ids.tolist() == [1, 2, 3]
    assert found(FakeSnapshot(rows), diverse, (1, 0, 0)).ids.tolist() == [1, 3, 2]


def test_a_page_behind_the_last_hit_is_empty():
    assert hits(FakeSnapshot([0.9, 0.8]), Request(ONE, 5, offset=2)) == []
