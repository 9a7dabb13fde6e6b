"""Hits of a real collection: whose they are, what they stand for, and page by page."""

from dataclasses import replace

import numpy as np
import pytest
from runs import not_asked

from core.errors import InvalidRequest
from core.types import Identity, Tags, Unit
from search.query import EmbeddingPart, Query, by_instance, by_series
from search.request import Request
from search.searcher import Searcher
from storage.reader import CollectionReader
from tests.unit.storage.factories import embedded, fill, random_rows

# Two patients, three studies, five series of two pictures each; then files that say nothing.
SERIES = [
    ("1", "1.1", "A"),
    ("1", "1.2", "A"),
    ("2", "2.1", "A"),
    ("3", "3.1", "B"),
    ("3", "3.2", "B"),
]


@pytest.fixture
def searcher(tmp_path):
    rows = random_rows(14, seed=3)
    files = [
        embedded(
            f"{series}-{which}",
            rows[2 * at + which : 2 * at + which + 1],
            Tags(study_uid=study, series_uid=series),
            identity=Identity(patient_id=patient),
        )
        for at, (study, series, patient) in enumerate(SERIES)
        for which in range(2)
    ]
    silent = [embedded(f"silent-{at}", rows[at : at + 1]) for at in range(10, 14)]
    fill(tmp_path, [*files, *silent])
    with CollectionReader.open(tmp_path, "main") as reader:
        yield Searcher(reader, lambda: pytest.fail("no encoder is needed"), not_asked)


def ids(results):
    return [hit.record.id for hit in results.hits]


def test_the_patient_who_is_asked_with_is_left_out_and_counted(searcher):
    results = searcher.search(Request(by_instance(1), 20))
    assert sorted(ids(results)) == [7, 8, 9, 10, 11, 12, 13, 14]
    assert results.notes == (
        "Without 5 pictures of the patient that is asked with. "
        "Include the own patient to see them.",
    )
    everybody = searcher.search(Request(by_instance(1), 20, own_patient=True))
    assert (sorted(ids(everybody)), everybody.notes) == (list(range(2, 15)), ())


def test_the_patient_who_is_asked_with_can_be_asked_for_alone(searcher):
    results = searcher.search(Request(by_instance(1), 20, only_patient=True))
    assert (sorted(ids(results)), results.notes) == ([2, 3, 4, 5, 6], ())
    with pytest.raises(InvalidRequest, match="No patient is known"):
        searcher.search(Request(Query((EmbeddingPart(np.ones(8, np.float32)),)), only_patient=True))


def test_a_picture_that_the_answer_shall_be_unlike_keeps_its_patient(searcher):
    row = EmbeddingPart(np.ones(8, np.float32))
    unlike = replace(by_instance(1).parts[0], weight=-0.5)
    results = searcher.search(Request(Query((row, unlike)), 20))
    assert sorted(ids(results)) == list(range(2, 15))


def test_a_file_that_says_nothing_is_a_unit_of_its_own(searcher):
    counts = {}
    for unit in Unit:
        results = searcher.search(
            Request(Query((EmbeddingPart(np.ones(8, np.float32)),)), 20, unit=unit)
        )
        counts[unit] = sorted(hit.more for hit in results.hits)
    assert counts == {
        Unit.PICTURE: [0] * 14,
        Unit.SERIES: [0] * 4 + [1] * 5,
        Unit.STUDY: [0] * 4 + [1, 3, 3],
        Unit.PATIENT: [0] * 4 + [3, 5],
    }


def test_ranks_go_on_from_page_to_page_and_a_change_is_told(searcher):
    request = Request(Query((EmbeddingPart(np.ones(8, np.float32)),)), 4, offset=4)
    page = searcher.search(request)
    assert [hit.rank for hit in page.hits] == [5, 6, 7, 8]
    assert searcher.search(replace(request, sequence=page.sequence)).notes == ()
    changed = searcher.search(replace(request, sequence=page.sequence - 1)).notes
    assert [note.startswith("The collection has changed") for note in changed] == [True]


def test_series_answer_to_a_series_and_tell_which_slices_meet(searcher):
    results = searcher.search(Request(by_series("1.1"), 20, unit=Unit.SERIES))
    rows = random_rows(14, seed=3).astype(np.float64)
    cosines = rows[:2] @ rows.T
    expected = {
        uid: (
            cosines[:, members].max(axis=1).mean(),
            members[cosines[:, members].max(axis=0).argmax()],
        )
        for uid, members in {"3.1": [6, 7], "3.2": [8, 9]}.items()
    }
    told = {hit.record.tags.series_uid: hit for hit in results.hits if hit.record.tags.series_uid}
    assert list(told) == sorted(expected, key=lambda uid: -expected[uid][0])
    for uid, (score, key) in expected.items():
        assert told[uid].score == pytest.approx(score, abs=1e-3)
        assert told[uid].record.id == key + 1
        assert told[uid].like == cosines[:, key].argmax() + 1
