"""Head studies: CT without contrast, and MR in three weightings."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from samples.anatomy.build import Build
from samples.anatomy.head import Head, head
from samples.canvas import paint
from samples.ct import BONE, BRAIN
from samples.exams.lying import Lying, ct_study, regions
from samples.exams.study import StudyPlan
from samples.findings.finding import with_changes
from samples.findings.head import change_head
from samples.grid import Grid, axis_around
from samples.mr import FLAIR, T1, T2, mr_instances, mr_series
from samples.scanners import scanner
from samples.series import Series

FIELD = 232.0  # mm


def ct(plan: StudyPlan) -> Iterator[Series]:
    """A series for the brain and one for the bone."""
    body, base = _lying(plan.build, plan.size, scanner(plan.scanner).spacing)
    changes = {finding.name: change_head(body, finding) for finding in plan.findings}
    return ct_study(plan, base, changes, (BRAIN, BONE), "HEAD")


def mr(plan: StudyPlan) -> Iterator[Series]:
    """T1, T2 and FLAIR of the same axial slices."""
    machine, grid, body = (
        scanner(plan.scanner),
        slices(plan.build, plan.size, 5.5),
        head(plan.build),
    )
    changes = {finding.name: change_head(body, finding) for finding in plan.findings}
    parts = with_changes(body.parts, list(changes.values()))
    marks, weightings = regions(changes, grid), (T1, T2, FLAIR)
    volumes = paint(parts, grid, [weighting.palette() for weighting in weightings])
    for index, (weighting, volume) in enumerate(zip(weightings, volumes, strict=True)):
        rng = np.random.default_rng(plan.seed(20 + index))
        images = mr_instances(volume, grid, marks, machine, rng)
        yield mr_series(weighting.name, "HEAD", grid, machine, weighting, images)


@lru_cache(maxsize=1)
def _lying(build: Build, size: int, spacing: float) -> tuple[Head, Lying]:
    body, grid = head(build), slices(build, size, spacing)
    return body, Lying(body.parts, grid)


def slices(build: Build, size: int, spacing: float) -> Grid:
    """Axial slices from the skull's base to its top."""
    pixel = round(FIELD * build.scale / size, 4)
    length = 150 * build.scale
    plane = axis_around(0.0, pixel * size, pixel)
    return Grid(axis_around(14.0, length, spacing), plane, plane, 1.25 * pixel)
