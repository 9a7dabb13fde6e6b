"""The head: scalp, skull with diploe, brain with its folds, ventricles, orbits, sinuses."""

from dataclasses import dataclass

import numpy as np

from samples.anatomy.build import Build
from samples.canvas import Part
from samples.grid import Point
from samples.shapes import Both, Ellipsoid, Shape, Without, tube, turned
from samples.texture import Grain
from samples.tissues import Tissue

SCALP, SKULL, INSIDE, BRAIN, FOLDS, DEEP, FLUID, DURA, BASE, ORBIT, SINUS = range(0, 110, 10)
IN_BRAIN = FLUID + 5  # findings lie over the brain, under the falx and the skull's base


@dataclass(frozen=True, slots=True)
class Head:
    """The parts of a head and the landmarks that findings need."""

    parts: tuple[Part, ...]
    inner: Ellipsoid  # the inside of the skull
    brain: Ellipsoid
    build: Build


def head(build: Build) -> Head:
    """A head whose brain shrinks with age."""
    s = build.scale
    rng = build.rng(8)
    wide, long = 1 + 0.03 * rng.standard_normal(2)
    outer = Ellipsoid((0, 0, 6), (72 * s * wide, 91 * s * long, 84 * s), power=2.25)
    inner = outer.grown(-7.5)
    shrink = 1.2 + 0.045 * max(build.age - 35, 0)
    brain = inner.grown(-shrink)
    parts = (
        *_scalp(outer, build),
        *_skull(outer, inner),
        *_brain(brain, build, shrink),
        *_deep(build, s, shrink),
        *_hindbrain(build, s),
        *_dura(inner),
        *_base(s, build.seed),
        *_orbits(s),
        *_sinuses(s),
    )
    return Head(parts, inner, brain, build)


def pair(x: float, y: float, z: float) -> list[Point]:
    """A point and its mirror image."""
    return [(-x, y, z), (x, y, z)]


def _scalp(outer: Ellipsoid, build: Build) -> list[Part]:
    s = build.scale
    thick = 5.5 + build.fat * 0.1
    face = Ellipsoid((0, -42 * s, -66 * s), (58 * s, 52 * s, 62 * s), power=2.4)
    nose = tube([(0, -92 * s, -40 * s), (0, -106 * s, -62 * s)], [7, 11])
    neck = tube([(0, 26, -60 * s), (0, 30, -190)], [60 * s, 58 * s], pieces=2)
    temples = [Ellipsoid(p, (10, 34, 34)) for p in pair(68 * s, -34 * s, -14 * s)]
    return [
        *(
            Part(Tissue.SKIN, shape, SCALP, core=(Tissue.FAT, 1.8))
            for shape in (neck, face, nose, outer.grown(thick))
        ),
        Part(Tissue.MUSCLE, neck.grown(-5), SCALP + 1, Grain(7, 5)),
        Part(Tissue.MUSCLE, face.grown(-8), SCALP + 1, Grain(7, 5), (Grain(4, 12), 5.0)),
        *(Part(Tissue.MUSCLE, Both(shape, outer.grown(thick - 2)), SCALP + 1) for shape in temples),
    ]


def _skull(outer: Ellipsoid, inner: Ellipsoid) -> list[Part]:
    diploe = Grain(17, 3)
    return [
        Part(Tissue.CORTEX, outer, SKULL),
        Part(Tissue.MARROW, outer.grown(-1.9), SKULL + 1, diploe, (Grain(19, 16), 0.6)),
        Part(Tissue.CORTEX, outer.grown(-5.4), SKULL + 2),
        Part(Tissue.CSF, inner, INSIDE),
    ]


def _brain(brain: Ellipsoid, build: Build, shrink: float) -> list[Part]:
    """Grey matter outside and along the folds, white matter inside, fluid in the furrows."""
    folds = Grain(build.seed % 9973, 13.5)
    band = Without(brain, brain.grown(-17))
    return [
        Part(Tissue.GREY, brain, BRAIN, Grain(23, 3)),
        Part(Tissue.WHITE, brain.grown(-3.6), BRAIN + 1, Grain(24, 3), (Grain(29, 9), 1.0)),
        Part(Tissue.GREY, band, FOLDS, Grain(23, 3), sheet=(folds, 7.5, 3.6)),
        Part(
            Tissue.CSF,
            Without(brain.grown(1), brain.grown(-13)),
            FOLDS + 1,
            sheet=(folds, 7.5, 0.45 + 0.35 * shrink),
        ),
    ]


def _deep(build: Build, s: float, shrink: float) -> list[Part]:
    """Nuclei and ventricles, wider with age."""
    wide = 0.75 + 0.16 * shrink
    nuclei = [
        *((p, (10, 15, 10)) for p in pair(12, 9, 8)),
        *((p, (4.5, 13, 9)) for p in pair(15, -20, 15)),
        *((p, (8.5, 18, 11)) for p in pair(26, -5, 5)),
    ]
    horns = [
        tube(
            [
                (x * 7, -40 * s, 13),
                (x * 9, -26, 19),
                (x * 12, 4, 26),
                (x * 21, 32, 16),
                (x * 28, 44, 4),
            ],
            np.array([3.5, 5.5, 5, 7, 3.5]) * wide,
            (0.9, 1.0, 1.1),
            12,
        )
        for x in (-1, 1)
    ]
    temporal = [
        tube([(x * 28, 32, 2), (x * 35, 8, -16), (x * 33, -8, -20)], 2.6 * wide, pieces=6)
        for x in (-1, 1)
    ]
    plexus = [Ellipsoid(p, (2.2, 4.5, 3)) for p in pair(22, 34, 15)]
    third = Ellipsoid((0, 4, 4), (1.6 * wide, 14, 9))
    capsules = [
        Ellipsoid(p, (2, 17, 12), turned(about_z=t))
        for p, t in zip(pair(19, 0, 7), (-0.35, 0.35), strict=True)
    ]
    return [
        *(Part(Tissue.NUCLEUS, Ellipsoid(p, r), DEEP) for p, r in nuclei),
        *(Part(Tissue.WHITE, shape, DEEP + 1) for shape in capsules),
        *(Part(Tissue.CSF, shape, FLUID) for shape in (*horns, *temporal)),
        Part(Tissue.CSF, third, FLUID),
        *(Part(Tissue.SOFT, shape, FLUID + 1) for shape in plexus),
        *(Part(Tissue.MARROW, shape.grown(-1), FLUID + 2) for shape in plexus if build.age > 45),
        Part(Tissue.MARROW, Ellipsoid((0, 24, 6), (2.2, 2.6, 2.2)), FLUID + 2),
    ]


def _hindbrain(build: Build, s: float) -> list[Part]:
    cerebellum = Ellipsoid((0, 48 * s, -36 * s), (50 * s, 31 * s, 24 * s), power=2.4)
    leaves = Grain(build.seed % 7919, 4.5)
    stem = tube(
        [(0, 14, -8), (0, 16, -18), (0, 20, -32), (0, 30, -62), (0, 32, -120)],
        [9, 15, 14, 11, 9],
        pieces=10,
    )
    around = tube(
        [(0, 16, -20), (0, 20, -34), (0, 30, -62), (0, 32, -120)], [16, 17, 14, 12], pieces=8
    )
    cisterns = Ellipsoid((0, 2, -24), (20, 16, 9), power=2.5)
    return [
        Part(Tissue.CSF, cerebellum.grown(2.5), DEEP - 2),
        Part(Tissue.GREY, cerebellum, DEEP - 1, Grain(23, 3)),
        Part(Tissue.WHITE, cerebellum.grown(-9), DEEP, None, (Grain(31, 8), 2.5)),
        Part(Tissue.CSF, cerebellum, DEEP + 1, sheet=(leaves, 3.0, 0.25)),
        Part(Tissue.CSF, cisterns, FLUID),
        Part(Tissue.CSF, around, FLUID),
        Part(Tissue.WHITE, stem, FLUID + 1),
        Part(Tissue.CSF, Ellipsoid((0, 37 * s, -33), (7, 5.5, 9)), FLUID + 2),
    ]


def _dura(inner: Ellipsoid) -> list[Part]:
    """The falx between the hemispheres, with fluid on both sides above the corpus callosum."""
    cleft = Both(inner, Ellipsoid((0, 6, 86), (2.2, 120, 62)))
    ends = [Both(inner, Ellipsoid((0, y, 10), (1.8, 26, 40))) for y in (-78, 84)]
    falx = Both(inner, Ellipsoid((0, 6, 88), (0.75, 120, 60)))
    return [
        *(Part(Tissue.CSF, shape, FLUID) for shape in (cleft, *ends)),
        Part(Tissue.DURA, falx, DURA),
        Part(Tissue.DURA, Without(inner.grown(0.8), inner), DURA),
    ]


def _base(s: float, seed: int) -> list[Part]:
    """The petrous bones with air cells, the clivus, the cheek bones, the floor in front."""
    cells = Grain(seed % 101, 4.5)
    petrous = [
        tube([(x * 14, 18, -46), (x * 36, 26, -46), (x * 58, 34, -46)], [7, 10, 15], pieces=4)
        for x in (-1, 1)
    ]
    mastoid = [Ellipsoid(p, (12, 15, 19)) for p in pair(57 * s, 34 * s, -56 * s)]
    cheeks = [
        tube([(x * 38, -84, -58), (x * 62, -62, -56), (x * 70, -10, -50)], [7, 5, 3.5], pieces=6)
        for x in (-1, 1)
    ]
    floor = Ellipsoid((0, -52 * s, -31), (42 * s, 34 * s, 3.0))
    clivus = tube([(0, 2, -34), (0, 10, -62)], [11, 9])
    return [
        Part(Tissue.CORTEX, floor, BASE - 1, core=(Tissue.MARROW, 1.5)),
        Part(Tissue.CORTEX, clivus, BASE, Grain(17, 3), core=(Tissue.MARROW, 1.5)),
        *(Part(Tissue.CORTEX, shape, BASE) for shape in petrous),
        *(Part(Tissue.CORTEX, shape, BASE, core=(Tissue.MARROW, 2.0)) for shape in mastoid),
        *(
            Part(Tissue.AIR, shape.grown(-2.5), BASE + 1, sheet=(cells, 5, 3.2))
            for shape in mastoid
        ),
        *(
            Part(Tissue.AIR, tube([(x * 56, 20, -48), (x * 84, 20, -50)], [3, 4]), BASE + 2)
            for x in (-1, 1)
        ),
        *(Part(Tissue.CORTEX, shape, BASE, core=(Tissue.MARROW, 1.6)) for shape in cheeks),
    ]


def _orbits(s: float) -> list[Part]:
    parts = []
    for x in (-1, 1):
        cone: Shape = Ellipsoid(
            (x * 31 * s, -62 * s, -44 * s), (20, 30, 19), turned(about_z=-x * 0.28)
        )
        globe = Ellipsoid((x * 33 * s, -77 * s, -44 * s), (12.2, 12.4, 12.2))
        nerve = tube([(x * 31 * s, -64 * s, -44 * s), (x * 14, -34, -42)], 2.2, pieces=3)
        muscles = [
            tube(
                [(x * (33 + d) * s, -70 * s, -44 * s), (x * (20 + d * 0.3), -38, -43)],
                1.9,
                pieces=3,
            )
            for d in (-12, 12)
        ]
        parts += [
            Part(Tissue.CORTEX, cone, ORBIT),
            Part(
                Tissue.FAT,
                Ellipsoid(
                    (x * 31 * s, -64 * s, -44 * s), (17.5, 28, 16.5), turned(about_z=-x * 0.28)
                ),
                ORBIT + 1,
            ),
            *(Part(Tissue.MUSCLE, shape, ORBIT + 2) for shape in (nerve, *muscles)),
            Part(Tissue.SKIN, globe.grown(1.2), ORBIT + 3),
            Part(Tissue.EYE, globe, ORBIT + 4),
            Part(
                Tissue.LENS, Ellipsoid((x * 33 * s, -86 * s, -44 * s), (4.6, 2.2, 4.6)), ORBIT + 5
            ),
        ]
    return parts


def _sinuses(s: float) -> list[Part]:
    cells = Grain(37, 6)
    ethmoid = Ellipsoid((0, -60 * s, -46 * s), (13, 28, 16), power=3.0)
    sphenoid = Ellipsoid((0, -28 * s, -48 * s), (15, 12, 11), power=2.5)
    maxillary = [Ellipsoid(p, (15, 17, 17)) for p in pair(30 * s, -58 * s, -78 * s)]
    frontal = [Ellipsoid(p, (12, 5.5, 13)) for p in pair(12, -82 * s, -22 * s)]
    nasal = Ellipsoid((0, -64 * s, -76 * s), (14, 32, 20), power=3.0)
    return [
        *(
            Part(Tissue.CORTEX, shape.grown(1.4), SINUS)
            for shape in (ethmoid, sphenoid, *maxillary, *frontal)
        ),
        *(Part(Tissue.AIR, shape, SINUS + 1) for shape in (sphenoid, *maxillary, *frontal)),
        Part(Tissue.AIR, ethmoid, SINUS + 1, sheet=(cells, 5, 5.5)),
        Part(Tissue.SOFT, nasal, SINUS + 1),
        Part(Tissue.AIR, nasal, SINUS + 2, sheet=(Grain(41, 8), 5, 2.8)),
        Part(Tissue.CORTEX, Ellipsoid((0, -62 * s, -60 * s), (0.8, 34, 40)), SINUS + 3, weight=0.7),
    ]
