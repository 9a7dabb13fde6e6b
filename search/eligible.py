"""Which pictures may be an answer: those that pass the filters, without what is asked with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.counting import counted
from core.errors import InvalidRequest
from core.types import Mask
from search.filters import row_mask
from search.request import Request
from search.volumes import slices_of
from storage.keys import Key
from storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Eligible:
    """The rows that may be returned."""

    among: Mask | None  # (rows,); None: all
    count: int
    notes: tuple[str, ...] = ()  # what was left out that the filters would have let pass


def eligible(snapshot: Snapshot, request: Request) -> Eligible:
    """The rows that pass the filters, without the pictures that are asked with.

    Those with the same pixels are left out like them, and all pictures of the patients of what is
    asked with or was liked, unless the request wants them. Raises UnknownName for a picture that
    is not indexed.
    """
    mask, query = row_mask(snapshot, request.where), request.query
    asked = _pictures(snapshot, query.instances(), query.all_series())
    patients = _pictures(snapshot, query.patients(), query.wanted_series())
    if request.only_patient and not patients:
        raise InvalidRequest("No patient is known whose pictures alone are wanted. Ask with one.")
    if not asked and not patients:
        return Eligible(mask, len(snapshot.ids) if mask is None else int(np.count_nonzero(mask)))
    others = ~_alike(snapshot, Key.PIXELS, asked)
    passing = others if mask is None else mask & others
    if request.only_patient:
        passing = passing & _alike(snapshot, Key.PATIENT, patients)
    if request.own_patient or request.only_patient:
        return Eligible(passing, int(np.count_nonzero(passing)))
    return _without_own_patient(snapshot, patients, passing)


def _pictures(snapshot: Snapshot, ids: Sequence[int], series: Sequence[str]) -> Sequence[int]:
    """The pictures with these ids, and those of these series."""
    return [*ids, *(one for uid in series for one in slices_of(snapshot, uid).tolist())]


def _without_own_patient(snapshot: Snapshot, wanted: Sequence[int], passing: Mask) -> Eligible:
    among = passing & ~_alike(snapshot, Key.PATIENT, wanted)
    count = int(np.count_nonzero(among))
    left_out = int(np.count_nonzero(passing)) - count
    if not left_out:
        return Eligible(among, count)
    pictures = counted(left_out, "picture")
    left = f"Without {pictures} of the patient that is asked with."
    note = f"{left} Include the own patient to see them."
    return Eligible(among, count, (note,))


def _alike(snapshot: Snapshot, key: Key, ids: Sequence[int]) -> Mask:
    """The rows that are of one thing with any of these pictures: (rows,)."""
    keys = snapshot.keys(key)
    alike = np.zeros(len(keys), np.bool_)
    alike[snapshot.rows_with(key, keys[snapshot.places(ids)])] = True
    return alike
