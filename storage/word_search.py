"""Search by words: how well reports and descriptions fit, for each row of a snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from storage.catalog import Catalog
from storage.database import rows_of
from storage.keys import Keys
from storage.parameters import storable
from storage.wording import is_single, phrase_words

Relevance = NDArray[np.float32]  # (rows,), higher fits better; 0: not found

# bm25() is lower where a row fits better. Source: https://sqlite.org/fts5.html#the_bm25_function
_REPORTS: Final = """
SELECT reports.study_uid, -bm25(report_words)
FROM report_words JOIN reports ON reports.id = report_words.rowid
LEFT JOIN instances ON instances.id = reports.instance_id
WHERE report_words MATCH ? AND instances.tombstone IS NULL
"""
_MACHINE: Final = """
SELECT rowid, -bm25(machine_words) FROM machine_words WHERE machine_words MATCH ?
"""
_DESCRIPTIONS: Final = """
SELECT rowid, -bm25(description_words) FROM description_words WHERE description_words MATCH ?
"""


@dataclass(frozen=True, slots=True)
class WordQuery:
    """Phrases to look for: words that stand one behind the other.

    They are compared without case, accents and English endings; one that ends in `*` is the
    beginning of a word. A phrase without a letter or digit is found nowhere.
    """

    affirmed: Sequence[str] = ()  # any of these, where a report does not deny it
    denied: Sequence[str] = ()  # or any of these, where a report denies it
    required: Sequence[str] = ()  # and all of these, denied or not
    excluded: Sequence[Sequence[str]] = ()  # not where all of a group are affirmed

    def __bool__(self) -> bool:
        return bool(self.affirmed or self.denied or self.required)


class WordSearch:
    """The words of a snapshot's rows: those of the reports of their studies, and their own."""

    def __init__(self, catalog: Catalog, studies: Keys, descriptions: Keys) -> None:
        """`studies` and `descriptions` say of each row which it is of."""
        self._catalog = catalog
        self._studies = studies
        self._descriptions = descriptions

    def relevance(self, query: WordQuery) -> Relevance:
        """The sum of BM25 over the phrases of a query, of each row's best report or description.

        Reports are those of now, also where the snapshot is older.
        """
        found = self._none()
        for phrase in query.affirmed:
            found += self._both(f"{{affirmed}} : {_quoted(phrase)}", _quoted(phrase))
        for phrase in query.denied:
            found += self._in_reports(f"{{denied}} : {_quoted(phrase)}")
        required = [self._both(_quoted(phrase), _quoted(phrase)) for phrase in query.required]
        found += sum(required, self._none())
        for each in required:
            found[each == 0] = 0
        for group in query.excluded:
            found[self._both(f"{{affirmed}} : {_all(group)}", _all(group)) > 0] = 0
        return found

    def machine_relevance(self, query: WordQuery, texts: NDArray[np.int64]) -> Relevance:
        """The same by machine texts alone; `texts` says of each row which it has, below 0: none."""
        found = self._none()
        for phrase in query.affirmed:
            found += self._in_texts(f"{{affirmed}} : {_quoted(phrase)}", texts)
        for phrase in query.denied:
            found += self._in_texts(f"{{denied}} : {_quoted(phrase)}", texts)
        for phrase in query.required:
            fit = self._in_texts(_quoted(phrase), texts)
            found = np.where(fit > 0, found + fit, 0)
        for group in query.excluded:
            wanted = f"{{affirmed}} : {_all(group)}"
            found[self._in_texts(wanted, texts) > 0] = 0
            found[self._both(wanted, _all(group)) > 0] = 0
        return found

    def _in_texts(self, wanted: str, texts: NDArray[np.int64]) -> Relevance:
        found = self._matches(_MACHINE, wanted)
        return _spread([number for number, _ in found], [fit for _, fit in found], texts)

    def _both(self, in_reports: str, in_descriptions: str) -> Relevance:
        return np.maximum(self._in_reports(in_reports), self._in_descriptions(in_descriptions))

    def _in_reports(self, wanted: str) -> Relevance:
        found = self._matches(_REPORTS, wanted)
        keys = [self._studies.key_of(study_uid) for study_uid, _ in found]
        return _spread(keys, [fit for _, fit in found], self._studies.keys)

    def _in_descriptions(self, wanted: str) -> Relevance:
        found = self._matches(_DESCRIPTIONS, wanted)
        keys = self._descriptions.keys
        return _spread([number for number, _ in found], [fit for _, fit in found], keys)

    def _matches(self, statement: str, wanted: str) -> Sequence[tuple[Any, float]]:
        with self._catalog.reading() as connection:
            return rows_of(connection, statement, wanted)

    def _none(self) -> Relevance:
        return np.zeros(len(self._studies.keys), dtype=np.float32)


def _spread(
    found: Sequence[int | None], fits: Sequence[float], keys: NDArray[np.int64]
) -> Relevance:
    """For each row the best fit of its key; 0 where there is none."""
    if not found:
        return np.zeros(len(keys), dtype=np.float32)
    last = int(keys.max(initial=-1))
    best = np.zeros(last + 2, dtype=np.float32)  # the last place is that of rows without a key
    # Keys above the last one are of rows that came later.
    places = np.array([last + 1 if key is None else min(key, last + 1) for key in found], np.int64)
    np.maximum.at(best, places, np.array(fits, dtype=np.float32))
    best[-1] = 0
    spread: Relevance = best[np.maximum(keys, -1)]
    return spread


def _quoted(phrase: str) -> str:
    """A phrase as SQLite's full-text search reads it, whatever is in it."""
    words = phrase_words(storable(phrase).replace("\0", " ").replace('"', " "))
    is_beginning = phrase.endswith("*") or is_single(words)
    return f'"{words}"' + (" *" if is_beginning else "")


def _all(group: Sequence[str]) -> str:
    return "(" + " AND ".join(map(_quoted, group)) + ")"
