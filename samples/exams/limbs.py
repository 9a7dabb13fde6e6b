"""Limb studies: radiographs of hand and knee, and MR of the knee."""

from collections.abc import Iterator, Mapping

import numpy as np
from pydicom.dataset import Dataset

from samples.anatomy.hand import hand
from samples.anatomy.knee import knee
from samples.canvas import Part, paint
from samples.dicom_files import code
from samples.exams.lying import regions
from samples.exams.study import StudyPlan
from samples.findings.finding import Change, with_changes
from samples.findings.limbs import change_hand, change_knee
from samples.grid import Grid, axis_around
from samples.mr import PD_FAT_SAT, T1, mr_series, sagittal_instances
from samples.radiograph import (
    ALONG_X,
    ALONG_Y,
    Film,
    View,
    exposure_for,
    film_boxes,
    projected,
    radiograph,
    radiograph_series,
    reprojected,
)
from samples.scanners import scanner
from samples.series import Instance, Series

HAND, KNEE = code("85562004", "Hand"), code("72696002", "Knee")


def hand_radiographs(plan: StudyPlan) -> Iterator[Series]:
    """One view of a hand, from the back."""
    body = hand(plan.build, _side(plan))
    changes = {finding.name: change_hand(body, finding) for finding in plan.findings}
    film = Film((body.side * 3, 68.0), 210.0, 275.0, 275.0 / plan.size, ALONG_Y, (-32, 32), 3.0)
    view = View("PA", ("L", "F"), _letter(plan), (12, 12))
    yield _radiograph(plan, body.parts, changes, film, view, "HAND", HAND)


def knee_radiographs(plan: StudyPlan) -> Iterator[Series]:
    """A frontal and a lateral view of a knee."""
    body = knee(plan.build, _side(plan))
    changes = {finding.name: change_knee(body, finding) for finding in plan.findings}
    views = (
        (View("AP", ("L", "F"), _letter(plan), (12, 8)), ALONG_Y),
        (View("LATERAL", ("P", "F"), _letter(plan), (12, 8)), ALONG_X),
    )
    for view, beam in views:
        film = Film(
            (0.0 if beam == ALONG_Y else 4.0, 0.0),
            170.0,
            230.0,
            230.0 / plan.size,
            beam,
            (-75, 75),
            4.0,
        )
        yield _radiograph(plan, body.parts, changes, film, view, "KNEE", KNEE)


def knee_mr(plan: StudyPlan) -> Iterator[Series]:
    """T1, and proton density with the fat suppressed, of the same sagittal slices."""
    machine, body = scanner(plan.scanner), knee(plan.build, _side(plan))
    changes = {finding.name: change_knee(body, finding) for finding in plan.findings}
    pixel = round(170.0 / plan.size, 4)
    plane = axis_around(0.0, pixel * plan.size, pixel)
    grid = Grid(plane, plane, axis_around(0.0, 96.0, 4.0), 1.4 * pixel)
    parts, weightings = with_changes(body.parts, list(changes.values())), (T1, PD_FAT_SAT)
    volumes = paint(parts, grid, [weighting.palette() for weighting in weightings])
    marks = regions(changes, grid)
    for index, (weighting, volume) in enumerate(zip(weightings, volumes, strict=True)):
        rng = np.random.default_rng(plan.seed(20 + index))
        images = sagittal_instances(volume, grid, marks, machine, rng)
        yield mr_series(weighting.name, "KNEE", grid, machine, weighting, images, _letter(plan))


def _side(plan: StudyPlan) -> float:
    """The side of the finding; without one, the side that the patient's seed names."""
    if plan.findings:
        return plan.findings[0].side.sign
    return plan.side.sign


def _letter(plan: StudyPlan) -> str:
    return "R" if _side(plan) < 0 else "L"


def _radiograph(
    plan: StudyPlan, parts: tuple[Part, ...], changes: Mapping[str, Change], film: Film, view: View,
    body_part: str, region: Dataset,
) -> Series:  # fmt: skip
    machine = scanner(plan.scanner)
    base = projected(parts, film)
    rays = reprojected(base, film, parts, with_changes(parts, list(changes.values())))
    rng = np.random.default_rng(plan.seed(film.beam))
    pixels = radiograph(rays, film, view, machine, exposure_for(machine, base.rays), rng)
    boxes = film_boxes({name: change.marks for name, change in changes.items()}, film)
    instance = Instance(pixels, {}, boxes, view=view.name)
    side = _letter(plan)
    return radiograph_series(view.name, body_part, region, film, view, machine, instance, side)
