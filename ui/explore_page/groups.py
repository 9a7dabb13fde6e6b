"""Pictures that are there twice, or nearly so: those of different patients first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from storage.embedding_map import NearPairs
from storage.keys import Key
from storage.reader import CollectionReader
from storage.snapshot import Snapshot

# What groups are, in the order in which they worry.
EQUAL_ACROSS, NEAR_ACROSS, EQUAL_WITHIN = "equal-across", "near-across", "equal-within"


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures that are one, or nearly."""

    ids: tuple[int, ...]
    cosine: float | None = None  # of a near pair; None: equal pixels


@dataclass(frozen=True, slots=True)
class Sorts:
    """The groups of a collection, by what they are."""

    groups: Mapping[str, Sequence[Group]]
    near: NearPairs | None  # None: no map was made


def sorts_of(reader: CollectionReader, snapshot: Snapshot) -> Sorts:
    """All groups: those with equal pixels of the collection, and the near pairs of its map."""
    made = reader.map_file.read(snapshot.sequence)
    across, within = equal_pixels(snapshot)
    near = [] if made is None else near_groups(made.near, snapshot)
    groups = {EQUAL_ACROSS: across, NEAR_ACROSS: near, EQUAL_WITHIN: within}
    return Sorts(groups, None if made is None else made.near)


def equal_pixels(snapshot: Snapshot) -> tuple[list[Group], list[Group]]:
    """Groups of pictures with equal pixels: of different patients, and of one; the largest first.

    Of a picture without a patient's identifier the study stands for the patient.
    """
    rows = np.flatnonzero(snapshot.copied)
    keys = snapshot.keys(Key.PIXELS)[rows]
    patients = snapshot.keys(Key.PATIENT)[rows]
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order])) + 1
    across: list[Group] = []
    within: list[Group] = []
    for those in np.split(order, starts) if len(order) else ():
        group = Group(tuple(snapshot.ids[rows[those]].tolist()))
        (across if len(set(patients[those].tolist())) > 1 else within).append(group)
    return sorted(across, key=_largest), sorted(within, key=_largest)


def near_groups(near: NearPairs, snapshot: Snapshot) -> list[Group]:
    """The pairs whose pictures both live."""
    lives = np.isin(near.pairs, snapshot.ids).all(axis=1)
    pairs = zip(near.pairs[lives].tolist(), near.cosines[lives].tolist(), strict=True)
    return [Group((one, other), cosine) for (one, other), cosine in pairs]


def _largest(group: Group) -> tuple[int, int]:
    return -len(group.ids), group.ids[0]
