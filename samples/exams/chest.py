"""Chest studies: radiographs standing up, and CT lying down."""

from collections.abc import Iterator
from functools import lru_cache
from math import ceil

import numpy as np

from samples.anatomy.build import Build
from samples.anatomy.thorax import Chest, chest
from samples.ct import LUNG, SOFT, couch
from samples.dicom_files import code
from samples.exams.lying import Lying, ct_study
from samples.exams.study import StudyPlan
from samples.findings.chest import change_chest
from samples.findings.finding import with_changes
from samples.grid import Grid, axis_around
from samples.radiograph import (
    ALONG_X,
    ALONG_Y,
    Film,
    Shadow,
    View,
    exposure_for,
    film_boxes,
    projected,
    radiograph,
    radiograph_series,
    reprojected,
)
from samples.scanners import Scanner, scanner
from samples.series import Instance, Series

REGION = code("51185008", "Chest")
FILM = 390.0  # mm
FRONTAL = View("PA", ("L", "F"), "L", (14, FILM - 34))
PORTABLE = View("AP", ("L", "F"), "R", (22, 16))
LATERAL = View("LL", ("P", "F"), "L", (14, FILM - 34))


def radiographs(plan: StudyPlan) -> Iterator[Series]:
    """A frontal and a lateral view, each a series."""
    machine = scanner(plan.scanner)
    yield _radiograph(plan, machine, FRONTAL, ALONG_Y)
    yield _radiograph(plan, machine, LATERAL, ALONG_X)


def portable(plan: StudyPlan) -> Iterator[Series]:
    """One frontal view in bed."""
    yield _radiograph(plan, scanner(plan.scanner), PORTABLE, ALONG_Y)


def _radiograph(plan: StudyPlan, machine: Scanner, view: View, beam: int) -> Series:
    body, film, base = _filmed(plan.build, plan.size, beam)
    changes = {finding.name: change_chest(body, finding) for finding in plan.findings}
    rays = reprojected(base, film, body.parts, with_changes(body.parts, list(changes.values())))
    rng = np.random.default_rng(plan.seed(beam))
    pixels = radiograph(rays, film, view, machine, exposure_for(machine, base.rays), rng)
    boxes = film_boxes({name: change.marks for name, change in changes.items()}, film)
    instance = Instance(pixels, {}, boxes, view=view.name)
    return radiograph_series(view.name, "CHEST", REGION, film, view, machine, instance)


@lru_cache(maxsize=2)
def _filmed(build: Build, size: int, beam: int) -> tuple[Chest, Film, Shadow]:
    """The chest before a film, and its shadow without findings: the same for every visit."""
    body = chest(build, erect=True, arms=beam == ALONG_Y)
    step = 10.0 if beam == ALONG_Y else 14.0
    reach = _reach(build, beam, step)
    middle = (0.0 if beam == ALONG_Y else 6.0, -6.0)
    film = Film(middle, FILM, FILM, FILM / size, beam, (-reach, reach), step)
    return body, film, projected(body.parts, film, body.inner)


def _reach(build: Build, beam: int, step: float) -> float:
    """How far a body reaches along the beam, as whole steps.

    Samples lie in the middle from the front, and beside the middle from the side: there they
    cut the walls of the vertebrae sharply.
    """
    half = (113 if beam == ALONG_Y else 153) * build.scale + build.fat + build.muscle + 8
    return step * (ceil(half / step) + (0.5 if beam == ALONG_Y else 0.0))


def ct(plan: StudyPlan) -> Iterator[Series]:
    """Two series of the same slices: a soft kernel and a sharp one."""
    body, base = _lying(plan.build, plan.size, scanner(plan.scanner).spacing)
    changes = {finding.name: change_chest(body, finding) for finding in plan.findings}
    return ct_study(plan, base, changes, (SOFT, LUNG), "CHEST")


@lru_cache(maxsize=1)
def _lying(build: Build, size: int, spacing: float) -> tuple[Chest, Lying]:
    """The chest on the couch."""
    body = chest(build, erect=False, arms=False)
    wide = 2 * (140 * build.scale + build.fat + build.muscle) + 24
    pixel = round(wide / size, 4)
    back = 113 * build.scale + build.fat + build.muscle + 8
    grid = Grid(
        axis_around(-4.0, 276 * build.scale, spacing),
        axis_around(back - 118 * build.scale, pixel * size, pixel),
        axis_around(0.0, pixel * size, pixel),
        1.25 * pixel,
    )
    parts = (couch(back + 12), *body.parts)
    return body, Lying(parts, grid)
