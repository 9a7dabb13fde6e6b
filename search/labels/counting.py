"""How many pictures of a collection have a label."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.label_sets import KeptSet, LabelSet
from storage.snapshot import Snapshot

CERTAIN_ENOUGH = 0.5  # of a label that is judged by itself


@dataclass(frozen=True, slots=True)
class Counted:
    """A set with its pictures."""

    kept: KeptSet
    labelled: int  # pictures
    pictures: tuple[int, ...]  # of each label: those for which it is the most probable


def count(snapshot: Snapshot, kept: KeptSet) -> Counted:
    """How often each label is the most probable of its group, or past 0.5 if judged by itself."""
    table = snapshot.label_table(kept.asked.name)
    known = table[~np.isnan(table[:, 0])]
    return Counted(kept, len(known), tuple(chosen(kept.asked, known).sum(axis=0).tolist()))


def chosen(asked: LabelSet, table: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which labels pictures have, (n, labels): one of each group, or any number of a multilabel."""
    if asked.multilabel:
        return table >= CERTAIN_ENOUGH
    has = np.zeros(table.shape, np.bool_)
    for group in asked.groups():
        own = np.array([n for n, label in enumerate(asked.labels) if label.group == group])
        has[np.arange(len(table)), own[table[:, own].argmax(axis=1)]] = True
    return has
