"""Findings of the chest: nodule, consolidation, effusion, pneumothorax, rib fracture."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from samples.anatomy.thorax import (
    IN_LUNGS,
    LUNGS,
    Chest,
    Lung,
    lung_of,
    lung_parts,
    rib_bone,
    rib_path,
)
from samples.canvas import Part
from samples.findings.finding import Change, Finding, Label
from samples.grid import Field, Point, vector
from samples.shapes import EVERYWHERE, Both, Bounds, Ellipsoid, Without, as_point, turned
from samples.texture import Grain
from samples.tissues import Tissue


def change_chest(chest: Chest, finding: Finding) -> Change:
    """How the finding changes this chest. A label that no chest can have is a KeyError."""
    return CHANGES[finding.label](chest, finding)


def lung_point(chest: Chest, finding: Finding, margin: float) -> Point:
    """A point in the lung, clear of heart, wall and domes, that stays when the person lies down."""
    rng, side, scale = np.random.default_rng(finding.seed), finding.side.sign, chest.build.scale
    lungs = [lung_of(chest.build, side, erect) for erect in (True, False)]
    low, high = (-95 if side < 0 else 78, -40, -40), (-52 if side < 0 else 108, 60, 96)
    points = rng.uniform(low, high, (400, 3)).astype(np.float32) * np.float32(scale)
    clear = np.all([lung.inside(points, margin) for lung in lungs], axis=0)
    deepest = np.argmin(lungs[1].distance(*points.T))
    return as_point(points[np.argmax(clear)] if clear.any() else points[deepest])


def _nodule(chest: Chest, finding: Finding) -> Change:
    centre = lung_point(chest, finding, 7 + finding.size_mm / 2)
    radius = finding.size_mm / 2
    ball = Ellipsoid(centre, (radius, radius * 0.92, radius * 0.96))
    part = _of(finding, Tissue.TUMOUR, ball, (Grain(finding.seed % 97, 4), 0.07 * radius))
    return Change((part,), (part,))


def _consolidation(chest: Chest, finding: Finding) -> Change:
    """Filled airspaces with a ragged edge; larger airways stay open in it."""
    centre = lung_point(chest, finding, 12)
    half = finding.size_mm / 2
    blob = Ellipsoid(centre, (half, half * 0.85, half * 0.8), turned(about_x=0.4))
    lung = chest.lungs[finding.side.sign]
    part = _of(
        finding, Tissue.PUS, Both(blob, lung), (Grain(finding.seed % 97, 11), 0.09 * half), 0.9
    )
    return Change((part,), (part,))


@dataclass(frozen=True, slots=True)
class Pool:
    """Fluid that has sunk: to the base with a meniscus when standing, to the back when lying."""

    side: float
    level: float  # mm: height of the surface, or its distance from the back
    erect: bool

    @property
    def bounds(self) -> Bounds:
        """All of space."""
        return EVERYWHERE

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """Distance above the surface of the fluid."""
        if self.erect:
            climb = np.clip((x * self.side - 70) / 60, 0, 1.2)
            rise: Field = (z - self.level - 26 * climb * climb - np.square(y / 90) * 10) * 0.8
            return rise
        sag = 0.0011 * np.square(x - self.side * 60) + np.clip(z - 30, 0, 200) * 0.35
        made: Field = (self.level + sag - y) + 0 * z
        return made


def _effusion(chest: Chest, finding: Finding) -> Change:
    """Fluid `size_mm` deep between lung and wall."""
    side, scale = finding.side.sign, chest.build.scale
    lung = chest.lungs[side]
    foot = lung.dome.top - 62 * scale
    level = foot + finding.size_mm * 1.1 if chest.erect else 96 * scale - finding.size_mm * 0.75
    whole = Both(lung, Pool(side, level, chest.erect))
    part = _of(finding, Tissue.FLUID, whole, None)
    return Change((part,), (part,))


def _pneumothorax(chest: Chest, finding: Finding) -> Change:
    """The lung comes away from its wall, most at the top, and leaves air without vessels."""
    side = finding.side.sign
    old = tuple(part for part in chest.parts if part.name == f"lung {side:+.0f}")
    lung = lung_of(chest.build, side, chest.erect, finding.size_mm)
    air = Part(Tissue.AIR, chest.lungs[side], LUNGS - 1)
    new = (air, *lung_parts(chest.build, side, lung))
    gap = Without(chest.lungs[side], Lung(lung.cavity, lung.dome))
    return Change(new, (_of(finding, Tissue.AIR, gap, None),), old)


def _fracture(chest: Chest, finding: Finding) -> Change:
    """A rib broken at the side of the chest; its front part has slipped by `size_mm`."""
    side, number = finding.side.sign, 5 + finding.seed % 4
    path = rib_path(chest.build, number, side)
    broken = 5 + finding.seed % 2
    step = vector([side * 0.25, 0, -1]) * np.float32(finding.size_mm)
    gap = (path[broken] - path[broken - 1]) * np.float32(0.08)
    back = np.vstack([path[:broken], path[broken] - gap])
    front = np.vstack([path[broken] + gap, path[broken + 1 :]]) + step
    old = tuple(part for part in chest.parts if part.name == f"rib {number} {side:+.0f}")
    halves = [rib_bone(chest.build, half, number, side)[0] for half in (back, front)]
    reach = 8.0 + finding.size_mm
    mark = Ellipsoid(as_point(path[broken] + step / 2), (reach, reach, reach))
    return Change(tuple(halves), (_of(finding, Tissue.GAP, mark, None),), old)


def _of(
    finding: Finding,
    tissue: Tissue,
    shape: Ellipsoid | Both | Without,
    rough: tuple[Grain, float] | None,
    weight: float = 1.0,
) -> Part:
    grain = Grain(finding.seed % 89, 5)
    return Part(tissue, shape, IN_LUNGS, grain, rough, name=finding.name, weight=weight)


CHANGES: dict[Label, Callable[[Chest, Finding], Change]] = {
    Label.NODULE: _nodule,
    Label.CONSOLIDATION: _consolidation,
    Label.EFFUSION: _effusion,
    Label.PNEUMOTHORAX: _pneumothorax,
    Label.FRACTURE: _fracture,
}
