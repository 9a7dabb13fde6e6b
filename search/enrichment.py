"""What hits have in common beside what was asked for: a scanner, a site, writing in the picture.

An encoder may rank by the look of a device or by letters that are burned in, and no score shows it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Hit, Ids, Mask, Record, Tags
from search.sampling import Sample, Sampler
from storage.keys import Key
from storage.snapshot import Snapshot

Texts = NDArray[np.str_]

LOOKED_AT: Final = 50  # hits, from the first of the page
FEWEST: Final = 5  # patients among the hits and beside them, without which nothing is said
ALMOST_NEVER: Final = 0.01  # the chance of an alarm where hits are like the collection
TIMES: Final = 2  # as frequent among the hits as beside them, at least

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


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What pictures may share, in arrays (n,); "" is not stated."""

    ids: Ids
    modality: Texts
    shared: dict[str, Texts]  # by the tag of the alarm

    def taken(self, which: Mask | NDArray[np.int64]) -> "Looks":
        """Some of them."""
        shared = {tag: values[which] for tag, values in self.shared.items()}
        return Looks(self.ids[which], self.modality[which], shared)


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """The pictures of a sample that live in a state of the collection; arrays (n,)."""

    sample: Sample
    sequence: int  # of that state
    looks: Looks
    places: NDArray[np.int64]  # among its rows
    patients: NDArray[np.int64]  # equal where they are of one


class Company:
    """Compares hits with a sample of the collection. Safe to share between threads."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self._beside: Beside | None = None
        self._lock = Lock()

    def alarms(
        self, snapshot: Snapshot, hits: Sequence[Hit], among: Mask | None
    ) -> tuple[Alarm, ...]:
        """What hits share; `among` (rows,) says which rows could be hits, None: all.

        One picture of a patient counts, so that slices of one examination are no evidence. Hits
        are compared with pictures of their own modality: that those are of one scanner more often
        than all pictures needs no alarm.
        """
        found = looks_of([hit.record for hit in hits[:LOOKED_AT]])
        patients = _patients(snapshot, found.ids)
        found = found.taken(_first_of_each(patients))
        if len(found.ids) < FEWEST:
            return ()
        modality = Counter(found.modality.tolist()).most_common(1)[0][0]
        others = self._others(snapshot, patients, among)
        groups = [each.taken(each.modality == modality) for each in (found, others)]
        return tuple(_alarms(modality, *groups))

    def _others(self, snapshot: Snapshot, patients: Ids, among: Mask | None) -> Looks:
        """The sampled pictures that could be hits, one of each patient without a hit."""
        beside = self._sampled(snapshot)
        may = (
            np.arange(len(beside.places)) if among is None else np.flatnonzero(among[beside.places])
        )
        first = may[_first_of_each(beside.patients[may])]
        return beside.looks.taken(first[~np.isin(beside.patients[first], patients)])

    def _sampled(self, snapshot: Snapshot) -> Beside:
        sample = self._sampler.sample(snapshot)
        with self._lock:
            beside = self._beside
            if beside is None or beside.sample is not sample:
                beside = beside_of(
                    snapshot, sample, looks_of(snapshot.describe(_living(snapshot, sample.ids)))
                )
            elif beside.sequence != snapshot.sequence:
                beside = beside_of(snapshot, sample, beside.looks)
            self._beside = beside
            return beside


def beside_of(snapshot: Snapshot, sample: Sample, looks: Looks) -> Beside:
    """What of a sample lives in a snapshot."""
    looks = looks.taken(np.isin(looks.ids, _living(snapshot, looks.ids)))
    places = snapshot.places(looks.ids)
    patients = snapshot.keys(Key.PATIENT)[places]
    return Beside(sample, snapshot.sequence, looks, places, patients)


def looks_of(records: Sequence[Record]) -> Looks:
    """What pictures may share, from what their files say."""
    tags = [record.tags for record in records]
    shared = {
        "scanner": [_scanner(each) for each in tags],
        "institution": [each.institution for each in tags],
        "burned_in": ["YES" if each.burned_in == "YES" else "" for each in tags],
    }
    return Looks(
        np.array([record.id for record in records], dtype=np.int64),
        np.array([each.modality for each in tags], dtype=np.str_),
        {tag: np.array(values, dtype=np.str_) for tag, values in shared.items()},
    )


def _scanner(tags: Tags) -> str:
    return f"{tags.manufacturer} {tags.model}".strip() if tags.model else ""


def _living(snapshot: Snapshot, ids: Ids) -> Ids:
    places = np.searchsorted(snapshot.ids, ids)
    lives = places < len(snapshot.ids)
    lives[lives] = snapshot.ids[places[lives]] == ids[lives]
    return ids[lives]


def _patients(snapshot: Snapshot, ids: Ids) -> NDArray[np.int64]:
    return snapshot.keys(Key.PATIENT)[snapshot.places(ids)]


def _first_of_each(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.sort(np.unique(keys, return_index=True)[1])


def _alarms(modality: str, found: Looks, others: Looks) -> Iterator[Alarm]:
    of, of_others = len(found.ids), len(others.ids)
    if min(of, of_others) < FEWEST:
        return
    counted = list(_counts(found))
    for tag, value, hits in counted:
        beside = int((others.shared[tag] == value).sum())
        is_much = hits * of_others >= TIMES * beside * of
        if is_much and enrichment(hits, of, beside, of_others) * len(counted) <= ALMOST_NEVER:
            yield Alarm(tag, value, modality, hits, of, beside / of_others)


def _counts(looks: Looks) -> Iterator[tuple[str, str, int]]:
    """Each value that is stated, with the number of pictures that have it."""
    for tag, values in looks.shared.items():
        stated = Counter(value for value in values.tolist() if value)
        yield from ((tag, value, count) for value, count in stated.most_common())


def enrichment(hits: int, of: int, others: int, of_others: int) -> float:
    """The chance of at least so many with a value in one of two groups that do not differ in it.

    Source: the upper tail of the hypergeometric law, Fisher's exact test.
    """
    having, all_of_both = hits + others, of + of_others
    ways = range(hits, min(of, having) + 1)
    upper = sum(comb(having, n) * comb(all_of_both - having, of - n) for n in ways)
    return upper / comb(all_of_both, of)
