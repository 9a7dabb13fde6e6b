"""Abdominal studies: CT, and ultrasound of the kidneys and the liver."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samples.anatomy.abdomen import Belly, belly
from samples.anatomy.build import Build
from samples.canvas import Part, extent, paint
from samples.ct import SOFT, couch
from samples.exams.lying import Lying, ct_study
from samples.exams.study import StudyPlan
from samples.findings.abdomen import change_belly
from samples.findings.finding import Change, with_changes
from samples.grid import Axis, Field, Grid, Point, axis_around
from samples.scanners import scanner
from samples.series import Box, Instance, Series
from samples.shapes import as_point
from samples.tissues import Tissue
from samples.ultrasound import ECHO, LOSS, Fan, on_screen, polar, scan, screen, us_series

FRAMES = 12  # of a cine


def ct(plan: StudyPlan) -> Iterator[Series]:
    """One series with a soft kernel."""
    body, base = _lying(plan.build, plan.size, scanner(plan.scanner).spacing)
    changes = {finding.name: change_belly(body, finding) for finding in plan.findings}
    return ct_study(plan, base, changes, (SOFT,), "ABDOMEN")


@dataclass(frozen=True, slots=True)
class Patient:
    """The body under the probe."""

    parts: tuple[Part, ...]
    changes: Mapping[str, Change]


@dataclass(frozen=True, slots=True)
class Look:
    """Where the probe points: a label, and the middle of the section."""

    label: str
    centre: Point


def ultrasound(plan: StudyPlan) -> Iterator[Series]:
    """Long sections of both kidneys, the liver and each finding, and a cine of the last one."""
    body = belly(plan.build)
    changes = {finding.name: change_belly(body, finding) for finding in plan.findings}
    patient = Patient(with_changes(body.parts, list(changes.values())), changes)
    looks = [
        Look("RIGHT KIDNEY", body.kidneys[-1.0].centre),
        Look("LEFT KIDNEY", body.kidneys[1.0].centre),
        Look("LIVER", body.liver.centre),
        *(Look(f.label.upper(), _middle(changes[f.name].marks[0])) for f in plan.findings),
    ]
    for index, look in enumerate(looks):
        yield _still(plan, patient, look, index)
    yield _cine(plan, patient, looks[-1], len(looks))


def _middle(part: Part) -> Point:
    low, high = part.bounds
    return as_point((np.array(low) + high) / 2)


def _still(plan: StudyPlan, patient: Patient, look: Look, index: int) -> Series:
    machine, fan = scanner(plan.scanner), _fan(plan)
    rng = np.random.default_rng(plan.seed(30 + index))
    ((image, boxes),) = _views(patient, look, fan, Axis(look.centre[1], 1.0, 1), rng)
    still = Instance(screen(image, machine, look.label), {}, boxes, view=look.label)
    return us_series(f"{index} {look.label}", machine, f"{look.label} LONG", still, fan)


def _cine(plan: StudyPlan, patient: Patient, look: Look, index: int) -> Series:
    """A sweep from front to back; the boxes are those of the middle frame."""
    machine, fan = scanner(plan.scanner), _fan(plan)
    rng = np.random.default_rng(plan.seed(30 + index))
    views = list(_views(patient, look, fan, axis_around(look.centre[1], 26.0, 26 / FRAMES), rng))
    pixels = np.stack([screen(image, machine, "SWEEP") for image, _ in views])
    cine = Instance(pixels, {}, views[FRAMES // 2][1], view="SWEEP")
    return us_series("cine", machine, "SWEEP CINE", cine, fan)


def _fan(plan: StudyPlan) -> Fan:
    return Fan(int(plan.size * 0.75) // 2 * 2, plan.size)


def _views(
    patient: Patient, look: Look, fan: Fan, planes: Axis, rng: np.random.Generator
) -> Iterator[tuple[Field, dict[str, Box]]]:
    """Sections seen from the patient's side, the head to the left, with the findings' boxes."""
    x, _, z = look.centre
    side, step = (-1.0 if x < 0 else 1.0), fan.pixel
    deep = Axis(x - (fan.depth - 60 if side > 0 else 75), step, int((fan.depth + 15) / step))
    grid = Grid(axis_around(z, 250, step), planes, deep, 1.6 * step)
    volumes = paint(patient.parts, grid, [ECHO, LOSS])
    masks = {name: extent(change.marks, grid) for name, change in patient.changes.items()}
    for number in range(planes.count):
        echo, loss = (_seen_from(volume[:, number], side) for volume in volumes)
        probe = (_skin(echo), echo.shape[1] / 2)
        bright, lost = polar((echo, loss), step, probe, fan)
        found = {
            name: on_screen(_seen_from(mask[:, number], side), step, probe, fan)
            for name, mask in masks.items()
        }
        boxes = {name: box for name, box in found.items() if box is not None}
        yield scan(bright, lost, fan, rng), boxes


def _seen_from(plane: NDArray[Any], side: float) -> NDArray[Any]:
    """A plane (z, x) as (depth from that side, head to foot)."""
    deep = plane.T if side < 0 else plane.T[::-1]
    return deep[:, ::-1]


def _skin(plane: NDArray[np.float32]) -> float:
    """The depth at which the body begins in the middle column."""
    column = plane[:, plane.shape[1] // 2]
    body = np.flatnonzero(np.abs(column - ECHO[Tissue.AIR].value) > 0.2)
    return float(body[0]) if len(body) else 0.0


@lru_cache(maxsize=1)
def _lying(build: Build, size: int, spacing: float) -> tuple[Belly, Lying]:
    body = belly(build)
    wide = 2 * (140 * build.scale + build.fat + build.muscle) + 24
    pixel, back = round(wide / size, 4), 113 * build.scale + build.fat + build.muscle + 8
    grid = Grid(
        axis_around(-205 * build.scale, 230 * build.scale, spacing),
        axis_around(back - 118 * build.scale, pixel * size, pixel),
        axis_around(0.0, pixel * size, pixel),
        1.25 * pixel,
    )
    parts = (couch(back + 12), *body.parts)
    return body, Lying(parts, grid)
