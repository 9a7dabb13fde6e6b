"""The right or left knee: femur, tibia, fibula, kneecap, cartilage, menisci, ligaments, muscle."""

from dataclasses import dataclass

import numpy as np

from samples.anatomy.build import Build
from samples.canvas import Part
from samples.grid import Point
from samples.shapes import Drum, Ellipsoid, Shape, Smooth, Tube, Without, tube, turned
from samples.texture import Grain
from samples.tissues import Tissue

SKIN, FAT, MUSCLE, JOINT, BONES, MARROW, INSIDE = 0, 1, 2, 10, 20, 21, 30


@dataclass(frozen=True, slots=True)
class Knee:
    """The parts of a knee; x runs from the middle of the body outwards times `side`."""

    parts: tuple[Part, ...]
    tibia: Ellipsoid  # about the head of the tibia
    side: float
    build: Build


def knee(build: Build, side: float) -> Knee:
    """A straight knee of the right (-1) or left (1) leg, around the joint's middle."""
    s = build.scale
    parts = (
        *_flesh(build, side),
        *_joint(s),
        *(part for bone in bones(s, side) for part in bone),
        *_cords(s, side),
    )
    tibia = Ellipsoid((0, 4 * s, -30 * s), (35 * s, 23 * s, 17 * s), power=4.0)
    return Knee(parts, tibia, side, build)


def _flesh(build: Build, side: float) -> list[Part]:
    s, fat = build.scale, 5 + build.fat * 0.4
    path = (
        np.array([(4 * side, 6, 140), (2 * side, 4, 60), (0, 4, 0), (0, 12, -60), (0, 14, -140)])
        * s
    )
    outside = tube(path, np.array([58, 52, 47, 50, 46]) * s + fat, (1.0, 1.06, 1.0), 8)
    muscles = [
        tube(
            np.array([(0, -26, 140), (0, -28, 60), (0, -34, 34)]) * s,
            np.array([30, 20, 7]) * s,
            (1.3, 0.9, 1.0),
            6,
        ),
        *(
            tube(
                np.array([(x * 24, 26, 140), (x * 30, 30, 50), (x * 30, 26, -8)]) * s,
                np.array([22, 15, 6]) * s,
                pieces=6,
            )
            for x in (-1, 1)
        ),
        *(
            tube(
                np.array([(x * 16, 34, 24), (x * 20, 40, -30), (x * 20, 36, -140)]) * s,
                np.array([8, 19, 24]) * s,
                pieces=6,
            )
            for x in (-1, 1)
        ),
        tube(
            np.array([(side * 14, -12, -40), (side * 18, -14, -140)]) * s,
            np.array([8, 15]) * s,
            pieces=4,
        ),
    ]
    vessel = tube(np.array([(0, 32, 140), (2, 34, 0), (0, 26, -140)]) * s, 4.0, pieces=6)
    return [
        Part(Tissue.SKIN, Smooth(outside), SKIN, Grain(13, 9), core=(Tissue.FAT, 1.8)),
        *(
            Part(Tissue.MUSCLE, Smooth(shape), MUSCLE, Grain(7, 4), (Grain(11, 9), 1.0))
            for shape in muscles
        ),
        Part(Tissue.BLOOD, vessel, MUSCLE + 1),
    ]


def _joint(s: float) -> list[Part]:
    """Cartilage on the condyles and the plateau, the menisci between, some fluid."""
    plateau = Drum((0, 4 * s, -10 * s), (37 * s, 24 * s), 4.0, waist=0.0)
    rings = [
        Without(
            Ellipsoid((x * 21 * s, 3 * s, -4 * s), (19 * s, 23 * s, 3.6)),
            Ellipsoid((x * 18 * s, 3 * s, -2), (11 * s, 15 * s, 12)),
        )
        for x in (-1, 1)
    ]
    covers = [Ellipsoid(c, (r[0] + 2.6, r[1] + 2.6, r[2] + 2.6)) for c, r in _condyles(s)]
    pad = Ellipsoid((0, -32 * s, -2), (16, 13, 20))
    pouch = Ellipsoid((0, -33 * s, 48 * s), (18, 3.0, 22))
    return [
        Part(Tissue.FAT, pad, JOINT, Grain(13, 6)),
        Part(Tissue.FLUID, pouch, JOINT),
        *(Part(Tissue.FLUID, shape.grown(1.2), JOINT) for shape in covers),
        *(Part(Tissue.CARTILAGE, shape, JOINT + 1) for shape in covers),
        Part(Tissue.CARTILAGE, plateau, JOINT + 2),
        *(Part(Tissue.MENISCUS, ring, JOINT + 3) for ring in rings),
    ]


def _condyles(s: float) -> list[tuple[Point, Point]]:
    return [((x * 21 * s, 6 * s, 19 * s), (18.5 * s, 29 * s, 20 * s)) for x in (-1, 1)]


def bones(s: float, side: float) -> list[list[Part]]:
    """Femur, tibia, fibula and kneecap, each a list of parts."""
    condyles = [Ellipsoid(c, r) for c, r in _condyles(s)]
    thigh = tube(
        np.array(
            [(4 * side, -4, 150), (3 * side, -3, 110), (1 * side, -2, 74), (0, 0, 46), (0, 2, 26)]
        )
        * s,
        np.array([14, 14, 15.5, 24, 31]) * s,
        (1.12, 0.86, 1.0),
        10,
    )
    shin = tube(
        np.array([(0, 3, -30), (0, 2, -44), (0, 0, -66), (0, 0, -100), (0, 0, -150)]) * s,
        np.array([30, 24, 16.5, 14, 13]) * s,
        (1.08, 0.74, 1.0),
        12,
    )
    head = Drum((0, 4 * s, -21 * s), (37 * s, 24 * s), 8.0 * s, waist=0.0)
    calf = tube(
        np.array([(side * 33, 20, -22), (side * 34, 20, -34), (side * 33, 19, -150)]) * s,
        np.array([8.5, 7, 5.6]) * s,
        pieces=6,
    )
    cap = Ellipsoid((0, -39 * s, 22 * s), (20 * s, 9 * s, 21 * s))
    return [
        [*_bone(thigh, 4.2, "femur"), *(p for c in condyles for p in _bone(c, 1.3, "femur"))],
        [*_bone(shin, 3.2, "tibia"), *_bone(head, 1.6, "tibia")],
        _bone(calf, 2.4, "fibula"),
        _bone(cap, 1.6, "patella"),
    ]


def _bone(shape: Tube | Ellipsoid | Drum, cortex: float, name: str) -> list[Part]:
    """A shell of compact bone and, over the shells of all bones, its cancellous inside."""
    return [
        Part(Tissue.CORTEX, shape, BONES, name=name),
        Part(Tissue.MARROW, shape.grown(-cortex), MARROW, Grain(17, 2.2), name=name),
    ]


def _cords(s: float, side: float) -> list[Part]:
    paths: list[tuple[list[Point], float]] = [
        ([(0, -34, 44), (0, -44, 30)], 4.0),
        ([(0, -43, 6), (0, -34, -34)], 3.6),
        ([(side * 6, 12, 14), (-side * 4, -14, -9)], 3.2),
        ([(-side * 5, -6, 12), (0, 24, -14)], 4.0),
        ([(-side * 40, 6, 20), (-side * 36, 4, -40)], 2.0),
        ([(side * 40, 8, 18), (side * 38, 18, -24)], 2.0),
    ]
    shapes: list[Shape] = [tube(np.array(points) * s, radius) for points, radius in paths]
    notch = Ellipsoid((0, 14 * s, 8 * s), (7, 22, 18), turned(about_x=0.2))
    return [
        Part(Tissue.FAT, notch, MARROW + 1),
        *(Part(Tissue.LIGAMENT, shape, MARROW + 2) for shape in shapes),
    ]
