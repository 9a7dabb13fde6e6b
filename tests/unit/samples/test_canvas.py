"""Painting: order, layers, blocks, grain, and clouds of points."""

import numpy as np
import pytest

from samples import cloud
from samples.canvas import Look, Part, extent, paint
from samples.grid import Axis, Grid, axis_around
from samples.shapes import Bundle, Drum, Ellipsoid, Plate, tube
from samples.texture import Grain, blurred
from samples.tissues import Tissue

PALETTE = {tissue: Look(0.0) for tissue in Tissue}
PALETTE |= {Tissue.FAT: Look(10.0), Tissue.MUSCLE: Look(20.0, 2.0), Tissue.CORTEX: Look(30.0)}
GRID = Grid(Axis(-20, 4.0, 11), axis_around(0, 64, 1.0), axis_around(0, 64, 1.0), 1.0)


def ball(radius, tissue=Tissue.FAT, order=0, **more):
    return Part(tissue, Ellipsoid((0, 0, 0), (radius, radius, radius)), order, **more)


def middle(volume):
    return volume[0, 5, 32, 32]


def test_the_higher_order_covers_whatever_the_list_says():
    volume = paint([ball(9, Tissue.CORTEX, 2), ball(20, Tissue.FAT, 1)], GRID, [PALETTE])
    assert middle(volume) == 30
    assert volume[0, 5, 32, 32 + 15] == 10


def test_a_core_lies_deeper_than_its_shell():
    part = ball(20, Tissue.CORTEX, core=(Tissue.FAT, 5.0))
    volume = paint([part], GRID, [PALETTE])
    assert middle(volume) == 10
    assert volume[0, 5, 32, 32 + 17] == 30


def test_half_a_weight_lets_half_through():
    assert middle(paint([ball(9, weight=0.5)], GRID, [PALETTE])) == 5


def test_each_palette_is_a_channel():
    other = {**PALETTE, Tissue.FAT: Look(-7.0)}
    volume = paint([ball(9)], GRID, [PALETTE, other])
    assert volume.shape == (2, *GRID.shape)
    assert volume[:, 5, 32, 32].tolist() == [10, -7]


def test_a_block_is_painted_as_it_is_in_the_whole():
    rough = ball(20, Tissue.MUSCLE, 1, grain=Grain(1, 5), rough=(Grain(2, 9), 2.0))
    parts = [rough, Part(Tissue.CORTEX, tube([(-20, 3, 0), (20, -5, 8)], 3.0, pieces=5), 2)]
    window = (slice(3, 8), slice(10, 40), slice(20, 50))
    whole = paint(parts, GRID, [PALETTE])
    assert paint(parts, GRID.cut(window), [PALETTE]) == pytest.approx(
        whole[:, 3:8, 10:40, 20:50], abs=1e-4
    )


def test_an_edge_across_the_beam_adds_up_without_steps():
    coarse = Grid(Axis(0, 1, 1), axis_around(0, 60, 8.0), axis_around(0, 40, 0.5), 0.5, beam=1)
    rays = paint([ball(20)], coarse, [PALETTE])[0, 0].sum(axis=0) * 8.0
    x = coarse.x.positions()
    chord = 10 * 2 * np.sqrt(np.clip(20**2 - x**2, 0, None))
    assert np.abs(rays - chord).max() < 0.06 * chord.max()


@pytest.mark.parametrize("phase", [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0])
@pytest.mark.parametrize(
    "shape",
    [Drum((0, 0, 0), (12, 12), 9, waist=0.0), tube([(0, 0, -40), (0, 0, 40)], 12.0)],
)
def test_few_samples_along_a_beam_find_a_thin_part_wherever_they_lie(shape, phase):
    coarse = Grid(Axis(0, 1, 1), axis_around(0, 3, 1.0), Axis(-70 + phase, 14.0, 11), 1.5, beam=2)
    through = paint([Part(Tissue.FAT, shape, 0)], coarse, [PALETTE])[0, 0, 1].sum() / 10 * 14.0
    assert through == pytest.approx(24, abs=14 / 3)


def test_a_sheet_is_where_the_grain_is_near_zero():
    fold = Grain(3, 10)
    part = ball(25, sheet=(fold, 5.0, 1.0))
    covered = extent([part], GRID)
    values = np.abs(fold.at(GRID, tuple(slice(0, n) for n in GRID.shape)))
    assert covered.any()
    assert values[covered].max() < 0.4


def test_the_grain_of_a_place_is_the_same_on_every_grid():
    grain = Grain(4, 7.0)
    fine = Grid(Axis(-20, 2.0, 21), Axis(-30, 0.5, 120), Axis(-30, 0.5, 120), 1.0)
    coarse = Grid(Axis(-20, 4.0, 11), Axis(-30, 1.0, 60), Axis(-30, 1.0, 60), 1.0)
    values = [grain.at(grid, tuple(slice(0, n) for n in grid.shape)) for grid in (fine, coarse)]
    assert values[0][::2, ::2, ::2] == pytest.approx(values[1], abs=1e-4)
    assert 0.6 < values[0].std() < 1.4


def test_a_blur_keeps_the_mean_and_spreads_a_point():
    image = np.zeros((40, 50), np.float32)
    image[20, 25] = 100
    soft = blurred(image, 2.0)
    assert soft.sum() == pytest.approx(100, rel=0.01)
    assert soft[20, 25] == pytest.approx(100 / (2 * np.pi * 4), rel=0.02)


def test_a_cloud_of_rods_has_their_volume():
    ends = np.array([[(-9, 0, 0), (9, 4, 8)], [(5, -9, 2), (5, 9, 2)]], np.float32)
    bundle = Bundle(ends[:, 0], ends[:, 1], np.array([0.4, 2.5], np.float32))
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    expected = float((np.pi * bundle.radii**2 * length).sum())
    points, amounts = cloud.of_bundle(bundle, 1.0)
    assert amounts.sum() == pytest.approx(expected, rel=0.001)
    assert cloud.deposit(points, amounts, GRID).sum() == pytest.approx(expected, rel=0.001)


def test_shell_and_core_of_a_pipe_share_its_volume():
    pipe = tube([(0, 0, -20), (0, 0, 20)], 6.0, (1.0, 0.5, 1.0))
    _, shell = cloud.of_tubes([pipe], [(0.0, 2.0)], 0.7)
    _, core = cloud.of_tubes([pipe], [(2.0, 99.0)], 0.7)
    assert shell.sum() + core.sum() == pytest.approx(np.pi * 6 * 3 * 40, rel=0.01)
    assert core.sum() / shell.sum() == pytest.approx(16 / 20, rel=0.02)


def test_a_plate_has_its_volume_and_lies_in_its_plane():
    points, amounts = cloud.of_plate(Plate(((0, 0, 0), (10, 0, 0), (0, 0, 20)), 3.0), 0.5)
    assert amounts.sum() == pytest.approx(300, rel=0.001)
    assert np.abs(points[:, 1]).max() == 0


def test_a_beam_takes_everything_along_it():
    points = np.array([(0, -500, 0), (0, 500, 0)], np.float32)
    flat = Grid(axis_around(0, 10, 1.0), Axis(0, 1, 1), axis_around(0, 10, 1.0), 1.0)
    total = cloud.deposit(points, np.ones(2, np.float32), flat, beam=1)
    assert total.sum() == pytest.approx(2)
