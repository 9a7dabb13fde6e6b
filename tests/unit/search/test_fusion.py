"""Two rankings as one, against what the paper's formula gives row by row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import FoundBy, Ranking
from search import fusion
from search.encoding import Encoded, Kind
from search.fusion import ranked, words_of
from search.query import Query, TextPart, by_text
from search.request import Request
from storage.word_search import WordQuery
from tests.unit.search.snapshots import FakeSnapshot

ENCODED = Encoded(np.ones((1, 1), np.float32), Kind.TEXT, ())
COSINES = st.lists(st.sampled_from([-0.5, 0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=12)


class Spoken(FakeSnapshot):
    """A snapshot whose words fit as told, whatever is asked."""

    def __init__(self, cosines, fits, machine=None):
        super().__init__(cosines)
        self._fits = np.array(fits, np.float32)
        self._machine = machine

    def words(self, query):
        return self._fits.copy()

    def machine_words(self, query):
        return None if self._machine is None else np.array(self._machine, np.float32)


def order_of(cosines, fits, ranking, among=None):
    snapshot = Spoken(cosines, fits)
    return ranked(Request(by_text("lung"), ranking=ranking), snapshot, ENCODED, among)


def ids_of(order):
    ids, _ = order.candidates.first(order.candidates.count)
    return ids.tolist()


@pytest.mark.parametrize("ranking", Ranking)
@given(drawn=st.data(), cosines=COSINES)
def test_the_order_is_that_of_a_naive_reading(ranking, drawn, cosines):
    rows = range(len(cosines))
    fits = drawn.draw(
        st.lists(st.sampled_from([0, 0, 1, 2]), min_size=len(rows), max_size=len(rows))
    )
    among = np.array(drawn.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    depth = drawn.draw(st.integers(1, 5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fusion, "DEPTH", depth)
        order = order_of(cosines, fits, ranking, among)
        ids = ids_of(order)
        starts = [order.candidates.first(n)[0].tolist() for n in range(1, len(ids) + 1)]

    assert ids == naive(cosines, fits, among, ranking, depth)
    assert starts == [ids[:n] for n in range(1, len(ids) + 1)]


def naive(cosines, fits, among, ranking, depth):
    """Sort all rows by what the ranking says of each."""
    allowed = [row for row in range(len(cosines)) if among[row]]
    spoken = [row for row in allowed if fits[row]]
    pool = spoken if ranking is Ranking.WORDS else allowed
    by_cosine = sorted(pool, key=lambda row: (-cosines[row], row))
    near = {row: rank for rank, row in enumerate(by_cosine[:depth], start=1)}
    levels = sorted({-fits[row] for row in spoken})
    fused = {row: 1 / (60 + near[row]) if row in near else 0.0 for row in allowed}
    for row in spoken:
        fused[row] = 1 / (61 + levels.index(-fits[row])) + fused[row]
    place = {row: rank for rank, row in enumerate(by_cosine)}
    keys = {
        Ranking.EMBEDDING: lambda row: (place[row],),
        Ranking.WORDS: lambda row: (-fits[row], near.get(row, depth + 1), row),
        Ranking.BOTH: lambda row: (-fused[row], row if fused[row] else place[row]),
    }
    return [row + 1 for row in sorted(pool, key=keys[ranking])]


def test_scores_stay_cosines():
    _, scores = order_of([0.5, 0.75, 0.25], [0, 0, 1], Ranking.BOTH).candidates.first(3)

    assert scores.tolist() == [0.25, 0.75, 0.5]


def test_it_is_told_what_brought_each_row(monkeypatch):
    monkeypatch.setattr(fusion, "DEPTH", 2)
    order = order_of([0.9, 0.8, 0.1, 0.0], [1, 0, 1, 0], Ranking.BOTH)

    assert order.found_by(np.arange(4)) == [
        FoundBy.BOTH,
        FoundBy.PICTURE,
        FoundBy.WORDS,
        FoundBy.PICTURE,
    ]


def test_a_chinese_text_is_looked_for_in_english_too():
    assert words_of(by_text("无气胸")) == WordQuery(
        denied=("气胸", "pneumothorax"), excluded=(("气胸",), ("pneumothorax",))
    )


def test_parts_that_are_unlike_exclude():
    query = Query((TextPart("lung"), TextPart("old mass", weight=-0.5)))

    assert words_of(query) == WordQuery(affirmed=("lung",), excluded=(("old", "mass"),))


def test_what_a_machine_text_alone_brings_is_told():
    snapshot = Spoken([0.1, 0.9, 0.5, 0.3], [1, 0, 0, 0], machine=[2, 2, 0, 3])
    request = Request(by_text("lung"), ranking=Ranking.WORDS)
    order = ranked(request, snapshot, ENCODED, None)

    assert sorted(ids_of(order)) == snapshot.ids[[0, 1, 3]].tolist()
    assert order.told_by_machine(np.arange(4)) == [False, True, False, True]
    assert order.notes == (
        "The words fit 1 picture, by a report of the study or by the description.",
        "The words fit 2 pictures by machine text alone, which is not a report.",
    )
    among = np.array([True, False, True, True])
    assert ranked(request, snapshot, ENCODED, among).told_by_machine(np.arange(4)) == [
        False,
        False,
        False,
        True,
    ]
