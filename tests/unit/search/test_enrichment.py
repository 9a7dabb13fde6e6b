"""What hits share, against Fisher's test and archives whose scanners are known."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from core.types import Hit, Location, Record, Tags
from search.enrichment import Company, enrichment
from search.sampling import Sampler
from tests.unit.search.snapshots import FakeSnapshot

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OURS = Tags(modality="CR", manufacturer="Acme", model="One", institution="North")
THEIRS = Tags(modality="CR", manufacturer="Acme", model="Two", institution="North")
CT = Tags(modality="CT", manufacturer="Acme", model="Tube", institution="North")


class Described(FakeSnapshot):
    """A snapshot whose pictures have tags; the patient of each is named."""

    def __init__(self, tags, patients=None):
        patients = range(len(tags)) if patients is None else patients
        super().__init__(np.ones((len(tags), 1)), patient=list(patients))
        self.tags = tags

    def describe(self, ids):
        return [record(int(each), self.tags[each - 1]) for each in ids]


def record(picture_id, tags):
    return Record(picture_id, Location(Path("/a")), 0, tags, NOW)


def alarms(snapshot, ids, among=None):
    hits = [Hit(rank, 0.5, each) for rank, each in enumerate(snapshot.describe(ids), start=1)]
    return Company(Sampler()).alarms(snapshot, hits, among)


@given(
    of=st.integers(1, 50),
    of_others=st.integers(1, 2000),
    share=st.floats(0, 1),
    base=st.floats(0, 1),
)
def test_the_chance_is_that_of_fishers_exact_test(of, of_others, share, base):
    hits, others = round(share * of), round(base * of_others)
    table = [[hits, of - hits], [others, of_others - others]]

    expected = fisher_exact(table, alternative="greater").pvalue

    assert enrichment(hits, of, others, of_others) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_hits_of_one_scanner_raise_an_alarm():
    snapshot = Described([OURS] * 20 + [THEIRS] * 80)

    (alarm,) = alarms(snapshot, [*range(1, 10), 50])

    assert (alarm.tag, alarm.value, alarm.hits, alarm.of) == ("scanner", "Acme One", 9, 10)
    assert alarm.base_rate == pytest.approx(11 / 90)
    assert str(alarm) == (
        "Hits of 9 of 10 patients come from one scanner, Acme One; of other CR pictures 12% do. "
        "They may be alike in that alone."
    )


def test_hits_as_mixed_as_the_archive_raise_none():
    snapshot = Described([OURS, THEIRS] * 50)

    assert alarms(snapshot, range(1, 11)) == ()


def test_what_nearly_all_have_raises_none():
    snapshot = Described([OURS] * 80 + [THEIRS] * 20)

    assert alarms(snapshot, range(1, 21)) == ()


def test_slices_of_one_patient_are_no_evidence():
    snapshot = Described([OURS] * 20 + [THEIRS] * 80, patients=[0] * 20 + [*range(1, 81)])

    assert alarms(snapshot, range(1, 21)) == ()


def test_the_scanner_of_another_modality_is_no_alarm():
    snapshot = Described([CT] * 10 + [CT] * 10 + [THEIRS] * 200)

    assert alarms(snapshot, range(1, 11)) == ()


def test_only_what_could_be_a_hit_is_compared():
    snapshot = Described([OURS] * 40 + [THEIRS] * 80)
    of_one_scanner = np.arange(120) < 40

    assert alarms(snapshot, range(1, 11))
    assert alarms(snapshot, range(1, 11), of_one_scanner) == ()


def test_burned_in_writing_and_the_institution_are_told():
    marked = OURS._replace(burned_in="YES", institution="South")
    snapshot = Described([marked] * 12 + [OURS] * 60)

    told = {alarm.tag: str(alarm) for alarm in alarms(snapshot, range(1, 11))}

    assert set(told) == {"burned_in", "institution"}
    assert "marked as having writing burned in; of other CR pictures 3% are." in told["burned_in"]


def test_what_files_do_not_state_is_no_alarm():
    silent = Tags(modality="CR")
    snapshot = Described([silent] * 20 + [THEIRS] * 80)

    assert alarms(snapshot, range(1, 11)) == ()


def test_few_patients_are_no_evidence():
    snapshot = Described([OURS] * 4 + [THEIRS] * 80)

    assert alarms(snapshot, range(1, 5)) == ()


def test_hits_that_are_gone_from_a_later_state_do_not_matter():
    """The sample of before is kept, with pictures that ended since."""
    company = Company(Sampler())
    before = Described([OURS] * 30 + [THEIRS] * 80)
    hits = [Hit(rank, 0.5, each) for rank, each in enumerate(before.describe(range(1, 11)), 1)]
    now = Described(before.tags[:105])
    now.sequence = 2

    assert company.alarms(before, hits, None)
    assert company.alarms(now, hits, None)[0].base_rate == pytest.approx(20 / 95)
