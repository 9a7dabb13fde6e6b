"""What CT and MR studies of every region do alike: a body on a grid, changed by its findings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from samples.canvas import Part
from samples.ct import Kernel, ct_instances, ct_series, marked, repainted, scanned
from samples.exams.study import StudyPlan
from samples.findings.finding import Change, with_changes
from samples.grid import Field, Grid
from samples.scanners import scanner
from samples.series import Series


@dataclass(frozen=True, slots=True, eq=False)  # known by identity: it is made once
class Lying:
    """A body without findings, and the grid of a scan."""

    parts: tuple[Part, ...]
    grid: Grid


def ct_study(
    plan: StudyPlan,
    base: Lying,
    changes: Mapping[str, Change],
    kernels: tuple[Kernel, ...],
    body_part: str,
) -> Iterator[Series]:
    """One series for each kernel, all of the same slices."""
    machine = scanner(plan.scanner)
    after = with_changes(base.parts, list(changes.values()))
    volume = _volume(plan, base, after, touched(changes))
    marks = regions(changes, base.grid)
    for index, kernel in enumerate(kernels):
        rng = np.random.default_rng(plan.seed(10 + index))
        slices = ct_instances(volume, base.grid, marks, machine, kernel, rng)
        yield ct_series(kernel.name, body_part, base.grid, machine, kernel, plan.phase, slices)


def _volume(plan: StudyPlan, base: Lying, after: tuple[Part, ...], changed: list[Part]) -> Field:
    """The Hounsfield units; what several studies share is painted once."""
    if not plan.again:
        return scanned(after, base.grid, plan.phase)
    return repainted(healthy(base, plan.phase), after, changed, base.grid, plan.phase)


@lru_cache(maxsize=1)
def healthy(base: Lying, phase: str) -> Field:
    """The Hounsfield units without findings."""
    return scanned(base.parts, base.grid, phase)


def touched(changes: Mapping[str, Change]) -> list[Part]:
    """The parts that have come or gone."""
    return [part for c in changes.values() for part in (*c.added, *c.removed)]


def regions(changes: Mapping[str, Change], grid: Grid) -> dict[str, NDArray[np.bool_]]:
    """The voxels of each finding."""
    return marked({name: change.marks for name, change in changes.items()}, grid)
