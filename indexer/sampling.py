"""Which slices of a long series are embedded: an even spread, which keeps what is there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Slice

EMBEDDED: Final = "embedded"
SAME_PLACE_DIGITS: Final = 2  # slices within 0.01 mm lie at one place
FARTHEST_MM: Final = 1e6  # a position beyond is an error of the file


def choose(slices: Iterable[Slice], most: int) -> list[Slice]:
    """The slices to embed so that each stack has an even spread of `most`; 0 takes them all.

    A stack is the slices of one series and orientation. Its length in mm is cut into `most`
    equal parts, and a part that has no embedded slice yet gives the one nearest to its middle;
    where parts are empty, the widest gaps give more, up to `most` in all. Slices at one place
    (a time series) share the way to the next. What is embedded is kept, and not given again.
    """
    stacks: dict[tuple[str, str], list[Slice]] = defaultdict(list)
    for each in slices:
        stacks[each.series_uid, each.orientation].append(each)
    return [chosen for stack in stacks.values() for chosen in _choose(stack, most)]


def _choose(stack: Sequence[Slice], most: int) -> list[Slice]:
    if not most or len(stack) <= most:
        return [each for each in stack if each.state != EMBEDDED]
    ordered = sorted(stack, key=lambda each: (_place(each), _number(each), each.location))
    along = _spread(np.array([_place(each) for each in ordered]))
    there = {at for at, each in enumerate(ordered) if each.state == EMBEDDED}
    taken = _fill_gaps(along, there | _one_a_part(along, there, most), most)
    return [ordered[at] for at in sorted(taken - there)]


def _number(each: Slice) -> int:
    return each.instance_number or 0


def _place(each: Slice) -> float:
    """The position in mm; the instance number where there is none."""
    if abs(each.along) < FARTHEST_MM:
        return round(each.along, SAME_PLACE_DIGITS)
    return float(_number(each))


def _spread(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """A position of its own for each slice, (n,) ascending -> (n,) ascending."""
    distinct, starts, copies = np.unique(places, return_index=True, return_counts=True)
    last_step = (distinct[-1] - distinct[0]) / max(len(distinct) - 1, 1) or 1.0
    steps = np.append(np.diff(distinct), last_step) / copies
    within = np.arange(len(places)) - np.repeat(starts, copies)
    return np.asarray(places + within * np.repeat(steps, copies))


def _one_a_part(along: NDArray[np.float64], there: set[int], most: int) -> set[int]:
    """For each part without a slice of `there`, the one nearest to the middle of the part."""
    width = (along[-1] - along[0]) / most
    part = np.minimum((along - along[0]) / width, most - 1).astype(np.int64)
    off_middle = np.abs(along - along[0] - (part + 0.5) * width)
    nearest_first = np.argsort(off_middle, kind="stable")
    _, firsts = np.unique(part[nearest_first], return_index=True)
    covered = {int(part[at]) for at in there}
    return {at for at in nearest_first[firsts].tolist() if int(part[at]) not in covered}


def _fill_gaps(along: NDArray[np.float64], taken: set[int], most: int) -> set[int]:
    """Take more slices until there are `most`, each as far from the others as one can be."""
    taken = set(taken)
    gaps = np.abs(along[:, None] - along[sorted(taken)]).min(axis=1)
    while len(taken) < most:
        gaps[sorted(taken)] = -1
        farthest = int(gaps.argmax())
        taken.add(farthest)
        gaps = np.minimum(gaps, np.abs(along - along[farthest]))
    return taken
