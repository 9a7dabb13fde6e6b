"""Modalities: physics, geometry and stored values."""

import numpy as np
import pytest
from unit.samples.bodies import BUILD, finding, plan

from samples.anatomy.thorax import chest
from samples.canvas import Part
from samples.ct import SOFT, noise_tiles
from samples.exams.catalogue import EXAMS
from samples.findings.chest import change_chest
from samples.findings.finding import with_changes
from samples.mr import noise_tiles as white_noise
from samples.mr import received
from samples.plan import MACHINES
from samples.radiograph import (
    ALONG_X,
    ALONG_Y,
    Exposure,
    Film,
    exposed,
    projected,
    projection,
    reprojected,
)
from samples.scanners import SCANNERS, scanner
from samples.series import Box, box_of
from samples.shapes import Ellipsoid, Without
from samples.tissues import WATER, Tissue, attenuation
from samples.ultrasound import Fan, beams, on_screen, speckle

FILM = Film((0.0, 0.0), 200.0, 160.0, 2.0, ALONG_Y, (-60, 60), 5.0)


def block(half, tissue=Tissue.FLUID):
    return Part(tissue, Ellipsoid((0, 0, 0), half, power=40.0), 0)


def test_a_ray_adds_up_the_attenuation_on_its_way():
    rays = projection([block((60, 40, 50))], FILM)
    assert rays.shape == (80, 100)
    assert rays[40, 50] == pytest.approx(80 * attenuation(Tissue.FLUID), rel=0.02)
    assert rays[2, 2] == 0


def test_water_attenuates_as_tables_say():
    assert attenuation(Tissue.AIR) == 0
    assert attenuation(Tissue.FLUID) == pytest.approx(WATER, rel=0.02)
    assert attenuation(Tissue.CORTEX) > 2 * WATER


def test_the_beam_can_come_from_the_side():
    film = Film((0.0, 0.0), 160.0, 160.0, 2.0, ALONG_X, (-80, 80), 5.0)
    rays = projection([block((60, 40, 50))], film)
    assert rays[40, 40] == pytest.approx(120 * attenuation(Tissue.FLUID), rel=0.02)


@pytest.mark.parametrize("label", ["nodule", "effusion", "fracture", "pneumothorax"])
def test_projecting_what_changed_is_as_good_as_projecting_all(label):
    body = chest(BUILD, erect=True, arms=True)
    film = Film((0.0, 0.0), 390.0, 390.0, 6.0, ALONG_Y, (-175, 175))
    after = with_changes(body.parts, [change_chest(body, finding(label, size=30))])
    base = projected(body.parts, film)
    assert reprojected(base, film, body.parts, after) == pytest.approx(
        projection(after, film), abs=5e-3
    )


def test_more_photons_make_less_noise():
    rays = np.full((64, 64), 3.0, np.float32)
    few, many = (
        exposed(rays, Exposure(photons, low=0, high=6), 2.0, np.random.default_rng(1)).std()
        for photons in (1e4, 1e6)
    )
    assert few == pytest.approx(10 * many, rel=0.2)


def test_an_inverting_machine_stores_the_picture_inverted():
    upright, inverted = (
        next(EXAMS["chest radiographs"](plan("chest radiographs", name)))
        for name in ("dx-a", "dx-b")
    )
    assert upright.elements["PhotometricInterpretation"] == "MONOCHROME2"
    assert inverted.elements["PhotometricInterpretation"] == "MONOCHROME1"
    assert inverted.elements["PresentationLUTShape"] == "INVERSE"
    plain, negative = (next(s.instances).pixels.astype(float) for s in (upright, inverted))
    assert np.corrcoef(plain.ravel(), (4095 - negative).ravel())[0, 1] > 0.98


def test_lungs_are_darker_than_the_heart_and_the_spine_in_a_radiograph():
    pixels = next(next(EXAMS["chest radiographs"](plan("x", "dx-a"))).instances).pixels.astype(int)
    lung = pixels[36:44, 26:32].mean()
    assert pixels[50:58, 54:60].mean() > lung + 600
    assert pixels[80:90, 46:50].mean() > lung + 1200


@pytest.mark.parametrize(
    ("kind", "machine"),
    [("chest CT", "ct-c"), ("head CT", "ct-b"), ("head MR", "mr-a"), ("knee MR", "mr-b")],
)
def test_slices_are_evenly_spaced_along_their_normal(kind, machine):
    for series in EXAMS[kind](plan(kind, machine)):
        turn = np.array(series.elements["ImageOrientationPatient"])
        normal = np.cross(turn[:3], turn[3:])
        places = np.array([i.elements["ImagePositionPatient"] for i in series.instances])
        steps = np.diff(places @ normal)
        assert len(places) > 10
        assert np.abs(steps) == pytest.approx(series.elements["SpacingBetweenSlices"], abs=2e-3)
        across = np.diff(places, axis=0) - steps[:, None] * normal
        assert across == pytest.approx(0, abs=1e-6)


def test_a_sagittal_slice_has_the_head_above_and_the_front_to_the_left():
    series = next(EXAMS["knee MR"](plan("knee MR", "mr-a")))
    slices = list(series.instances)
    middle = slices[len(slices) // 2].pixels.astype(int)
    kneecap, calf = middle[30:48, 8:40], middle[60:90, 58:80]
    assert kneecap.max() > 300
    assert calf.mean() > 100
    assert series.elements["ImageOrientationPatient"] == [0, 1, 0, 0, 0, -1]


@pytest.mark.parametrize(("machine", "air"), [("ct-a", 24), ("ct-b", -1000)])
def test_ct_stores_hounsfield_units(machine, air):
    series = next(EXAMS["chest CT"](plan("chest CT", machine)))
    pixels = next(series.instances).pixels
    assert np.median(pixels[3:8, 40:56]) == pytest.approx(air, abs=8)
    assert series.elements["RescaleIntercept"] == (0 if machine == "ct-b" else -1024)


def test_a_signed_scanner_pads_what_it_did_not_measure():
    series = next(EXAMS["chest CT"](plan("chest CT", "ct-b")))
    instance = next(series.instances)
    assert instance.pixels[0, 0] == -2000 == series.elements["PixelPaddingValue"]


def test_the_noise_of_a_soft_kernel_is_coarser_than_that_of_a_sharp_one():
    def roughness(sharpen):
        tiles = noise_tiles(96, 96, sharpen)
        assert tiles.std(axis=(1, 2)) == pytest.approx(1, abs=1e-3)
        return np.abs(np.diff(tiles, axis=2)).mean()

    assert roughness(SOFT.sharpen) < 0.8 * roughness(0.7)


def test_nothing_has_the_noise_of_a_magnitude():
    none, bias = np.zeros((96, 96), np.float32), np.ones((96, 96), np.float32)
    rng = np.random.default_rng(3)
    values = received(none, bias, scanner("mr-a"), rng).astype(float)
    sigma = 16 * scanner("mr-a").noise * white_noise(96, 96).std()
    assert values.mean() == pytest.approx(sigma * np.sqrt(np.pi / 2), rel=0.05)  # Rayleigh


def test_fluid_is_dark_in_t1_and_flair_and_bright_in_t2():
    def ventricle(series):
        slices = list(series.instances)
        return float(slices[14].pixels[34:44, 40:56].max()), float(slices[14].pixels.mean())

    t1, t2, flair = (ventricle(s) for s in EXAMS["head MR"](plan("head MR", "mr-b")))
    assert t2[0] > 1.4 * max(t1[0], flair[0])


def test_speckle_is_fully_developed():
    field = speckle((256, 256), np.random.default_rng(2))
    assert field.mean() == pytest.approx(1)
    assert field.std() == pytest.approx(np.sqrt(4 / np.pi - 1), rel=0.05)  # Rayleigh


def test_nothing_shows_outside_the_fan():
    series = next(EXAMS["abdominal ultrasound"](plan("abdominal ultrasound", "us-b")))
    pixels = next(series.instances).pixels
    seen, _, _ = beams(Fan(*pixels.shape[:2]))
    clear = np.zeros_like(seen)
    clear[20:60, 30:80] = True  # neither texts nor the grey bar
    assert pixels[clear & ~seen].max() == 0
    assert pixels[clear & seen].mean() > 20


def test_the_region_of_an_ultrasound_picture_is_calibrated():
    series = next(EXAMS["abdominal ultrasound"](plan("abdominal ultrasound", "us-b")))
    (region,) = series.elements["SequenceOfUltrasoundRegions"]
    rows = region.RegionLocationMaxY1 - region.RegionLocationMinY0
    assert rows * region.PhysicalDeltaY == pytest.approx(Fan(72, 96).depth / 10, rel=0.03)  # cm


def test_a_sweep_has_many_frames_that_differ():
    *_, cine = EXAMS["abdominal ultrasound"](plan("abdominal ultrasound", "us-a"))
    pixels = next(cine.instances).pixels
    assert pixels.shape == (12, 72, 96, 3)
    assert cine.elements["NumberOfFrames"] == 12
    assert (pixels[0] != pixels[6]).mean() > 0.1


def test_what_the_fan_does_not_reach_has_no_box():
    fan = Fan(72, 96)
    mask = np.zeros((100, 100), bool)
    mask[2:5, 2:5] = True
    assert on_screen(mask, fan.pixel, (0, 50), fan) is None


def test_a_box_holds_its_mask_and_a_margin():
    mask = np.zeros((20, 30), bool)
    mask[5:8, 10] = True
    assert box_of(mask) == Box(8, 3, 13, 10)
    assert box_of(np.zeros((4, 4), bool)) is None


def test_every_kind_of_study_has_machines_of_its_own_modality():
    assert set(MACHINES) == set(EXAMS)
    names = {machine.name for machine in SCANNERS}
    assert {name for names in MACHINES.values() for name in names} <= names


def test_a_hole_is_cut_out_of_a_projection():
    whole = block((60, 40, 50))
    hollow = Part(Tissue.FLUID, Without(whole.shape, Ellipsoid((0, 0, 0), (20, 20, 20))), 0)
    lost = projection([whole], FILM)[40, 50] - projection([hollow], FILM)[40, 50]
    assert lost == pytest.approx(40 * attenuation(Tissue.FLUID), rel=0.05)
