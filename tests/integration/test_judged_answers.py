"""Answers of a real collection with what their scores are worth and what the hits share."""

import numpy as np
import pytest
from runs import not_asked

from core.types import Identity, Tags
from search.query import by_instance
from search.request import Request
from search.searcher import Searcher
from storage.reader import CollectionReader
from tests.unit.storage.factories import embedded, fill, random_rows, unit

ALIKE = 12  # pictures of twelve patients, near each other, of one scanner
ROWS = 300


@pytest.fixture
def searcher(tmp_path):
    rows = random_rows(ROWS, seed=5)
    rows[:ALIKE] = unit(rows[0] + 0.02 * rows[:ALIKE])
    files = [
        embedded(
            f"{at}",
            rows[at : at + 1],
            Tags(modality="CR", manufacturer="Acme", model="One" if at < ALIKE else f"M{at % 9}"),
            identity=Identity(patient_id=f"patient-{at}"),
        )
        for at in range(ROWS)
    ]
    fill(tmp_path, files)
    with CollectionReader.open(tmp_path, "main") as reader:
        yield Searcher(reader, lambda: pytest.fail("no encoder is needed"), not_asked)


def test_hits_have_the_share_of_all_pictures_that_score_lower(searcher):
    results = searcher.search(Request(by_instance(1), 100))

    # The picture that is asked with is one of the sample, and above all hits.
    expected = 100 * (ROWS - 2 - np.arange(100)) / (ROWS + 1)
    found = [hit.percentile for hit in results.hits]
    np.testing.assert_allclose(found, expected, atol=0.7)


def test_the_line_is_behind_what_is_alike(searcher):
    results = searcher.search(Request(by_instance(1), 100))

    assert ALIKE <= results.noise_from <= 2 * ALIKE
    assert searcher.search(Request(by_instance(1), 5)).noise_from is None


def test_a_scanner_that_the_hits_share_is_told(searcher):
    (alarm,) = searcher.search(Request(by_instance(1), 10)).alarms

    assert (alarm.tag, alarm.value, alarm.hits, alarm.of) == ("scanner", "Acme One", 10, 10)
    # One that is no hit is left, of 289 other patients without the one that is asked with.
    assert alarm.base_rate == pytest.approx(1 / 289)


def test_judging_is_timed(searcher):
    assert searcher.search(Request(by_instance(1))).timings.judging_s > 0
