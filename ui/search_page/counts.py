"""How many pictures each value of a facet has, counted once for each state of the collection."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import streamlit as st

from search.facets import Counted, facet
from search.filters import row_mask, without
from search.where.tree import Label, Member, Where, leaves
from storage.snapshot import Snapshot
from ui.search_page.refined import CERTAIN_ENOUGH, without_leaves

MOST: Final = 500  # counts of one snapshot that are kept

Key = tuple[str, tuple[Where, ...]]


class Counts:
    """Counts of facets, dropped with their snapshot. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Snapshot, dict[Key, Counted]] = WeakKeyDictionary()
        self._lock = Lock()

    def of(
        self, snapshot: Snapshot, name: str, others: Sequence[Where], count: Callable[[], Counted]
    ) -> Counted:
        """What `count` counts under the other filters; what boards decide is counted each time."""
        if any(isinstance(leaf, Member) for where in others for leaf in leaves(where)):
            return count()
        key = name, tuple(others)
        with self._lock:
            kept = self._kept.setdefault(snapshot, {})
            if key in kept:
                return kept[key]
        counted = count()
        with self._lock:
            kept[key] = counted
            if len(kept) > MOST:
                kept.pop(next(iter(kept)))
        return counted


@st.cache_resource(show_spinner=False)
def shared_counts() -> Counts:
    """The counts that all sessions of this server share."""
    return Counts()


def count_facet(snapshot: Snapshot, name: str, wheres: Sequence[Where]) -> Counted:
    """The values of a facet with the pictures that have them under the other filters."""
    others = without(wheres, name)
    return shared_counts().of(snapshot, name, others, lambda: facet(snapshot, name, others))


def count_labels(snapshot: Snapshot, wheres: Sequence[Where]) -> Counted:
    """The labels, as SET/LABEL, with the pictures that surely have them under the other filters."""
    others = without_leaves(wheres, Label)
    return shared_counts().of(snapshot, "label", others, lambda: _labels(snapshot, others))


def count_boards(snapshot: Snapshot, boards: Sequence[str], wheres: Sequence[Where]) -> Counted:
    """The boards with their pictures under the other filters. Raises UnknownName."""
    mask = row_mask(snapshot, without_leaves(wheres, Member))
    masks = ((board, snapshot.cohort(board)) for board in boards)
    return [
        (board, int(np.count_nonzero(own if mask is None else own & mask))) for board, own in masks
    ]


def _labels(snapshot: Snapshot, wheres: Sequence[Where]) -> Counted:
    mask = row_mask(snapshot, wheres)
    counted: Counted = []
    for kept in snapshot.label_sets():
        table = snapshot.label_table(kept.asked.name)
        sure = np.count_nonzero((table if mask is None else table[mask]) >= CERTAIN_ENOUGH, axis=0)
        names = (f"{kept.asked.name}/{label.name}" for label in kept.asked.labels)
        counted += zip(names, sure.tolist(), strict=True)
    return sorted(counted, key=lambda pair: -pair[1])
