"""Fractures of the limbs: of a long bone of the hand or forearm, and of the tibia at the knee."""

from samples.anatomy.hand import Hand, shaft
from samples.anatomy.knee import INSIDE, Knee
from samples.canvas import Part
from samples.findings.finding import Change, Finding
from samples.grid import vector
from samples.shapes import Both, Ellipsoid, Tube, as_point, turned
from samples.texture import Grain
from samples.tissues import Tissue

BREAKABLE = ("radius", "4 0", "3 1", "1 1", "2 0")  # by the finding's seed


def change_hand(hand: Hand, finding: Finding) -> Change:
    """A long bone broken across; its outer part has slipped by `size_mm`."""
    name = BREAKABLE[finding.seed % len(BREAKABLE)]
    bone = hand.long_bones[name]
    broken = 4 if name == "radius" else 9
    step = vector([finding.size_mm * 0.8 * hand.side, finding.size_mm * 0.5, 0])
    near = Tube(bone.points[: broken + 1], bone.radii[: broken + 1], bone.flat)
    far = Tube(bone.points[broken:] + step, bone.radii[broken:], bone.flat)
    old = tuple(part for part in hand.parts if part.name == name)
    new = tuple(part for half in (near, far) for part in shaft(half, name))
    reach = float(bone.radii.max()) * 1.1 + finding.size_mm
    mark = Ellipsoid(as_point(bone.points[broken] + step / 2), (reach, reach, reach))
    whole = Part(Tissue.GAP, mark, INSIDE, name=finding.name)
    return Change(new, (whole,), old)


def change_knee(knee: Knee, finding: Finding) -> Change:
    """A cleft through one side of the tibia's plateau with bruised bone around it."""
    s, out = knee.build.scale, knee.side * (1 if finding.seed % 2 else -1)
    centre = (out * 15 * s, 2 * s, -26 * s)
    tilt = turned(about_y=out * 0.45)
    cleft = Ellipsoid(centre, (finding.size_mm / 2, 26 * s, 24 * s), tilt)
    bruise = Ellipsoid(centre, (15 * s, 22 * s, 19 * s), tilt)
    shin = knee.tibia
    rough = (Grain(finding.seed % 97, 6), 0.5)
    line = Part(Tissue.GAP, Both(cleft, shin), INSIDE, None, rough, name=finding.name)
    halo = Part(Tissue.OEDEMA, Both(bruise, shin), INSIDE - 1, None, rough, weight=0.35)
    return Change((halo, line), (line,))
