"""Findings of the head: haemorrhage in or over the brain, and a mass with oedema."""

from collections.abc import Callable

import numpy as np

from samples.anatomy.head import IN_BRAIN, Head
from samples.canvas import Part
from samples.findings.finding import Change, Finding, Label
from samples.grid import Point
from samples.shapes import Both, Ellipsoid, Shape, Without
from samples.texture import Grain
from samples.tissues import Tissue


def change_head(head: Head, finding: Finding) -> Change:
    """How the finding changes this head. A label that no head can have is a KeyError."""
    return CHANGES[finding.label](head, finding)


def _haemorrhage(head: Head, finding: Finding) -> Change:
    """Deep in the brain, or (every other seed) between brain and skull."""
    return _subdural(head, finding) if finding.seed % 2 else _deep_bleed(head, finding)


def _deep_bleed(head: Head, finding: Finding) -> Change:
    half = finding.size_mm / 2
    centre = _place(finding, (24, 40), (-24, 30), (0, 34))
    clot = Ellipsoid(centre, (half * 0.8, half, half * 0.85))
    halo = Both(clot.grown(3 + half * 0.25), head.brain.grown(-3))
    rough = (Grain(finding.seed % 97, 7), 0.13 * half)
    blood = _of(finding, Tissue.CLOT, Both(clot, head.brain), 1, rough)
    return Change((_of(finding, Tissue.OEDEMA, halo, 0, rough), blood), (blood,))


def _subdural(head: Head, finding: Finding) -> Change:
    """A crescent along one side: the skull's inside less a copy of it that is moved away."""
    side, depth = finding.side.sign, min(finding.size_mm, 26.0)
    a, b, c = head.inner.radii
    x, y, z = head.inner.centre
    moved = Ellipsoid((x - side * depth, y + 4, z - 6), (a, b * 1.02, c), power=head.inner.power)
    half = Ellipsoid((side * 80, -6, 22), (78, 74, 52))
    crescent = Both(Without(head.inner.grown(-0.8), moved), half)
    blood = _of(finding, Tissue.CLOT, crescent, 1, (Grain(finding.seed % 97, 9), 0.6))
    return Change((blood,), (blood,))


def _mass(head: Head, finding: Finding) -> Change:
    """A tumour with a dead middle and a finger-like oedema."""
    half = finding.size_mm / 2
    centre = _place(finding, (26, 42), (-40, 40), (8, 40))
    ball = Ellipsoid(centre, (half, half * 0.9, half))
    rough = (Grain(finding.seed % 97, 8), 0.1 * half)
    wide = Both(ball.grown(6 + half * 0.5), head.brain.grown(-4))
    tumour = _of(finding, Tissue.TUMOUR, Both(ball, head.brain), 1, rough)
    added = (
        _of(finding, Tissue.OEDEMA, wide, 0, (Grain(finding.seed % 89, 10), 0.35 * half)),
        tumour,
        _of(finding, Tissue.OEDEMA, ball.grown(-0.45 * half), 2, rough),
    )
    return Change(added, (tumour,))


def _place(finding: Finding, *spans: tuple[float, float]) -> Point:
    """A point within spans of x (away from the midline), y and z."""
    x, y, z = np.random.default_rng(finding.seed).uniform(*zip(*spans, strict=True))
    return float(x) * finding.side.sign, float(y), float(z)


def _of(
    finding: Finding, tissue: Tissue, shape: Shape, level: int, rough: tuple[Grain, float]
) -> Part:
    return Part(tissue, shape, IN_BRAIN + level, Grain(43, 3), rough, name=finding.name)


CHANGES: dict[Label, Callable[[Head, Finding], Change]] = {
    Label.HAEMORRHAGE: _haemorrhage,
    Label.MASS: _mass,
}
