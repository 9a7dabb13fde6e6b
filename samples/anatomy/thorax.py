"""The chest: lungs with vessels and airways, heart, great vessels, ribs, spine, shoulders."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from samples.anatomy.build import Build
from samples.canvas import Part
from samples.grid import Field, Point, vector
from samples.shapes import (
    Both,
    Bounds,
    Bundle,
    Drum,
    Ellipsoid,
    Plate,
    Smooth,
    Tube,
    tube,
    turned,
)
from samples.texture import Grain
from samples.tissues import Tissue
from samples.vessels import grow

# Half width, half depth and middle (towards the back) of the rib cage's inside at each height, mm.
HEIGHTS = np.array([-260, -180, -130, -80, -30, 20, 60, 90, 110, 124, 134], np.float32)
WIDTHS = np.array([128, 134, 137, 136, 132, 124, 112, 92, 72, 50, 20], np.float32)
DEPTHS = np.array([84, 92, 96, 96, 92, 84, 72, 58, 46, 33, 12], np.float32)
MIDDLES = np.array([0, 0, 2, 4, 6, 9, 15, 22, 27, 31, 34], np.float32)


@dataclass(frozen=True, slots=True)
class Cavity:
    """The inside of the rib cage, less `inset` mm; narrower to the top by `apex` mm more."""

    build: Build
    inset: float = 0.0
    apex: float = 0.0

    @property
    def bounds(self) -> Bounds:
        """A box around it."""
        scale = self.build.scale
        return (-140 * scale, -100 * scale, -260 * scale), (140 * scale, 105 * scale, 136 * scale)

    def at(self, z: Field) -> tuple[Field, Field, Field]:
        """Half width, half depth and middle at each height."""
        height = z / self.build.scale
        width, depth, middle = (
            np.interp(height, HEIGHTS, table).astype(np.float32) * np.float32(self.build.scale)
            for table in (WIDTHS, DEPTHS, MIDDLES)
        )
        shrink = self.inset + self.apex * np.clip((height + 20) / 150, 0, 1)
        return np.maximum(width - shrink, 1), np.maximum(depth - shrink, 1), middle

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """Distance to the wall along its superellipse."""
        width, depth, middle = self.at(z)
        across, along = np.square(x / width), np.square((y - middle) / depth)
        far = np.sqrt(np.sqrt(across * across + along * along + 1.0 * across * along))
        top = z - np.float32(132 * self.build.scale - self.inset - self.apex)
        wall: Field = np.maximum((far - 1) * np.minimum(width, depth), top)
        return wall


@dataclass(frozen=True, slots=True)
class Trunk:
    """The outside of the body, `inset` mm under the skin, with shoulders when arms hang down."""

    build: Build
    inset: float = 0.0
    shoulders: bool = True

    @property
    def bounds(self) -> Bounds:
        """A box around it."""
        reach = 175 * self.build.scale + self._padding
        return (-reach - 50, -reach, -400), (reach + 50, reach, 330)

    @property
    def _padding(self) -> float:
        return self.build.fat + self.build.muscle - self.inset

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """Distance to the skin along a superellipse; the neck is a part of its own."""
        width, depth, middle = Cavity(self.build).at(np.minimum(z, np.float32(60)))
        scale = np.float32(self.build.scale)
        width, depth = width + self._padding, depth + self._padding + 6 * scale
        middle = middle + 8 * scale
        rise: Field = np.clip((z / scale - 60) / 60, 0, 1)
        rise = rise * rise * (3 - 2 * rise)
        width = width + rise * np.float32(62 if self.shoulders else 16) * scale
        depth = depth - rise * np.float32(12) * scale
        across, along = np.square(x / width), np.square((y - middle) / depth)
        far = np.sqrt(np.sqrt(across * across + along * along + 1.5 * across * along))
        fall = 0.40 * np.sqrt(x * x + 1600) + 40 * (x / (215 * scale)) ** 8 + (y - 20) ** 2 / 260
        slope = (fall + z - 198 * scale + self.inset) * 0.9
        body: Field = np.maximum((far - 1) * np.minimum(width, depth), slope)
        return body


@dataclass(frozen=True, slots=True)
class Dome:
    """What lies above one half of the diaphragm, on that side of the midline."""

    side: float  # -1 right, 1 left
    top: float
    scale: float

    @property
    def bounds(self) -> Bounds:
        """Half of space."""
        near, far = (-1e3, -3.0) if self.side < 0 else (3.0, 1e3)
        return (near, -1e3, -160 * self.scale), (far, 1e3, 1e3)

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """Height below the dome, and the distance beyond the midline."""
        out = (x * self.side / self.scale - 56) / 76
        back = (y / self.scale - 2) / 84
        drop = 46 * out * out + np.where(back > 0, 72, 30) * back * back
        below = (self.top - drop * self.scale) - z
        made: Field = np.maximum(below * 0.8, 4 - x * self.side)
        return made


@dataclass(frozen=True, slots=True)
class Lung:
    """One lung: the cavity above the dome."""

    cavity: Cavity
    dome: Dome

    @property
    def bounds(self) -> Bounds:
        """The cavity's box on this side."""
        (a, b), (c, d) = self.cavity.bounds, self.dome.bounds
        low, high = np.maximum(a, c), np.minimum(b, d)
        return (float(low[0]), float(low[1]), float(low[2])), (
            float(high[0]), float(high[1]), float(high[2]),
        )  # fmt: skip

    def distance(self, x: Field, y: Field, z: Field) -> Field:
        """The largest of the distances to the wall, to the dome and to the rounded top."""
        scale = self.dome.scale
        apex = 0.8 * (z - 130 * scale + 0.010 * np.square(x * self.dome.side - 40 * scale))
        apex = apex + np.float32(self.cavity.inset + self.cavity.apex)
        walls = np.maximum(self.cavity.distance(x, y, z), self.dome.distance(x, y, z))
        made: Field = np.maximum(walls, apex)
        return made

    def inside(self, points: NDArray[np.float32], margin: float) -> NDArray[np.bool_]:
        """Which of the points (n, 3) lie deeper than so many mm."""
        x, y, z = points.T
        return self.distance(x, y, z) < -margin


@dataclass(frozen=True, slots=True)
class Chest:
    """The parts of a chest and the landmarks that findings need."""

    parts: tuple[Part, ...]
    inner: tuple[Part, ...]  # those that are the same wherever the arms are
    lungs: dict[float, Lung]  # by side: -1 right, 1 left
    build: Build
    erect: bool


def chest(build: Build, erect: bool, arms: bool) -> Chest:
    """A chest, standing (a deep breath) or lying, with or without the arms beside it."""
    inner, lungs = _inner(build, erect), _lungs(build, erect)
    parts = (*_trunk(build, arms, erect), *inner, *_shoulders(build, arms))
    return Chest(parts, inner, lungs, build, erect)


@lru_cache(maxsize=2)
def _inner(build: Build, erect: bool) -> tuple[Part, ...]:
    """What lies in the trunk, made once for all views of it."""
    return (
        *_abdomen(build),
        *(part for s, lung in _lungs(build, erect).items() for part in lung_parts(build, s, lung)),
        *_mediastinum(build),
        *_heart(build),
        *_great_vessels(build),
        *_airways(build),
        *_spine(build),
        *_ribs(build),
    )


def _lungs(build: Build, erect: bool) -> dict[float, Lung]:
    return {side: lung_of(build, side, erect) for side in (-1.0, 1.0)}


SKIN, FAT, MUSCLE, CAVITY, ORGANS, LUNGS, IN_LUNGS = 0, 1, 2, 3, 4, 10, 15
MEDIASTINUM, HEART, VESSELS, AIRWAYS, BONES, MARROW = 20, 22, 24, 26, 40, 41


def _trunk(build: Build, arms: bool, erect: bool) -> list[Part]:
    scale = build.scale
    flesh = build.fat + build.muscle
    neck = tube([(0, 14, 110), (0, 8, 170), (0, -2, 330)], [70, 58, 60], pieces=4)
    neck = Tube(neck.points * np.float32(scale), neck.radii * np.float32(scale))
    parts = [
        Part(Tissue.SKIN, Smooth(Trunk(build, 0, arms), 2), SKIN, core=(Tissue.FAT, 2.0)),
        Part(Tissue.SKIN, neck, SKIN, core=(Tissue.FAT, 2.0)),
        Part(
            Tissue.MUSCLE,
            Smooth(Trunk(build, build.fat, arms), 2),
            MUSCLE,
            Grain(7, 5),
            (Grain(11, 14), 1.3),
        ),
        Part(Tissue.MUSCLE, neck.grown(-2 - build.fat * 0.4), MUSCLE, Grain(7, 5)),
        Part(Tissue.FAT, Smooth(Cavity(build, -1.5), 2), CAVITY),
    ]
    return [
        *parts,
        *_muscles(build, arms),
        *(_breasts(build, flesh, erect) if build.female else []),
    ]


def _muscles(build: Build, arms: bool) -> list[Part]:
    """Beside the spine, on the chest, under the shoulder blades, and the lining of the back."""
    s, thick = build.scale, build.muscle / 12
    under = Trunk(build, 2 + build.fat * 0.55, arms)
    parts = [
        Part(
            Tissue.MUSCLE,
            tube(
                np.array([(0, 92, 140), (0, 92, 20), (0, 88, -260)]) * s,
                30 * s,
                (1.0, 0.62, 1.0),
                8,
            ),
            CAVITY + 1,
        )
    ]
    for side in (-1, 1):
        back = np.array([(side * 30, 92, 150), (side * 32, 112, 20), (side * 34, 104, -260)])
        breast = Ellipsoid(
            (side * 72 * s, -74 * s, 62 * s),
            (58 * s, 11 * thick, 44 * s),
            turned(about_z=side * 0.42),
        )
        blade = Ellipsoid(
            (side * 116 * s, 56 * s, 70 * s),
            (40 * s, 17 * thick, 62 * s),
            turned(about_z=-side * 0.65),
        )
        flank = Ellipsoid((side * 142 * s, 20, 0), (9 * thick, 58, 110), power=3.0)
        parts += [
            Part(
                Tissue.MUSCLE,
                tube(back * s, 26 * s * thick**0.5, (1.0, 0.72, 1.0), 8),
                MUSCLE,
                Grain(7, 5),
            ),
            *(
                Part(Tissue.MUSCLE, Both(shape, under), MUSCLE, Grain(7, 5))
                for shape in (breast, blade, flank)
            ),
        ]
    return parts


def _breasts(build: Build, flesh: float, erect: bool) -> list[Part]:
    """Hanging forwards and down in someone who stands, flat in someone who lies."""
    size, s = 30 + build.fat * 0.8, build.scale
    out, front, up = (74, -70, -26) if erect else (84, -50, 0)
    radii = (
        (size * 1.25, size * 0.7, size * 1.5) if erect else (size * 1.6, size * 0.62, size * 1.6)
    )
    parts = []
    for side in (-1, 1):
        lean = turned(about_x=0.5) if erect else turned(about_z=side * 0.5)
        centre = (side * (out * s + 0.3 * flesh), front * s - flesh * 0.75, up * s)
        skin = Ellipsoid(centre, radii, lean)
        gland = skin.grown(-0.34 * size)
        parts += [
            Part(Tissue.SKIN, skin, SKIN, core=(Tissue.FAT, 2.0)),
            Part(
                Tissue.SOFT,
                Both(gland, skin.grown(-13)),
                FAT,
                None,
                (Grain(21, 12), 5.0),
                weight=0.7,
            ),
        ]
    return parts


def _abdomen(build: Build) -> list[Part]:
    """What radiographs and low slices show under the domes."""
    scale, top = build.scale, -52 - build.breath
    liver = Ellipsoid((-52 * scale, 0, top - 74), (92 * scale, 84 * scale, 82), power=2.6)
    lobe = Ellipsoid((10 * scale, -40, top - 46), (62 * scale, 38, 34))
    spleen = Ellipsoid((92 * scale, 38, top - 58), (30, 50 * scale, 48), turned(about_x=0.3))
    stomach = Ellipsoid((62 * scale, -12, top - 56), (42, 46, 42), turned(about_y=0.4))
    gas = Ellipsoid((60 * scale, -26, top - 40), (30, 28, 19))
    return [
        Part(Tissue.LIVER, liver, ORGANS, Grain(5, 6)),
        Part(Tissue.LIVER, lobe, ORGANS, Grain(5, 6)),
        Part(Tissue.SPLEEN, spleen, ORGANS, Grain(6, 6)),
        Part(Tissue.SOFT, stomach, ORGANS),
        Part(Tissue.FLUID, stomach.grown(-4), ORGANS),
        Part(Tissue.AIR, gas, ORGANS),
    ]


def lung_of(build: Build, side: float, erect: bool, collapsed: float = 0.0) -> Lung:
    """One lung, so many mm away from its wall when it is collapsed."""
    top = (-54 if side < 0 else -66) - build.breath - (0 if erect else -14)
    cavity = Cavity(build, 2.5 + collapsed * 0.45, collapsed)
    return Lung(cavity, Dome(side, top * build.scale, build.scale))


@lru_cache(maxsize=8)
def _tree(build: Build, side: float, lung: Lung) -> Bundle:
    """The vessels of a lung, the same in every view of it."""
    rng = build.rng(3, int(side) + 1)
    hilum = (side * 32 * build.scale, 8.0, (2.0 if side < 0 else 12.0) * build.scale)
    return grow(hilum, lambda points: lung.inside(points, 4), lung.bounds, 420, rng)


def lung_parts(build: Build, side: float, lung: Lung) -> list[Part]:
    """A lung and its vessels."""
    tree = _tree(build, side, lung)
    return [
        Part(Tissue.LUNG, Smooth(lung), LUNGS, Grain(3, 6), name=f"lung {side:+.0f}"),
        Part(Tissue.VESSEL, tree, LUNGS + 1, fine=True, name=f"lung {side:+.0f}"),
    ]


def _mediastinum(build: Build) -> list[Part]:
    """Fat and soft tissue between the lungs, wider at the arch and towards the diaphragm."""
    s = build.scale
    path = np.array([(0, 6, 150), (0, 2, 95), (3, -4, 50), (4, -6, 0), (6, -4, -50), (8, -4, -84)])
    core = tube(path * s, np.array([24, 25, 30, 29, 30, 26]) * s, (1.0, 1.55, 1.0), 9)
    front = tube([(0, -62 * s, 60), (2, -70 * s, 0), (8, -74 * s, -80)], [7, 7, 16], pieces=5)
    thymus = Ellipsoid((0, -42 * s, 45 * s), (16 * s, 26 * s, 40 * s))
    strands = Grain(13, 10)
    return [
        Part(Tissue.FAT, core, MEDIASTINUM, strands),
        Part(Tissue.FAT, front, MEDIASTINUM, strands),
        Part(Tissue.FAT, thymus, MEDIASTINUM, strands),
        *(
            Part(Tissue.MUSCLE, tube([(x * s, 10, 230), (x * 0.8 * s, 12, 128)], 9), MEDIASTINUM)
            for x in (-26, 26)
        ),
    ]


def _heart(build: Build) -> list[Part]:
    """Muscle around four chambers; the long axis runs to the left, the front and down."""
    s, h = build.scale, build.scale * build.heart
    low = -8 * (build.heart - 1) * 10 - build.breath * 0.6
    turn = turned(about_z=-0.62, about_y=0.55)

    def at(x: float, y: float, z: float) -> Point:
        return x * h, y * s, z * s + low

    left, right = at(34, -26, -40), at(6, -46, -38)
    muscle = [
        Ellipsoid(left, (56 * h, 40 * h, 42 * h), turn),
        Ellipsoid(right, (50 * h, 33 * h, 38 * h), turn),
    ]
    chambers = [
        (Tissue.BLOOD, Ellipsoid(at(36, -24, -42), (41 * h, 24 * h, 26 * h), turn)),
        (Tissue.VEIN, Ellipsoid(at(4, -52, -40), (36 * h, 20 * h, 30 * h), turn)),
        (Tissue.VEIN, Ellipsoid(at(-23, -22, -30), (23 * h, 29 * h, 36 * h))),
        (Tissue.BLOOD, Ellipsoid(at(8, 14, -18), (33 * h, 20 * h, 25 * h))),
    ]
    sac = [Part(Tissue.FAT, shape.grown(3), HEART - 1) for shape in muscle]
    walls = [Part(Tissue.HEART, shape.grown(2.5), HEART) for _, shape in chambers[2:]]
    return [
        *sac,
        *(Part(Tissue.HEART, shape, HEART, Grain(9, 8)) for shape in muscle),
        *walls,
        *(Part(tissue, shape, HEART + 1) for tissue, shape in chambers),
    ]


def _great_vessels(build: Build) -> list[Part]:
    s = build.scale
    wide = 1 + 0.004 * max(build.age - 40, 0)
    low = -130
    aorta = [
        (8, -16, -14), (-4, -24, 12), (-6, -20, 36), (4, -4, 52), (18, 16, 54), (25, 32, 44),
        (25, 42, 20), (22, 46, -30), (16, 44, -90), (8, 38, low - 130),
    ]  # fmt: skip
    trunk = [(14, -42, -14), (18, -36, 8), (20, -18, 22), (30, 2, 20), (46, 10, 14)]
    pulmonary_right = [(17, -22, 20), (0, -4, 14), (-22, 2, 8), (-44, 8, 0)]
    lower = (
        [(-40, 8, 4), (-46, 16, -22), (-52, 24, -46)],
        [(42, 10, 16), (48, 20, -10), (54, 28, -38)],
    )
    caval = [(-22, -14, 100), (-24, -14, 50), (-24, -16, -4)]
    heads = [
        [(2, -8, 52), (-14, -4, 80), (-26, 0, 125)],
        [(10, 2, 54), (14, 4, 90), (22, 2, 150)],
        [(20, 14, 54), (26, 18, 90), (52, 14, 122), (90, 0, 122)],
    ]
    brachial = [(26, -30, 118), (0, -28, 84), (-20, -18, 76)]

    def vessel(
        tissue: Tissue, points: Sequence[Point], radius: float, pieces: int, up: int = 0
    ) -> Part:
        return Part(tissue, tube(np.array(points) * s, radius * s, pieces=pieces), VESSELS + up)

    return [
        vessel(Tissue.VEIN, trunk, 13.5, 7),
        vessel(Tissue.VEIN, pulmonary_right, 10.5, 6),
        *(vessel(Tissue.VEIN, points, 7.5, 4) for points in lower),
        vessel(Tissue.VEIN, caval, 10, 4),
        vessel(Tissue.VEIN, brachial, 7, 4),
        vessel(Tissue.VEIN, [(-18, 10, -60), (-16, 10, -130), (-14, 22, -260)], 12, 4),
        vessel(Tissue.BLOOD, aorta, 13.2 * wide, 18, 1),
        *(vessel(Tissue.BLOOD, points, 5.5, 5, 1) for points in heads),
        Part(
            Tissue.SOFT,
            tube(
                np.array([(6, 30, 140), (4, 30, 30), (8, 30, -60), (22, 12, -120)]) * s, 7, pieces=6
            ),
            VESSELS,
        ),
    ]


def _airways(build: Build) -> list[Part]:
    s = build.scale
    paths = [
        ([(0, -2, 330), (0, 2, 170), (-1, 12, 90), (-2, 18, 32)], 8.6, 8),
        ([(-3, 18, 34), (-20, 18, 18), (-38, 14, 6)], 6.6, 3),
        ([(-26, 17, 14), (-40, 18, -12), (-50, 26, -40)], 4.6, 4),
        ([(-30, 16, 14), (-44, 10, 24), (-56, 4, 40)], 3.6, 4),
        ([(0, 18, 34), (22, 20, 16), (42, 16, 6)], 6.0, 3),
        ([(38, 17, 8), (48, 24, -18), (54, 32, -46)], 4.4, 4),
        ([(36, 16, 10), (50, 6, 22), (58, 0, 40)], 3.5, 4),
    ]
    tubes = [
        tube(np.array(points) * s, radius * s, pieces=count) for points, radius, count in paths
    ]
    walls = [Part(Tissue.WALL, shape.grown(1.6), AIRWAYS) for shape in tubes]
    return [*walls, *(Part(Tissue.AIR, shape, AIRWAYS + 1) for shape in tubes)]


VERTEBRAE = 15  # from the lowest cervical one down to the first lumbar ones
LEVEL = 25.5  # mm from one to the next in the middle of the back


def spine_levels(build: Build, count: int = VERTEBRAE) -> list[tuple[Point, float]]:
    """Middle and half width of each vertebral body from the neck down."""
    levels, z = [], 176.0
    for index in range(count + 1):
        size = 0.66 + 0.026 * min(index, 17)
        y = 66 - 30 * ((z - 10) / 150) ** 2 if z > 10 else 66 - 14 * ((z - 10) / 240) ** 2
        levels.append(((0.0, y * build.scale, z * build.scale), 19.5 * size * build.scale))
        z -= LEVEL * (0.72 + 0.025 * min(index, 17))
    return levels


def _spine(build: Build) -> list[Part]:
    levels = spine_levels(build)
    return [part for level in levels for part in vertebra(build, *level)]


def vertebra(build: Build, middle: Point, half: float) -> list[Part]:
    """Body, arch and processes around the canal."""
    x, y, z = middle
    tall = half * 0.62
    body = Drum(middle, (half, half * 0.8), tall, 0.06)
    back = y + half * 0.8
    ends = build.rng(5, int(z) + 400).normal(0, 1.2, 2)
    arch = [
        [(x - half * 0.75, back - 3, z + 3), (x - half * 0.7, back + 10, z), (x, back + 20, z - 4)],
        [(x + half * 0.75, back - 3, z + 3), (x + half * 0.7, back + 10, z), (x, back + 20, z - 4)],
        [(x, back + 18, z - 2), (x + ends[0], back + 34, z - 18), (x + ends[0], back + 40, z - 24)],
        [(x - half * 0.7, back + 6, z), (x - half * 1.75, back + 14, z + 2)],
        [(x + half * 0.7, back + 6, z), (x + half * 1.75, back + 14, z + 2)],
    ]
    canal = Ellipsoid((x, back + 7, z), (half * 0.55, 8, LEVEL * 0.6))
    wide = np.array([3.8, 3.8, 2.4, 3.2, 3.2]) * half / 18
    bones = [tube(points, radius) for points, radius in zip(arch, wide, strict=True)]
    disc = Drum((x, y, z - tall - 2.6), (half * 0.95, half * 0.76), 4.5)
    return [
        Part(Tissue.CARTILAGE, disc, BONES - 2),
        Part(Tissue.CORTEX, body, BONES, Grain(17, 3), core=(Tissue.MARROW, 0.7)),
        *(Part(Tissue.CORTEX, bone, BONES, core=(Tissue.MARROW, 0.5), fine=True) for bone in bones),
        Part(Tissue.CSF, canal, MARROW),
    ]


def rib_path(build: Build, number: int, side: float) -> NDArray[np.float32]:
    """The middle line of rib 1 to 12 from the spine to its bony end, (n, 3)."""
    start, end = (
        0.17,
        (1.75, 2.15, 2.3, 2.38, 2.42, 2.42, 2.38, 2.25, 2.05, 1.85, 1.3, 0.9)[number - 1],
    )
    angle = np.linspace(start, end, 12)
    top = 142 - 24.2 * (number - 1) * (0.86 + 0.014 * number)
    drop = (22, 42, 58, 70, 80, 88, 94, 98, 96, 90, 66, 44)[number - 1]
    turn = (1 - np.cos(angle)) / 2
    z = top - drop * (0.2 * turn + 0.8 * turn**1.25) - 4 + 6 * np.exp(-(((angle - 0.3) / 0.2) ** 2))
    wide, deep, middle = Cavity(build, -3.5).at(
        (np.minimum(z, 118) * build.scale).astype(np.float32)
    )
    x = side * wide * np.sin(angle) ** 0.78
    y = middle + deep * 1.02 * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.8
    return np.column_stack([x, y, z * build.scale]).astype(np.float32)


def _ribs(build: Build) -> list[Part]:
    parts = []
    for number in range(1, 13):
        for side in (-1.0, 1.0):
            path = rib_path(build, number, side)
            parts += rib_bone(build, path, number, side)
    return [*parts, *_sternum(build)]


def lower_ribs(build: Build) -> list[Part]:
    """The bones of the last five pairs."""
    pairs = [(number, side) for number in range(8, 13) for side in (-1.0, 1.0)]
    return [rib_bone(build, rib_path(build, n, side), n, side)[0] for n, side in pairs]


RIB = (0.62, 0.62, 1.0)  # a rib is taller than thick


def rib_bone(build: Build, path: NDArray[np.float32], number: int, side: float) -> list[Part]:
    """The bone along a path, and the cartilage that joins it to the sternum."""
    last = 3.0 if number > 10 else 6.8
    widths = (
        np.interp(np.linspace(0, 11, len(path)), [0, 2, 6, 11], [4.4, 5.2, 5.8, last]) * build.scale
    )
    bone = tube(path, widths, RIB, pieces=16)
    parts = [
        Part(
            Tissue.CORTEX,
            bone,
            BONES,
            core=(Tissue.MARROW, 1.6),
            fine=True,
            name=f"rib {number} {side:+.0f}",
        ),
    ]
    if number > 10:  # these two float
        return parts
    joint = (side * 17.0, -84.0, max(78.0 - 17.5 * (number - 1), -52.0))
    end = path[-1]
    middle = (end + vector(joint)) / 2 + vector([0, -4, -9 if number > 4 else 0])
    gristle = tube([end, middle, np.array(joint) * build.scale], [5.5, 5, 4.5], RIB, pieces=4)
    return [*parts, Part(Tissue.CARTILAGE, gristle, BONES - 1)]


def _sternum(build: Build) -> list[Part]:
    s = build.scale
    front = -(80 + 4) * s
    pieces = [
        Ellipsoid((0, front + 12 * s, 88 * s), (26 * s, 6.5, 24 * s), turned(about_x=0.3), 4.0),
        Ellipsoid((0, front - 1, 22 * s), (15 * s, 5.5, 50 * s), turned(about_x=0.12), 4.0),
    ]
    return [
        Part(Tissue.CORTEX, piece, BONES, Grain(17, 3), core=(Tissue.MARROW, 1.0))
        for piece in pieces
    ]


def _shoulders(build: Build, arms: bool) -> list[Part]:
    return [part for side in (-1.0, 1.0) for part in _shoulder(build, side, arms)]


def _shoulder(build: Build, side: float, arms: bool) -> list[Part]:
    """Clavicle and scapula; the arm hangs down when the person stands and is away when not."""
    s = build.scale
    up = 0.0 if arms else 22.0
    clavicle = [(16, -66, 104), (55, -62, 108), (105, -30, 118 + up), (150, 2, 128 + up)]
    corners = [(104, 62, 124), (152, 36, 122), (122, 76, 0)]
    spine = [(104, 66, 104), (135, 58, 120), (158, 20, 134)]
    near = 1.0 if arms else 0.88
    points = np.array([side * s * near, s * near, s])
    a, b, c = (tuple(float(v) for v in np.array(corner) * points) for corner in corners)
    bones = [
        tube(np.array(clavicle) * points, np.array([2.5, 6.4, 5.4, 5]) * s, pieces=10),
        tube(np.array(spine) * points, 5.0 * s, pieces=6),
        tube(np.array([corners[1], (146, 54, 60), corners[2]]) * points, 4.2 * s, pieces=6),
    ]
    if arms:
        shaft = [
            (166, 20, 132),
            (167, 20, 124),
            (169, 18, 112),
            (173, 16, 94),
            (186, 14, 40),
            (200, 10, -140),
        ]
        wide = np.array([8, 19, 23, 17, 11.5, 11]) * s
        bones.append(tube(np.array(shaft) * points, wide, pieces=24))
    return [
        *(_arm(build, side) if arms else []),
        Part(Tissue.MARROW, Plate((a, b, c), 3.0), BONES, fine=True),  # type: ignore[arg-type]
        *(Part(Tissue.CORTEX, bone, BONES, core=(Tissue.MARROW, 1.8), fine=True) for bone in bones),
    ]


def _arm(build: Build, side: float) -> list[Part]:
    path = np.array([(166, 18, 112), (182, 14, 60), (204, 10, -120)]) * np.array([side, 1, 1])
    outside = tube(path * build.scale, np.array([36, 44, 42]) + build.fat * 0.8, pieces=6)
    return [
        Part(Tissue.SKIN, outside, SKIN, core=(Tissue.FAT, 2.0)),
        Part(Tissue.MUSCLE, outside.grown(-build.fat * 0.8), MUSCLE),
    ]
