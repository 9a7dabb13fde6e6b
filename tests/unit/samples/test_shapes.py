"""Solids have the volume and the surface that geometry gives them."""

import numpy as np
import pytest

from samples.grid import Axis, Grid, axis_around
from samples.shapes import (
    Both,
    Bundle,
    Drum,
    Ellipsoid,
    Plate,
    Smooth,
    Without,
    smooth_path,
    tube,
    turned,
)

CUBE = Grid(*(axis_around(0.0, 80.0, 1.0) for _ in range(3)), 1.0)
WHOLE = tuple(slice(0, n) for n in CUBE.shape)


def volume(shape):
    x, y, z = CUBE.coordinates(WHOLE)
    filled = np.clip(0.5 - shape.distance(x, y, z), 0, 1)
    return float(np.broadcast_to(filled, CUBE.shape).sum())


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Ellipsoid((0, 0, 0), (20, 20, 20)), 4 / 3 * np.pi * 20**3),
        (Ellipsoid((2, -3, 1), (25, 15, 20), turned(0.4, 0.2, 0.9)), 4 / 3 * np.pi * 25 * 15 * 20),
        (Drum((0, 0, 0), (22, 18), 12.0, waist=0.0), np.pi * 22 * 18 * 24),
        (tube([(0, 0, -20), (0, 0, 20)], 9.0), np.pi * 9**2 * 40 + 4 / 3 * np.pi * 9**3),
        (Plate(((-30, 0, -30), (30, 0, -30), (-30, 0, 30)), 6.0), 60 * 60 / 2 * 6),
    ],
)
def test_a_solid_has_its_volume(shape, expected):
    assert volume(shape) == pytest.approx(expected, rel=0.02)


def test_a_power_of_four_is_boxier():
    round_one, boxy = (Ellipsoid((0, 0, 0), (20, 20, 20), power=p) for p in (2.0, 4.0))
    assert volume(boxy) > 1.3 * volume(round_one)
    general = Ellipsoid((0, 0, 0), (20, 20, 20), power=3.0)
    assert volume(round_one) < volume(general) < volume(boxy)


def test_what_is_common_and_what_is_cut_out_add_up():
    ball, other = Ellipsoid((0, 0, 0), (20, 20, 20)), Ellipsoid((12, 0, 0), (15, 15, 15))
    both, rest = volume(Both(ball, other)), volume(Without(ball, other))
    assert both + rest == pytest.approx(volume(ball), rel=0.001)


@pytest.mark.parametrize(
    "shape",
    [
        Ellipsoid((3, 4, -5), (25, 9, 14), turned(0.7, -0.3, 1.1)),
        Ellipsoid((3, 4, -5), (12, 9, 14), turned(0.7, -0.3, 1.1), power=4.0),
        Drum((1, 2, 3), (20, 12), 10.0, tilt=0.2),
        tube([(-20, 0, -10), (0, 10, 0), (20, -10, 15)], [3, 8, 4], (1.0, 0.6, 1.0), pieces=9),
    ],
)
def test_the_box_of_a_solid_holds_all_of_it(shape):
    x, y, z = CUBE.coordinates(WHOLE)
    inside = np.broadcast_to(shape.distance(x, y, z), CUBE.shape) < 0
    places = np.argwhere(inside)[:, ::-1] - 39.5
    low, high = shape.bounds
    assert inside.any()
    assert (places >= np.array(low) - 1e-3).all()
    assert (places <= np.array(high) + 1e-3).all()


@pytest.mark.parametrize("halvings", [1, 2])
@pytest.mark.parametrize("count", [40, 41, 63])
def test_a_smooth_shape_is_that_shape_to_what_its_curve_allows(count, halvings):
    grid = Grid(Axis(-20, 4.0, 10), Axis(-52, 1.5, count), Axis(-64, 1.5, count), 1.0)
    x, y, z = grid.coordinates(tuple(slice(0, n) for n in grid.shape))
    ball = Ellipsoid((0, 0, 0), (60, 50, 55))
    halved, exact = Smooth(ball, halvings).distance(x, y, z), ball.distance(x, y, z)
    near = np.abs(exact) < 4
    assert halved.shape == grid.shape
    assert near.sum() > 300
    assert np.abs(halved - exact)[near].max() < (1.5 * 2**halvings) ** 2 / (4 * 45)


def test_a_path_goes_through_its_points():
    points = np.array([(0, 0, 0), (10, 5, 0), (20, 0, 3), (30, 8, 9)], np.float32)
    path = smooth_path(points, 9)
    assert path[::3] == pytest.approx(points, abs=1e-5)


def test_the_box_of_a_bundle_holds_its_rods():
    ends = np.array([(0, 0, 0), (10, 20, 30)], np.float32)
    bundle = Bundle(ends[:1], ends[1:], np.array([2.0], np.float32))
    assert bundle.bounds == ((-2, -2, -2), (12, 22, 32))


def test_the_rods_near_a_box_are_those_that_reach_into_it():
    starts = np.array([(0, 0, 0), (0, 0, 50), (-30, 5, 5)], np.float32)
    ends = np.array([(5, 0, 0), (5, 0, 50), (30, 5, 5)], np.float32)
    bundle = Bundle(starts, ends, np.array([1, 2, 3], np.float32))
    assert bundle.near((4, -1, -1), (9, 9, 9)).radii.tolist() == [1, 3]
    assert bundle.near((4, -1, 48.5), (9, 9, 90)).radii.tolist() == [2]
    assert bundle.near((4, 40, 0), (9, 50, 9)).radii.tolist() == []
