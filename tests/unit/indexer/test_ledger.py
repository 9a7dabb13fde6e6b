import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import CatalogueCode, SkipCode
from indexer.ledger import Ledger, State
from tests.unit.indexer.factories import opened_visits, place

FATES = [*{*State, *CatalogueCode, *SkipCode} - {State.MOVED}]


@pytest.fixture
def ledger():
    with opened_visits() as visits:
        yield Ledger(visits)


def test_a_later_fate_replaces_the_one_before(ledger):
    ledger.put(place("a"), State.TO_COME)
    ledger.put(place("a"), SkipCode.CORRUPT)
    assert (len(ledger), ledger.count(State.TO_COME)) == (1, 0)
    assert ledger.by_code(SkipCode) == {"corrupt": 1}


def test_a_file_is_settled_once_its_outcome_is_known(ledger):
    assert not ledger.is_settled(place("a"))
    ledger.put(place("a"), State.TO_COME)
    assert not ledger.is_settled(place("a"))
    ledger.put(place("a"), State.EMBEDDED)
    assert ledger.is_settled(place("a"))


def test_codes_come_most_frequent_first(ledger):
    for name, fate in {"a": SkipCode.EMPTY, "b": SkipCode.CORRUPT, "c": SkipCode.CORRUPT}.items():
        ledger.put(place(name), fate)
    assert list(ledger.by_code(SkipCode).items()) == [("corrupt", 2), ("empty", 1)]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(FATES))))
def test_the_counts_add_up_to_the_files_whatever_happens(said):
    with opened_visits() as visits:
        ledger = Ledger(visits)
        for name, fate in said:
            ledger.put(place(name), fate)
        waiting = [place(name) for name, fate in sorted(dict(said).items()) if fate == "waiting"]
        assert list(ledger.waiting()) == waiting
        assert sum(ledger.count(fate) for fate in FATES) == len(ledger) == len(dict(said))


def test_only_the_first_word_on_a_file_is_added(ledger):
    assert ledger.add(place("a"), State.TO_COME)
    assert not ledger.add(place("a"), State.UNCHANGED)
    assert (ledger.count(State.TO_COME), ledger.count(State.UNCHANGED), len(ledger)) == (1, 0, 1)


def test_where_a_file_was_before_it_moved_is_no_file_of_its_own(ledger):
    ledger.add(place("new"), State.UNCHANGED)
    ledger.add(place("old"), State.MOVED)
    assert len(ledger) == 1


def test_more_files_wait_than_one_question_brings(ledger):
    names = [f"{number:04}" for number in range(2500)]
    for name in names:
        ledger.add(place(name), State.WAITING)
    for waiting in ledger.waiting():
        ledger.put(waiting, CatalogueCode.NOT_SAMPLED)
    assert ledger.by_code(CatalogueCode) == {"not-sampled": 2500}


def test_many_files_said_at_once_count_as_one_after_the_other(ledger):
    names = [f"{number:04}" for number in range(600)]
    ledger.put_all({place(name): State.TO_COME for name in names[:400]})
    ledger.put_all({place(name): State.EMBEDDED for name in names[100:]})
    assert (ledger.count(State.TO_COME), ledger.count(State.EMBEDDED), len(ledger)) == (
        100,
        500,
        600,
    )
    assert [ledger.is_settled(place(name)) for name in ("0099", "0100")] == [False, True]
