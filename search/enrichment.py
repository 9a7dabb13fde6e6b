"""What hits have in common beside what was asked for: a scanner, a site, writing in the picture.

An encoder may rank by the look of a device or by letters that are burned in, and no score shows it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import comb
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Hit, Ids, Mask, Record, Tags
from search.sampling import Sample, Sampler
from storage.snapshot import Snapshot

Numbers = NDArray[np.int64]

LOOKED_AT: Final = 50  # hits, from the first of the page
FEWEST: Final = 5  # patients among the hits and beside them, without which nothing is said
ALMOST_NEVER: Final = 0.01  # the chance of an alarm where hits are like the collection
TIMES: Final = 2  # as frequent among the hits as beside them, at least

NONE: Final = -1

SENTENCES: Final = {
    "scanner": "come from one scanner, {value}",
    "institution": "come from one institution, {value}",
    "burned_in": "are marked as having writing burned in",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """A value that hits share far more often than the collection does. str() is a sentence."""

    tag: str  # scanner (manufacturer and model), institution or burned_in
    value: str
    modality: str  # of the hits that were looked at
    hits: int  # patients among the hits that have it
    of: int  # patients among the hits
    base_rate: float  # 0..1, of the other patients that could be hits

    def __str__(self) -> str:
        """A sentence for the person."""
        shared = SENTENCES[self.tag].format(value=self.value)
        verb = "are" if self.tag == "burned_in" else "do"
        return (
            f"Hits of {self.hits} of {self.of} patients {shared}; of other {self.modality} "
            f"pictures {self.base_rate:.0%} {verb}. They may be alike in that alone."
        )


class Looks:
    """What pictures say that hits may share, as numbers: arrays (n,), equal where the texts are."""

    def __init__(self, tags: Sequence[Tags]) -> None:
        self._numbers: dict[str, int] = {}
        self.modality = self._told(each.modality for each in tags)
        self.shared = {tag: self._told(map(text, tags)) for tag, text in SHARED.items()}

    def number(self, text: str) -> int:
        """The number of a text, which none of them has where no picture says it."""
        return self._numbers.get(text, NONE)

    def _told(self, texts: Iterable[str]) -> Numbers:
        numbers = self._numbers
        return np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """The pictures of a sample (n,) beside which hits are looked at."""

    sample: Sample
    ids: Ids
    looks: Looks
    patients: Numbers  # (p,), ascending
    whose: Numbers  # (n,), places among the patients

    def others(
        self, living: "Living", patients: Numbers, among: Mask | None, modality: str
    ) -> Numbers:
        """Which of them could be hits, are of a modality, and of no such patient; one of each."""
        may = living.pictures if among is None else living.pictures[among[living.rows]]
        first = np.full(len(self.patients), NONE)
        first[self.whose[may[::-1]]] = may[::-1]  # of several the last one is kept
        at = np.minimum(np.searchsorted(self.patients, patients), len(self.patients) - 1)
        first[at[self.patients[at] == patients]] = NONE
        others: Numbers = first[first != NONE]
        is_alike = self.looks.modality[others] == self.looks.number(modality)
        alike: Numbers = others[is_alike]
        return alike


@dataclass(frozen=True, slots=True, eq=False)
class Living:
    """Which pictures of a sample live in a state of the collection: two arrays (m,)."""

    sequence: int
    pictures: Numbers  # places in the sample
    rows: Numbers  # and among the rows of that state


class Company:
    """Compares hits with a sample of the collection. Safe to share between threads."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self._beside: tuple[Beside, Living] | None = None
        self._lock = Lock()

    def alarms(
        self, snapshot: Snapshot, hits: Sequence[Hit], among: Mask | None
    ) -> tuple[Alarm, ...]:
        """What hits share; `among` (rows,) says which rows could be hits, None: all.

        One picture of a patient counts, so that slices of one examination are no evidence. Hits
        are compared with pictures of their own modality: that those are of one scanner more often
        than all pictures needs no alarm.
        """
        found = _one_of_each_patient(snapshot, [hit.record for hit in hits[:LOOKED_AT]])
        if len(found) < FEWEST:
            return ()
        modality = Counter(tags.modality for tags in found.values()).most_common(1)[0][0]
        beside, living = self._sampled(snapshot)
        others = beside.others(living, np.array(list(found)), among, modality)
        alike = [tags for tags in found.values() if tags.modality == modality]
        return tuple(_alarms(modality, alike, beside.looks, others))

    def _sampled(self, snapshot: Snapshot) -> tuple[Beside, Living]:
        sample = self._sampler.sample(snapshot)
        with self._lock:
            known = self._beside
            beside = (
                known[0] if known and known[0].sample is sample else beside_of(snapshot, sample)
            )
            if known is None or beside is not known[0] or known[1].sequence != snapshot.sequence:
                known = self._beside = beside, _living(snapshot, beside.ids)
            return known


def beside_of(snapshot: Snapshot, sample: Sample) -> Beside:
    """What of a sample lives in a snapshot, with what is known of it."""
    ids = sample.ids[_living(snapshot, sample.ids).pictures]
    looks = Looks([record.tags for record in snapshot.describe(ids)])
    patients, whose = np.unique(snapshot.patients(ids), return_inverse=True)
    return Beside(sample, ids, looks, patients, whose)


def _living(snapshot: Snapshot, ids: Ids) -> Living:
    rows = np.searchsorted(snapshot.ids, ids)
    lives = rows < len(snapshot.ids)
    lives[lives] = snapshot.ids[rows[lives]] == ids[lives]
    return Living(snapshot.sequence, np.flatnonzero(lives), rows[lives])


def _one_of_each_patient(snapshot: Snapshot, records: Sequence[Record]) -> dict[int, Tags]:
    """What the first picture of each patient says, by the patient."""
    patients = snapshot.patients([record.id for record in records]).tolist()
    first: dict[int, Tags] = {}
    for patient, record in zip(patients, records, strict=True):
        first.setdefault(patient, record.tags)
    return first


def _scanner(tags: Tags) -> str:
    return f"{tags.manufacturer} {tags.model}".strip() if tags.model else ""


SHARED: Final[dict[str, Callable[[Tags], str]]] = {
    "scanner": _scanner,
    "institution": lambda tags: tags.institution,
    "burned_in": lambda tags: "YES" if tags.burned_in == "YES" else "",
}


def _alarms(modality: str, found: Sequence[Tags], looks: Looks, others: Numbers) -> Iterator[Alarm]:
    of, of_others = len(found), len(others)
    if min(of, of_others) < FEWEST:
        return
    counted = list(_counts(found))
    for tag, value, hits in counted:
        beside = int(np.count_nonzero(looks.shared[tag][others] == looks.number(value)))
        is_much = hits * of_others >= TIMES * beside * of
        if is_much and enrichment(hits, of, beside, of_others) * len(counted) <= ALMOST_NEVER:
            yield Alarm(tag, value, modality, hits, of, beside / of_others)


def _counts(found: Sequence[Tags]) -> Iterator[tuple[str, str, int]]:
    """Each value that is stated, with the number of pictures that have it."""
    for tag, text in SHARED.items():
        stated = Counter(filter(None, map(text, found)))
        yield from ((tag, value, count) for value, count in stated.most_common())


def enrichment(hits: int, of: int, others: int, of_others: int) -> float:
    """The chance of at least so many with a value in one of two groups that do not differ in it.

    Source: the upper tail of the hypergeometric law, Fisher's exact test.
    """
    having, all_of_both = hits + others, of + of_others
    ways = range(hits, min(of, having) + 1)
    upper = sum(comb(having, n) * comb(all_of_both - having, of - n) for n in ways)
    return upper / comb(all_of_both, of)
