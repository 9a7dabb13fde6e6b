"""The belly: liver, spleen, stomach, gallbladder, kidneys, bowel, great vessels, spine, wall."""

from dataclasses import dataclass

import numpy as np

from samples.anatomy.build import Build
from samples.anatomy.thorax import (
    FAT,
    LUNGS,
    MUSCLE,
    SKIN,
    Trunk,
    lower_ribs,
    lung_of,
    spine_levels,
    vertebra,
)
from samples.canvas import Part
from samples.grid import Point
from samples.shapes import Both, Ellipsoid, Shape, Smooth, Tube, Without, tube, turned
from samples.texture import Grain
from samples.tissues import Tissue
from samples.vessels import grow

ORGANS, BOWEL, KIDNEYS, VESSELS, IN_ORGANS = 5, 7, 9, 24, 12
MIDDLE = -190.0  # height of the middle of the kidneys, mm, before scaling


@dataclass(frozen=True, slots=True)
class Belly:
    """The parts of an abdomen and the landmarks that findings need."""

    parts: tuple[Part, ...]
    kidneys: dict[float, Ellipsoid]  # by side: -1 right, 1 left
    liver: Ellipsoid
    build: Build


def belly(build: Build) -> Belly:
    """An abdomen, lying."""
    kidneys = {side: _kidney(build, side) for side in (-1.0, 1.0)}
    liver = _liver(build)
    parts = (
        *_wall(build),
        *_lung_bases(build),
        *_liver_parts(build, liver),
        *_upper_organs(build),
        *(part for side, kidney in kidneys.items() for part in _kidney_parts(build, side, kidney)),
        *_bowel(build),
        *_vessels(build),
        *_bones(build),
    )
    return Belly(parts, kidneys, liver, build)


def _wall(build: Build) -> list[Part]:
    """Skin, fat, a ring of muscle with the two straight muscles in front, and fat inside."""
    s, flesh = build.scale, build.fat + build.muscle * 0.8
    front = -(88 * s + build.muscle * 0.6)
    straight = [Ellipsoid((x, front, -240 * s), (33 * s, 6.5, 170 * s)) for x in (-34, 34)]
    backs = [
        tube([(x * 32 * s, 104 * s, -40), (x * 36 * s, 104 * s, -420)], 27 * s, (1.25, 0.85, 1.0))
        for x in (-1, 1)
    ]
    psoas = [
        tube(
            [
                (x * 24 * s, 56 * s, -180 * s),
                (x * 42 * s, 52 * s, -330 * s),
                (x * 52 * s, 40 * s, -420 * s),
            ],
            np.array([9, 24, 26]) * s,
            pieces=6,
        )
        for x in (-1, 1)
    ]
    under = Trunk(build, 2 + build.fat * 0.5, shoulders=False)
    muscles: list[Shape] = [*straight, *backs]
    outer = [Both(shape, under) for shape in muscles]
    return [
        Part(
            Tissue.SKIN, Smooth(Trunk(build, 0, shoulders=False), 2), SKIN, core=(Tissue.FAT, 2.0)
        ),
        Part(
            Tissue.MUSCLE, Smooth(Trunk(build, build.fat, shoulders=False), 2), MUSCLE, Grain(7, 5)
        ),
        *(Part(Tissue.MUSCLE, shape, MUSCLE, Grain(7, 5)) for shape in outer),
        Part(Tissue.FAT, Smooth(Trunk(build, flesh, shoulders=False), 2), FAT + 2, Grain(13, 9)),
        *(Part(Tissue.MUSCLE, shape, FAT + 3, Grain(7, 5)) for shape in psoas),
        *(Part(Tissue.MUSCLE, shape, FAT + 3, Grain(7, 5)) for shape in outer[2:]),
    ]


def _lung_bases(build: Build) -> list[Part]:
    lungs = [lung_of(build, side, erect=False) for side in (-1.0, 1.0)]
    return [Part(Tissue.LUNG, Smooth(lung), LUNGS, Grain(3, 6)) for lung in lungs]


def _liver(build: Build) -> Ellipsoid:
    s, top = build.scale, -46 - build.breath
    return Ellipsoid((-56 * s, -4, (top - 74) * s), (84 * s, 82 * s, 84 * s), power=2.6)


def _liver_parts(build: Build, liver: Ellipsoid) -> list[Part]:
    s = build.scale
    z = liver.centre[2]
    lobe = Ellipsoid((14 * s, -46 * s, z + 22), (62 * s, 30 * s, 46 * s), turned(about_y=0.2))
    cut = Ellipsoid((-34 * s, 44 * s, z - 82), (70 * s, 60 * s, 70 * s))
    rng = build.rng(21)
    inside = Without(liver.grown(-5), cut)
    low, high = liver.bounds
    veins = [
        grow(root, lambda points: inside.distance(*points.T) < -2, (low, high), 60, rng)
        for root in ((-8 * s, 26 * s, z + 38), (-22 * s, -2, z - 8))
    ]
    bladder = Ellipsoid((-42 * s, -46 * s, z - 62), (15, 20, 28), turned(about_x=-0.5))
    return [
        Part(Tissue.LIVER, Without(liver, cut), ORGANS, Grain(5, 6)),
        Part(Tissue.LIVER, lobe, ORGANS, Grain(5, 6)),
        *(Part(Tissue.VEIN, tree, ORGANS + 1) for tree in veins),
        Part(Tissue.SOFT, bladder.grown(1.8), ORGANS + 2),
        Part(Tissue.BILE, bladder, ORGANS + 3),
    ]


def _upper_organs(build: Build) -> list[Part]:
    s, top = build.scale, -60 - build.breath
    spleen = Ellipsoid(
        (96 * s, 42 * s, (top - 52) * s), (24 * s, 48 * s, 48 * s), turned(about_z=0.5)
    )
    stomach = Ellipsoid(
        (56 * s, -22, (top - 56) * s), (44 * s, 42 * s, 54 * s), turned(about_y=0.5)
    )
    x, y, z = stomach.centre
    air = Ellipsoid((x, y - 38, z), (60, 30, 60))
    pancreas = [(70, 22, -136), (40, 2, -146), (6, -14, -156), (-26, -6, -172), (-32, 0, -190)]
    gland = tube(np.array(pancreas) * s, np.array([9, 11, 10, 13, 12]) * s, pieces=10)
    return [
        Part(Tissue.SPLEEN, spleen, ORGANS, Grain(6, 6)),
        Part(Tissue.SOFT, stomach, ORGANS + 1),
        Part(Tissue.FLUID, stomach.grown(-4.5), ORGANS + 2, Grain(33, 7)),
        Part(Tissue.AIR, _both(stomach.grown(-4.5), air), ORGANS + 3),
        Part(Tissue.SOFT, gland, ORGANS + 2, Grain(35, 3), (Grain(36, 6), 1.6)),
    ]


def _both(one: Ellipsoid, other: Ellipsoid) -> Shape:
    return Without(one, Without(one.grown(9), other))


def _kidney(build: Build, side: float) -> Ellipsoid:
    s = build.scale
    z = MIDDLE - (8 if side < 0 else 0) - 0.5 * build.breath
    centre = (side * 60 * s, 56 * s, z * s)
    return Ellipsoid(
        centre, (24 * s, 28 * s, 54 * s), turned(about_y=-side * 0.24, about_z=side * 0.6)
    )


def _kidney_parts(build: Build, side: float, kidney: Ellipsoid) -> list[Part]:
    """Cortex, pyramids, and the sinus of fat with the pelvis in it, open to the middle."""
    s = build.scale
    x, y, z = kidney.centre
    sinus = Ellipsoid((x - side * 9 * s, y - 7 * s, z), (13 * s, 11 * s, 27 * s), kidney.turn)
    pelvis = tube(
        [
            (x + side * 2, y - 1, z + 18),
            (x - side * 7 * s, y - 6, z),
            (x - side * 22 * s, y - 14, z - 14),
            (x - side * 26 * s, y - 16, z - 60),
            (x - side * 22 * s, y - 18, z - 190),
        ],
        np.array([3.5, 5.5, 5, 2.2, 2]),
        pieces=14,
    )
    lower = tube([(x - side * 6 * s, y - 5, z - 4), (x + side * 1, y, z - 22)], [5, 3.5])
    return [
        Part(Tissue.KIDNEY, kidney, KIDNEYS, Grain(38, 5)),
        Part(Tissue.MEDULLA, kidney.grown(-6), KIDNEYS + 1, sheet=(Grain(39, 11), 8, 5.0)),
        Part(Tissue.FAT, sinus, KIDNEYS + 2, None, (Grain(40, 7), 2.5)),
        Part(Tissue.URINE, pelvis, KIDNEYS + 3),
        Part(Tissue.URINE, lower, KIDNEYS + 3),
    ]


def _bowel(build: Build) -> list[Part]:
    """Loops of small bowel between the flanks, and the colon around them."""
    s, rng = build.scale, build.rng(22)
    colon = [
        [(-84, 26, -318), (-90, 22, -270), (-88, 12, -222)],
        [(-80, -22, -214), (-30, -66, -226), (30, -68, -222), (84, -14, -186)],
        [(92, 22, -190), (94, 30, -250), (88, 28, -320)],
    ]
    tubes = [(tube(np.array(p) * s, rng.uniform(15, 19) * s, pieces=10), 0.5) for p in colon]
    for _ in range(40):
        start = rng.uniform((-62, -62, -330), (62, 16, -208))
        turns = start + np.cumsum(rng.normal(0, (22, 14, 12), (4, 3)), axis=0)
        turns = np.clip(turns, (-74, -66, -350), (74, 22, -196))
        tubes.append((tube(turns * s, rng.uniform(8, 11) * s, pieces=8), 0.2))
    return [part for loop, gas in tubes for part in _loop(loop, float(rng.random()) < gas)]


def _loop(loop: Tube, gas: bool) -> list[Part]:
    inside = Part(
        Tissue.AIR if gas else Tissue.FLUID,
        loop.grown(-2.4),
        BOWEL + 1,
        Grain(45, 5),
        (Grain(46, 8), 1.5),
    )
    return [Part(Tissue.SOFT, loop, BOWEL, Grain(35, 4)), inside]


def _vessels(build: Build) -> list[Part]:
    s = build.scale
    wide = 1 + 0.004 * max(build.age - 45, 0)

    def vessel(tissue: Tissue, points: list[Point], radius: float) -> Part:
        return Part(tissue, tube(np.array(points) * s, radius * s, pieces=8), VESSELS)

    parts = [
        vessel(Tissue.BLOOD, [(14, 40, -60), (8, 36, -150), (4, 30, -290)], 10 * wide),
        vessel(Tissue.VEIN, [(-16, 12, -80), (-18, 26, -150), (-16, 30, -300)], 11.5),
        vessel(
            Tissue.VEIN, [(-34, -4, -122), (-14, -8, -146), (2, -14, -190), (2, -20, -260)], 6.5
        ),
        vessel(Tissue.VEIN, [(-10, -8, -148), (30, 10, -138), (78, 30, -122)], 4.5),
        vessel(Tissue.BLOOD, [(6, 24, -152), (4, -10, -200), (2, -16, -260)], 3.8),
    ]
    for x in (-1.0, 1.0):
        parts.append(
            vessel(Tissue.VEIN, [(x * 8, 26, -184), (x * 34, 36, -188), (x * 46, 46, -190)], 4.5)
        )
        parts.append(
            vessel(Tissue.BLOOD, [(5, 32, -290), (x * 22, 34, -330), (x * 46, 30, -400)], 6.5)
        )
    return parts


def _bones(build: Build) -> list[Part]:
    levels = [level for level in spine_levels(build, 21) if level[0][2] < -60 * build.scale]
    vertebrae = [part for level in levels for part in vertebra(build, *level)]
    return [*vertebrae, *lower_ribs(build)]
