"""What is known of the pictures of a collection, and which of them an evaluation takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRequest
from core.types import Ids, Mask
from storage.columns import Column

Answer = frozenset[str]  # all labels of one picture
Codes = NDArray[np.int64]  # (n,)

NOT_KNOWN = ""  # the name of a stratum or scanner that is not stated


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The labelled pictures, one of each pixels: arrays (n,) in the order of `ids`."""

    ids: Ids  # ascending
    answers: tuple[Answer, ...]  # those that occur
    codes: Codes  # the answer of picture i is answers[codes[i]]
    patients: Codes  # equal where the patient is
    scanners: Column  # the model
    strata: Column | None  # what is alike without being asked for, such as the anatomy
    copies: int  # labelled pictures left out, because another one has their pixels
    disputed: int  # of these, those with other labels than the one that is taken
    unmatched: int  # lines of the person's file that name no picture of the collection

    def labels(self) -> tuple[str, ...]:
        """All labels, sorted."""
        return tuple(sorted(frozenset().union(*self.answers)))

    def part(self, places: Codes) -> "Truth":
        """The same of some pictures alone, at ascending places in `ids`."""
        return replace(
            self,
            ids=self.ids[places],
            codes=self.codes[places],
            patients=self.patients[places],
            scanners=take(self.scanners, places),
            strata=None if self.strata is None else take(self.strata, places),
        )

    def with_label(self, label: str) -> Mask:
        """The pictures that have a label: (n,)."""
        has = np.array([label in answer for answer in self.answers], np.bool_)
        return has[self.codes]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of some rows of a snapshot, before copies are put away: arrays (n,)."""

    places: Codes  # ascending places in `snapshot.ids`
    answers: Sequence[Answer]
    codes: Codes
    patients: Codes
    scanners: Column
    strata: Column | None
    unmatched: int = 0


def truth_of(ids: Ids, known: Known, pixels: Codes) -> Truth:
    """Take one picture of each pixels, the first: `ids` (rows,), `pixels` (n,).

    Raises InvalidRequest when no picture is labelled.
    """
    if not len(known.places):
        raise InvalidRequest(
            "No picture of the collection is labelled by this. Look at the names of the columns, "
            "and whether the paths or UIDs are those of the collection."
        )
    _, first, group = np.unique(pixels, return_index=True, return_inverse=True)
    taken = np.sort(first)
    disputed = known.codes != known.codes[first][group]
    return Truth(
        ids[known.places[taken]],
        tuple(known.answers),
        known.codes[taken],
        known.patients[taken],
        take(known.scanners, taken),
        None if known.strata is None else take(known.strata, taken),
        len(known.places) - len(taken),
        int(disputed.sum()),
        known.unmatched,
    )


def take(column: Column, places: Codes | Mask) -> Column:
    """The rows of a column at these places."""
    return Column(column.values, column.codes[places])


def combined(columns: Sequence[Column]) -> tuple[Column, Mask]:
    """Several columns as one, values joined by a space, in small letters; and which rows state all.

    Values that differ in capitals alone are one.
    """
    folded = [_folded(column) for column in columns]
    table = np.stack([column.codes for column in folded], axis=1)
    kinds, codes = np.unique(table, axis=0, return_inverse=True)
    parts = [
        [column.values[code] for column, code in zip(folded, kind, strict=True)] for kind in kinds
    ]
    is_stated = np.array([all(words) for words in parts], np.bool_)
    names = tuple(" ".join(words) if all(words) else NOT_KNOWN for words in parts)
    places = codes.reshape(-1).astype(np.int32)
    return Column(names, places), is_stated[places]


def _folded(column: Column) -> Column:
    names = [" ".join(value.casefold().split()) for value in column.values]
    places: dict[str, int] = {}
    codes = np.array([places.setdefault(name, len(places)) for name in names], np.int32)
    return Column(tuple(places), codes[column.codes])
