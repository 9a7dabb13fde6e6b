"""Two rankings as one: pictures near the query, and pictures whose words fit it.

Reciprocal rank fusion needs no common scale of the two. Source: Cormack, Clarke and Buettcher,
Reciprocal rank fusion outperforms Condorcet and individual rank learning methods, SIGIR 2009.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.counting import counted
from core.types import Embeddings, FoundBy, Ids, Mask, Ranking, Scores
from search.candidates import ByEmbedding, Candidates
from search.encoding import Encoded
from search.language.chinese import is_chinese, translate
from search.lexical import word_query
from search.query import Query, TextPart
from search.request import Request
from storage.ranking import exact_scores
from storage.snapshot import Snapshot
from storage.word_search import Relevance, WordQuery

FADING: Final = 60  # k of the paper: how slowly the weight of a rank fades
DEPTH: Final = 1000  # ranks of the embedding that are fused; those behind follow in their order

Places = NDArray[np.int64]  # of rows in a snapshot


@dataclass(frozen=True, slots=True, eq=False)
class InOrder:
    """Rows in a given order, then others by their cosine with the query (1, dim)."""

    snapshot: Snapshot
    row: Embeddings
    head: Places
    rest: ByEmbedding | None  # None: no others

    @property
    def count(self) -> int:
        """The rows that could be returned at all."""
        return len(self.head) + (0 if self.rest is None else self.rest.count)

    def first(self, n: int) -> tuple[Ids, Scores]:
        """The n best rows with their cosines; the first j of n are first(j)."""
        ids = self.snapshot.ids[self.head[:n]]
        scores = exact_scores(self.row[0], self.snapshot.embeddings(ids))
        if self.rest is None or n <= len(ids):
            return ids, scores
        others, their_scores = self.rest.first(n - len(ids))
        return np.append(ids, others), np.append(scores, their_scores)


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The rows that may be returned, in the order that a request asks for."""

    candidates: Candidates
    among: Mask | None  # the rows that may be returned; None: all
    by_picture: Mask | None = None  # which of them their embeddings brought; None: all
    by_words: Mask | None = None  # which of them their words brought; None: none
    by_machine: Mask | None = None  # which of these by machine texts alone; None: none
    notes: tuple[str, ...] = ()  # sentences for the person

    def told_by_machine(self, places: Places) -> list[bool]:
        """Which of these rows are brought by words that a machine text alone has."""
        told = self.by_machine
        return [False] * len(places) if told is None else [bool(each) for each in told[places]]

    def found_by(self, places: Places) -> list[FoundBy]:
        """What brought each of these rows."""
        words, picture = self.by_words, self.by_picture
        if words is None:
            return [FoundBy.PICTURE] * len(places)
        if picture is None:
            return [FoundBy.WORDS] * len(places)
        both = zip(picture[places].tolist(), words[places].tolist(), strict=True)
        return [_BROUGHT[pair] for pair in both]


_BROUGHT: Final = {
    (True, True): FoundBy.BOTH,
    (False, True): FoundBy.WORDS,
    (True, False): FoundBy.PICTURE,
    (False, False): FoundBy.PICTURE,  # behind the depth of the fusion
}


def ranked(request: Request, snapshot: Snapshot, encoded: Encoded, among: Mask | None) -> Ranked:
    """Put the rows that may be returned in order, by their nearness to the query or by words."""
    row = encoded.row
    if request.ranking is Ranking.EMBEDDING:
        return Ranked(ByEmbedding(snapshot, row, among, encoded.is_one_picture), among)
    wanted = words_of(request.query)
    relevance, by_machine = _relevance(snapshot, wanted)
    if among is not None:
        relevance[~among] = 0
        by_machine = None if by_machine is None else by_machine & among
    order = _by_words if request.ranking is Ranking.WORDS else _fused
    notes = tuple(_notes(wanted, relevance, by_machine))
    return replace(order(snapshot, row, among, relevance), by_machine=by_machine, notes=notes)


def fused_with(says: Places, snapshot: Snapshot, encoded: Encoded, among: Mask | None) -> Ranked:
    """Put the rows that may be returned in order by two encoders: `says` are those of the second.

    A row has 1/(60 + rank) of each that ranks it.
    """
    weights = np.zeros(len(snapshot.ids))
    for places in (_nearest(snapshot, encoded.row, among), says):
        weights[places] += 1 / (FADING + np.arange(1, len(places) + 1))
    head = np.flatnonzero(weights)
    order = np.argsort(-weights[head], kind="stable")  # equal ones stay by id
    others: Mask = weights == 0
    rest = ByEmbedding(snapshot, encoded.row, others if among is None else others & among)
    return Ranked(InOrder(snapshot, encoded.row, head[order], rest), among)


def _relevance(snapshot: Snapshot, wanted: WordQuery) -> tuple[Relevance, Mask | None]:
    """How well words fit each row, and where only machine texts do; None: there are none."""
    told, written = snapshot.words(wanted), snapshot.machine_words(wanted)
    if written is None:
        return told, None
    return np.maximum(told, written), (written > 0) & (told == 0)


def _notes(wanted: WordQuery, relevance: Relevance, by_machine: Mask | None) -> Iterator[str]:
    found = int(np.count_nonzero(relevance))
    by_machines = 0 if by_machine is None else int(np.count_nonzero(by_machine))
    if not wanted:
        yield "The query has no word that reports and descriptions can be searched for."
    elif found == 0:
        yield "The words fit no report and no description of what may be returned."
    elif found > by_machines:
        fitting = counted(found - by_machines, "picture")
        yield f"The words fit {fitting}, by a report of the study or by the description."
    if by_machines:
        fitting = counted(by_machines, "picture")
        yield f"The words fit {fitting} by machine text alone, which is not a report."


def words_of(query: Query) -> WordQuery:
    """What the texts of a query look for in words; Chinese is looked for in English, too."""
    texts = [part for part in query.parts if isinstance(part, TextPart)]
    wanted = [text for part in texts if part.weight > 0 for text in _in_both(part.text)]
    return word_query(wanted, [part.text for part in texts if part.weight < 0])


def _in_both(text: str) -> tuple[str, ...]:
    return (text, translate(text).text) if is_chinese(text) else (text,)


def _by_words(snapshot: Snapshot, row: Embeddings, _: Mask | None, relevance: Relevance) -> Ranked:
    """Rows that words find; those whose words fit alike as the embedding ranks them, then by id."""
    found: Mask = relevance > 0
    places = np.flatnonzero(found)
    ranks = np.full(len(relevance), DEPTH + 1)
    near = _nearest(snapshot, row, found)
    ranks[near] = np.arange(1, len(near) + 1)
    order = np.lexsort((ranks[places], -relevance[places]))  # stable: equal ones stay by id
    return Ranked(InOrder(snapshot, row, places[order], None), found, by_words=found)


def _fused(snapshot: Snapshot, row: Embeddings, among: Mask | None, relevance: Relevance) -> Ranked:
    weights = _weights_of_words(relevance)
    near = _nearest(snapshot, row, among)
    weights[near] += 1 / (FADING + np.arange(1, len(near) + 1))
    head = np.flatnonzero(weights)
    order = np.argsort(-weights[head], kind="stable")  # equal ones stay by id
    others: Mask = weights == 0
    rest = ByEmbedding(snapshot, row, others if among is None else others & among)
    is_near: Mask = np.zeros(len(weights), dtype=np.bool_)
    is_near[near] = True
    return Ranked(InOrder(snapshot, row, head[order], rest), among, is_near, relevance > 0)


def _nearest(snapshot: Snapshot, row: Embeddings, among: Mask | None) -> Places:
    """The places of the rows that the embedding ranks, nearest first."""
    ids, _ = snapshot.search(row, DEPTH, among)
    places: Places = np.searchsorted(snapshot.ids, ids[0, ids[0] >= 0])
    return places


def _weights_of_words(relevance: Relevance) -> NDArray[np.float64]:
    """Rows whose words fit alike, as all of a study do, share a rank: it is that of the text."""
    weights = np.zeros(len(relevance))
    found = np.flatnonzero(relevance)
    _, ranks = np.unique(-relevance[found], return_inverse=True)
    weights[found] = 1 / (FADING + 1 + ranks)
    return weights
