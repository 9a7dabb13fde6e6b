from hypothesis import given
from hypothesis import strategies as st

from core.types import CatalogueCode, SkipCode
from indexer.ledger import Ledger, State
from tests.unit.indexer.factories import place

FATES = [*State, *CatalogueCode, *SkipCode]


def test_a_later_fate_replaces_the_one_before():
    ledger = Ledger()
    ledger.put(place("a"), State.TO_COME)
    ledger.put(place("a"), SkipCode.CORRUPT)
    assert (len(ledger), ledger.count(State.TO_COME)) == (1, 0)
    assert ledger.by_code(SkipCode) == {"corrupt": 1}


def test_a_file_is_settled_once_its_outcome_is_known():
    ledger = Ledger()
    assert not ledger.is_settled(place("a"))
    ledger.put(place("a"), State.TO_COME)
    assert not ledger.is_settled(place("a"))
    ledger.put(place("a"), State.EMBEDDED)
    assert ledger.is_settled(place("a"))


def test_codes_come_most_frequent_first():
    ledger = Ledger()
    for name, fate in {"a": SkipCode.EMPTY, "b": SkipCode.CORRUPT, "c": SkipCode.CORRUPT}.items():
        ledger.put(place(name), fate)
    assert list(ledger.by_code(SkipCode).items()) == [("corrupt", 2), ("empty", 1)]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(FATES))))
def test_the_counts_add_up_to_the_files_whatever_happens(said):
    ledger = Ledger()
    for name, fate in said:
        ledger.put(place(name), fate)
    assert sum(ledger.count(fate) for fate in FATES) == len(ledger) == len(dict(said))
