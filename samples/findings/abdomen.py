"""Findings of the abdomen: a stone in a kidney, a mass of the liver or of a kidney."""

from collections.abc import Callable

import numpy as np

from samples.anatomy.abdomen import IN_ORGANS, Belly
from samples.canvas import Part
from samples.findings.finding import Change, Finding, Label, Side
from samples.shapes import Ellipsoid, as_point
from samples.texture import Grain
from samples.tissues import Tissue


def change_belly(belly: Belly, finding: Finding) -> Change:
    """How the finding changes this abdomen. A label that none can have is a KeyError."""
    return CHANGES[finding.label](belly, finding)


def _stone(belly: Belly, finding: Finding) -> Change:
    """A stone in the middle or the lower calyx."""
    side = finding.side.sign
    x, y, z = belly.kidneys[side].centre
    low = finding.seed % 2
    centre = (x - side * (6 - 6 * low), y - 5 * (1 - low), z - 4 - 16 * low)
    half = finding.size_mm / 2
    rough = (Grain(finding.seed % 97, 3), 0.08 * half)
    part = _of(finding, Tissue.STONE, Ellipsoid(centre, (half, half * 0.85, half)), rough)
    return Change((part,), (part,))


def _mass(belly: Belly, finding: Finding) -> Change:
    """On the right a mass of the liver, on the left one of the kidney."""
    rng, half = np.random.default_rng(finding.seed), finding.size_mm / 2
    if finding.side is Side.RIGHT:
        spread, organ = np.array([0.35, 0.35, 0.25]), belly.liver
    else:
        spread, organ = np.array([0.4, 0.4, 0.45]), belly.kidneys[1.0]
    centre = as_point(np.array(organ.centre) + rng.uniform(-1, 1, 3) * spread * organ.radii)
    ball = Ellipsoid(centre, (half, half * 0.93, half * 0.97))
    rough = (Grain(finding.seed % 97, 7), 0.07 * half)
    rim = _of(finding, Tissue.TUMOUR, ball, rough)
    middle = _of(finding, Tissue.OEDEMA, ball.grown(-0.5 * half), rough)
    return Change((rim, middle), (rim,))


def _of(finding: Finding, tissue: Tissue, shape: Ellipsoid, rough: tuple[Grain, float]) -> Part:
    return Part(tissue, shape, IN_ORGANS, Grain(43, 4), rough, name=finding.name)


CHANGES: dict[Label, Callable[[Belly, Finding], Change]] = {
    Label.STONE: _stone,
    Label.MASS: _mass,
}
