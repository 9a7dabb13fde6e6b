"""Where a tag says one thing and the pixels another. Tags lie, and so do zero-shot models."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRequest
from core.types import Mask
from storage.columns import Column
from storage.keys import Key
from storage.label_sets import KeptSet, Label, no_set
from storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the pixels of a series, or of one picture, say beside its tag."""

    picture_id: int  # of a series the one that says it most clearly
    pictures: int  # that were judged together
    stated: str  # the tag as it stands; "": not stated
    said: str  # the label that the tag means; "": not stated
    seen: str  # the most probable label
    probability: float  # of what is seen, the mean over the pictures


@dataclass(frozen=True, slots=True)
class Comparison:
    """A tag beside the labels of a group. Judgements are in order of probability, highest first."""

    disagreeing: tuple[Judgement, ...]
    proposed: tuple[Judgement, ...]  # for what states no tag
    agreeing: int
    unknown: Mapping[str, int]  # stated values that no label of the set means, with how many
    unlabelled: int  # pictures

    def pairs(self) -> list[tuple[tuple[str, str], int]]:
        """How often what was said and what is seen, most frequent first."""
        counts = Counter((each.said, each.seen) for each in self.disagreeing)
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    """Pictures that are judged together: arrays (units,)."""

    first: NDArray[np.int64]  # the row whose tag counts
    clearest: NDArray[np.int64]  # the row that shows best what is seen
    size: NDArray[np.int64]
    seen: NDArray[np.int64]  # place in the labels
    probability: NDArray[np.float64]


def compare(
    snapshot: Snapshot, tag: str, set_name: str, group: str | None = None, by_series: bool = True
) -> Comparison:
    """Compare a tag with the labels of a set; of the group that is called like the tag, if any.

    Pictures of one series are judged together, by the mean of their probabilities, unless their
    tags differ. Raises UnknownName, and InvalidRequest for a set whose labels do not exclude each
    other or a group that it lacks.
    """
    labels, table = _labels(snapshot, set_name, tag if group is None else group, group is not None)
    column = snapshot.column(tag)
    is_labelled = ~np.isnan(table[:, 0])
    units = _units(_keys(snapshot, column, by_series), is_labelled, table)
    return _compared(snapshot, column, labels, units, int((~is_labelled).sum()))


def _labels(
    snapshot: Snapshot, set_name: str, group: str, must: bool
) -> tuple[list[Label], NDArray[np.float32]]:
    kept = _set(snapshot, set_name)
    if kept.asked.multilabel:
        raise InvalidRequest(
            f"The labels of {set_name!r} do not exclude each other, so that none of them speaks "
            "against a tag. Compare with a set made without --multilabel."
        )
    groups = kept.asked.groups()
    if group not in groups and (must or len(groups) > 1):
        known = ", ".join(map(repr, groups))
        raise InvalidRequest(f"The set {set_name!r} has no group {group!r}. It has: {known}.")
    wanted = group if group in groups else groups[0]
    places = [place for place, label in enumerate(kept.asked.labels) if label.group == wanted]
    table = snapshot.label_table(set_name)[:, places]
    return [kept.asked.labels[place] for place in places], table


def _set(snapshot: Snapshot, name: str) -> KeptSet:
    sets = {kept.asked.name: kept for kept in snapshot.label_sets()}
    if name not in sets:
        raise no_set(name, list(sets))
    return sets[name]


def _keys(snapshot: Snapshot, column: Column, by_series: bool) -> NDArray[np.int64]:
    """Equal where rows are judged together."""
    if not by_series:
        return np.arange(len(snapshot.ids))
    pairs = np.stack([snapshot.keys(Key.SERIES), column.codes.astype(np.int64)], axis=1)
    _, keys = np.unique(pairs, axis=0, return_inverse=True)
    return keys.reshape(-1)


def _units(keys: NDArray[np.int64], is_labelled: Mask, table: NDArray[np.float32]) -> _Units:
    rows = np.flatnonzero(is_labelled)
    _, first, unit, size = np.unique(
        keys[rows], return_index=True, return_inverse=True, return_counts=True
    )
    sums = np.zeros((len(size), table.shape[1]))
    np.add.at(sums, unit, table[rows])
    means = sums / size[:, None]
    seen = means.argmax(axis=1) if len(size) else np.empty(0, np.int64)
    own = table[rows, seen[unit]] if len(rows) else np.empty(0)
    order = np.lexsort((rows, -own, unit))
    starts = np.searchsorted(unit[order], np.arange(len(size)))
    probability = means[np.arange(len(size)), seen]
    return _Units(rows[first], rows[order[starts]], size, seen, probability)


def _compared(
    snapshot: Snapshot, column: Column, labels: Sequence[Label], units: _Units, unlabelled: int
) -> Comparison:
    meant = _meanings(labels)
    judged, unknown, agreeing = [], Counter[str](), 0
    for first, clearest, size, seen, probability in zip(
        units.first, units.clearest, units.size, units.seen, units.probability, strict=True
    ):
        stated = column.values[column.codes[first]]
        said = meant.get(stated.strip().upper(), "")
        if stated.strip() and not said:
            unknown[stated] += 1
        elif said == labels[seen].name:
            agreeing += 1
        else:
            picture = int(snapshot.ids[clearest])
            name = labels[seen].name
            judged.append(Judgement(picture, int(size), stated, said, name, float(probability)))
    judged.sort(key=lambda each: (-each.probability, each.picture_id))
    return Comparison(
        tuple(each for each in judged if each.said),
        tuple(each for each in judged if not each.said),
        agreeing,
        dict(unknown.most_common()),
        unlabelled,
    )


def _meanings(labels: Sequence[Label]) -> dict[str, str]:
    """The label that each value of the tag means."""
    return {tag: label.name for label in labels for tag in (label.name.upper(), *label.tags)}
