"""Organs are where anatomy has them, in Hounsfield units that a radiologist expects."""

import numpy as np
import pytest
from unit.samples.bodies import BUILD, WOMAN

from samples.anatomy.abdomen import belly
from samples.anatomy.build import build_for
from samples.anatomy.hand import hand
from samples.anatomy.head import head
from samples.anatomy.knee import knee
from samples.anatomy.thorax import chest
from samples.canvas import paint
from samples.grid import Axis, Grid
from samples.look import hounsfield
from samples.vessels import grow


def units(parts, point, phase="", reach=2.0):
    """The mean in a small cube around a point (x, y, z)."""
    x, y, z = point
    axes = (Axis(at - reach, reach / 2, 5) for at in (z, y, x))
    return float(paint(parts, Grid(*axes, 0.5), [hounsfield(phase)]).mean())


@pytest.fixture(scope="module")
def lying():
    return chest(BUILD, erect=False, arms=False).parts


@pytest.fixture(scope="module")
def abdomen():
    return belly(BUILD)


@pytest.mark.parametrize(
    ("point", "low", "high"),
    [
        ((0, -250, 0), -1001, -999),  # air before the chest
        ((-90, 20, 60), -950, -720),  # right lung
        ((95, 20, 60), -950, -720),  # left lung
        ((36, -24, -42), 30, 60),  # left ventricle
        ((22, 46, -30), 30, 60),  # descending aorta
        ((-1, 14, 70), -1001, -980),  # trachea
        ((-70, 0, -120), 45, 75),  # liver
        ((0, 62, 0), 60, 700),  # a vertebra
    ],
)
def test_the_chest_has_its_tissues_in_place(lying, point, low, high):
    assert low < units(lying, point) < high


def test_contrast_medium_brightens_the_aorta_and_not_the_lung(lying):
    aorta, lung = (22, 46, -30), (-90, 20, 60)
    assert units(lying, aorta, "ARTERIAL") > units(lying, aorta) + 200
    assert units(lying, lung, "ARTERIAL") == pytest.approx(units(lying, lung), abs=40)


def test_a_kidney_takes_up_contrast_medium(abdomen):
    x, y, z = abdomen.kidneys[-1.0].centre
    cortex = (x - 14, y + 8, z + 20)
    assert units(abdomen.parts, cortex, "PORTAL VENOUS") > units(abdomen.parts, cortex) + 60


def test_the_kidneys_lie_on_both_sides_of_the_spine(abdomen):
    assert abdomen.kidneys[-1.0].centre[0] < -30 < 30 < abdomen.kidneys[1.0].centre[0]


def test_the_head_has_bone_around_the_brain_and_fluid_in_it():
    parts = head(BUILD).parts
    assert units(parts, (0, -86, 20), reach=0.5) > 150
    assert 20 < units(parts, (30, -20, 40)) < 45
    assert units(parts, (9, -28, 20), reach=1.0) < 15
    assert units(parts, (0, -28, -48)) < -900  # the sphenoid sinus


def test_an_older_brain_has_wider_ventricles():
    def fluid(age):
        parts = head(build_for(3, female=True, age=age)).parts
        grid = Grid(Axis(16, 3.0, 5), Axis(-60, 1.5, 80), Axis(-40, 1.5, 54), 1.5)
        return int((paint(parts, grid, [hounsfield("")])[0] < 15).sum())

    assert fluid(85) > 1.3 * fluid(30)


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_the_fibula_and_the_thumb_are_on_the_outer_side(side):
    calf = next(part for part in knee(BUILD, side).parts if part.name == "fibula")
    thumb = hand(BUILD, side).long_bones["0 0"]
    assert calf.shape.points[:, 0].mean() * side > 25
    assert thumb.points[:, 0].mean() * side > 25


def test_a_hand_has_nineteen_long_bones_eight_of_the_wrist_and_two_of_the_forearm():
    body = hand(BUILD, 1.0)
    wrist = [part for part in body.parts if part.core and not part.name and not part.fine]
    bony = [part for part in wrist if part.tissue == "cortex"]
    assert len(body.long_bones) == 19 + 2
    assert len(bony) == 8


def test_women_have_breasts_and_people_differ():
    plain, woman = (chest(build, erect=True, arms=True).parts for build in (BUILD, WOMAN))
    assert len(woman) > len(plain)
    builds = [build_for(seed, female=False, age=40) for seed in range(30)]
    assert len({build.scale for build in builds}) == 30
    assert all(0.86 <= build.scale <= 1.1 and 5 <= build.fat <= 34 for build in builds)


def test_vessels_start_at_the_root_stay_inside_and_thin_out():
    tree = grow(
        (0, 0, 0),
        lambda points: np.linalg.norm(points, axis=1) < 50,
        ((-50, -50, -50), (50, 50, 50)),
        80,
        np.random.default_rng(1),
    )
    near = np.linalg.norm(tree.starts, axis=1) < 1e-6
    assert near.any()
    assert tree.radii[near].max() == tree.radii.max()
    assert np.linalg.norm(tree.ends, axis=1).max() < 60
    assert tree.radii.min() == pytest.approx(0.8)
