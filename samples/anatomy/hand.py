"""The hand: eight bones of the wrist, nineteen of palm and fingers, and the forearm."""

from dataclasses import dataclass

import numpy as np

from samples.anatomy.build import Build
from samples.canvas import Part
from samples.shapes import Ellipsoid, Tube, tube
from samples.tissues import Tissue

SKIN, MUSCLE, BONES = 0, 1, 10

# For each finger from thumb to little finger: base in the palm, direction (radians from upwards,
# to the thumb's side), lengths of the palm's bone and of the finger's, and the width of the bone.
FINGERS = (
    ((33.0, 14.0), 0.72, (44, 32, 25), 5.4),
    ((17.0, 27.0), 0.17, (66, 42, 25, 18), 4.8),
    ((5.0, 29.0), 0.03, (63, 46, 30, 19), 5.0),
    ((-7.0, 26.0), -0.10, (56, 42, 28, 19), 4.6),
    ((-18.0, 21.0), -0.25, (52, 34, 20, 17), 4.2),
)
WRIST = (
    (17, 4, 9, 11), (4, 0, 9, 9), (-9, 2, 8, 9), (-14, 5, 6, 6),
    (26, 15, 8, 7), (15, 17, 7, 7), (4, 16, 8, 12), (-9, 15, 8, 9),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hand:
    """The parts of a hand lying flat, and the middle lines of its long bones by name."""

    parts: tuple[Part, ...]
    long_bones: dict[str, Tube]
    side: float
    build: Build


def hand(build: Build, side: float) -> Hand:
    """A right (-1) or left (1) hand, palm to the film, fingers up; y is its thickness."""
    rng = build.rng(31)
    spread = rng.normal(0, 0.03, 5)
    rays = [_ray(i, build.scale, side, float(spread[i])) for i in range(5)]
    long_bones = {
        f"{finger} {n}": bone for finger, ray in enumerate(rays) for n, bone in enumerate(ray)
    }
    long_bones |= _forearm(build.scale, side)
    parts = (
        *_flesh(rays, build, side),
        *(part for name, bone in long_bones.items() for part in shaft(bone, name)),
        *(part for row in WRIST for part in _carpal(row, build.scale, side)),
    )
    return Hand(parts, long_bones, side, build)


def _ray(finger: int, s: float, side: float, spread: float) -> list[Tube]:
    """The bones of one finger from the palm to the tip, each wide at both ends."""
    (x, z), lean, lengths, width = FINGERS[finger]
    at, bones = np.array([x, 0.0, z]), []
    for number, length in enumerate(lengths):
        angle = lean * (1.0 if number == 0 or finger == 0 else 1.25) + spread * number
        way = np.array([np.sin(angle), 0.0, np.cos(angle)])
        bones.append(
            _long(
                at,
                at + way * length,
                width * (1 - 0.13 * number),
                s,
                side,
                number == len(lengths) - 1,
            )
        )
        at = at + way * (length + 3.2)
    return bones


def _long(
    start: np.ndarray, end: np.ndarray, width: float, s: float, side: float, tip: bool
) -> Tube:
    share = np.array([0.0, 0.06, 0.2, 0.5, 0.78, 0.92, 1.0])
    wide = np.array([1.05, 1.42, 1.0, 0.76, 0.9, 1.18, 0.8])
    if tip:
        wide = np.array([1.1, 1.5, 0.9, 0.6, 0.6, 1.0, 0.5])
    points = start + (end - start) * share[:, None]
    return tube(points * np.array([side * s, s, s]), width * wide * s, (1.0, 0.85, 1.0), 16)


def _forearm(s: float, side: float) -> dict[str, Tube]:
    points = np.array([side * s, s, s])
    radius = (
        np.array(
            [(14, 0, -8), (14, 0, -20), (13.5, 0, -32), (13, 0, -50), (12.5, 0, -80), (12, 0, -110)]
        )
        * points
    )
    ulna = (
        np.array([(-14, 0, -12), (-14, 0, -22), (-13.5, 0, -40), (-13, 0, -75), (-13, 0, -110)])
        * points
    )
    return {
        "radius": tube(radius, np.array([13, 14, 10, 7.6, 7, 6.8]) * s, (1.0, 0.8, 1.0), 14),
        "ulna": tube(ulna, np.array([6, 7.6, 5.6, 5.4, 5.6]) * s, (1.0, 0.9, 1.0), 12),
    }


def shaft(bone: Tube, name: str) -> list[Part]:
    """A long bone: a thick shell around a core, seen through by radiographs."""
    depth = float(np.clip(0.32 * bone.radii.min(), 0.8, 1.8))
    return [Part(Tissue.CORTEX, bone, BONES, core=(Tissue.MARROW, depth), fine=True, name=name)]


def _carpal(row: tuple[int, int, int, int], s: float, side: float) -> list[Part]:
    x, z, wide, tall = row
    bone = Ellipsoid((side * x * s, 0, z * s), (wide * s, 7.5 * s, tall * 0.86 * s), power=2.6)
    return [Part(Tissue.CORTEX, bone, BONES, core=(Tissue.MARROW, 0.8))]


def _flesh(rays: list[list[Tube]], build: Build, side: float) -> list[Part]:
    s, thick = build.scale, 5.0 + build.fat * 0.08
    parts = []
    for finger, ray in enumerate(rays):
        points = np.vstack([bone.points[[0, 8, 16]] for bone in ray])
        wide = np.concatenate([bone.radii[[0, 8, 16]] for bone in ray])
        around = tube(
            points, np.maximum(wide, 4.6) * 0.55 + thick + (2 if finger == 0 else 0), pieces=14
        )
        parts += _soft(around)
    palm = tube(np.array([(side * 2, 0, 18), (side * 4, 0, 60), (side * 4, 0, 84)]) * s,
                np.array([31, 38, 38]) * s, (1.0, 0.34, 1.0), 6)  # fmt: skip
    ball = Ellipsoid((side * 30 * s, -3, 38 * s), (17 * s, 13 * s, 30 * s))
    wrist = tube(
        np.array([(0, 0, 24), (0, 0, -10), (0, 0, -110)]) * s,
        np.array([29, 28, 33]) * s,
        (1.0, 0.62, 1.0),
        6,
    )
    return [*parts, *_soft(palm), *_soft(wrist), Part(Tissue.MUSCLE, ball, MUSCLE)]


def _soft(shape: Tube) -> list[Part]:
    return [
        Part(Tissue.SKIN, shape, SKIN, core=(Tissue.FAT, 1.4)),
        Part(Tissue.MUSCLE, shape.grown(-3.2), MUSCLE),
    ]
