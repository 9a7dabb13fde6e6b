"""Findings change the images where the truth says, by as much as their size says."""

from dataclasses import replace

import numpy as np
import pytest
from unit.samples.bodies import BUILD, finding, plan

from samples.anatomy.thorax import chest
from samples.exams.catalogue import EXAMS
from samples.findings.chest import lung_point
from samples.scanners import scanner


def images(study):
    """Pixels, upright whatever the machine stores, and the instance, of every image."""
    return [image for _, image in keyed(study)]


def changes(study):
    """(difference to the same study without findings, instance) of every image."""
    healthy = {key: pixels for key, (pixels, _) in keyed(replace(study, findings=()))}
    sick = [(key, *image) for key, image in keyed(study) if key in healthy]
    return [(pixels - healthy[key], instance) for key, pixels, instance in sick]


def keyed(study):
    """Each image with the series, the view and the height that tell it from the others."""
    for series in EXAMS[study.kind](study):
        sign = -1.0 if series.scanner.monochrome1 else 1.0
        for instance in series.instances:
            key = (series.key.split()[-1], instance.view, instance.slice_mm)
            yield key, (sign * instance.pixels.astype(np.float32), instance)


def inside(box, shape):
    mask = np.zeros(shape[:2], bool)
    mask[box.top : box.bottom, box.left : box.right] = True
    return mask


CT_CASES = [
    ("chest CT", "ct-a", finding("nodule", size=16)),
    ("chest CT", "ct-b", finding("nodule", "left", size=12, seed=11)),
    ("chest CT", "ct-c", finding("consolidation", "left", size=70)),
    ("chest CT", "ct-a", finding("effusion", size=60)),
    ("chest CT", "ct-a", finding("pneumothorax", "left", size=30)),
    ("head CT", "ct-a", finding("haemorrhage", "left", size=14, seed=5)),
    ("abdominal CT", "ct-d", finding("stone", "left", size=9)),
    ("abdominal CT", "ct-a", finding("mass", size=40)),
]


@pytest.mark.parametrize(("kind", "machine", "what"), CT_CASES)
def test_slices_differ_from_healthy_ones_only_in_the_box(kind, machine, what):
    seen = 0
    for change, instance in changes(plan(kind, machine, what)):
        box = instance.boxes.get(what.name)
        outside = np.abs(change) if box is None else np.abs(change[~inside(box, change.shape)])
        assert outside.max(initial=0) <= (12 if box is None else 2)
        if box is not None:
            seen += np.abs(change).max() > 15
    assert seen > 0


RADIOGRAPH_CASES = [
    ("chest radiographs", "dx-a", finding("nodule", size=24)),
    ("chest radiographs", "dx-b", finding("consolidation", size=80)),
    ("chest radiographs", "cr-b", finding("effusion", "left", size=70)),
    ("portable chest radiograph", "cr-a", finding("effusion", size=60)),
]


@pytest.mark.parametrize(("kind", "machine", "what"), RADIOGRAPH_CASES)
def test_a_shadow_lies_in_its_box_and_brightens_it(kind, machine, what):
    for change, instance in changes(plan(kind, machine, what)):
        mask = inside(instance.boxes[what.name], change.shape)
        assert change[mask].mean() > 4 * np.abs(change[~mask]).mean()
        assert change[mask].max() > 60
        assert np.abs(change[~mask]).max() < 0.35 * change[mask].max()


def test_a_pneumothorax_darkens_the_lung_by_the_wall():
    what = finding("pneumothorax", "left", size=34)
    ((change, instance),) = changes(plan("portable chest radiograph", "cr-a", what))
    box = instance.boxes[what.name]
    assert change[box.top : box.bottom, box.right - 12 : box.right - 4].mean() < -5


@pytest.mark.parametrize(
    ("kind", "machine", "what"),
    [
        ("chest radiographs", "dx-a", finding("fracture", size=7)),
        ("hand radiograph", "dx-a", finding("fracture", "left", size=4)),
        ("knee radiographs", "dx-a", finding("fracture", size=5)),
        ("knee MR", "mr-a", finding("fracture", size=5)),
        ("head MR", "mr-b", finding("mass", "left", size=32)),
        ("abdominal ultrasound", "us-b", finding("stone", size=10)),
        ("abdominal ultrasound", "us-a", finding("mass", size=40)),
    ],
)
def test_the_box_holds_a_change_that_can_be_seen(kind, machine, what):
    strong = 0
    for change, instance in changes(plan(kind, machine, what)):
        box = instance.boxes.get(what.name)
        flat = np.abs(change if change.ndim < 4 else change[len(change) // 2])
        if box is not None:
            strong += flat[box.top : box.bottom, box.left : box.right].max() > 25
    assert strong > 0


def test_a_nodule_measures_in_ct_what_the_truth_says():
    what = finding("nodule", size=20)
    study = plan("chest CT", "ct-a", what, size=256)
    (soft, _) = list(EXAMS["chest CT"](study))
    spacing = soft.elements["PixelSpacing"][0]
    boxes = [i.boxes[what.name] for i in soft.instances if what.name in i.boxes]
    widest = max(box.right - box.left for box in boxes)
    assert widest * spacing == pytest.approx(20 + 2 * 2 * spacing, abs=3.5)
    assert len(boxes) * soft.elements["SpacingBetweenSlices"] == pytest.approx(20, abs=8)


def test_a_nodule_keeps_its_place_when_it_grows_and_when_the_person_lies_down():
    small, large = finding("nodule", size=10), finding("nodule", size=12)
    standing, lying = (chest(BUILD, erect=erect, arms=False) for erect in (True, False))
    places = {lung_point(body, what, 9.0) for body in (standing, lying) for what in (small, large)}
    assert len(places) == 1


def test_fluid_sinks_to_the_back_of_someone_who_lies_and_to_the_base_of_someone_who_stands():
    what = finding("effusion", size=60)
    (frontal,) = images(plan("portable chest radiograph", "cr-a", what))
    box = frontal[1].boxes[what.name]
    assert box.top > 40  # of 96 rows
    slices = [i for _, i in images(plan("chest CT", "ct-a", what)) if what.name in i.boxes]
    assert all(i.boxes[what.name].top > 45 for i in slices)


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_side_is_the_patients(side):
    what = finding("nodule", side, size=20)
    (frontal, _) = images(plan("chest radiographs", "dx-a", what))
    box = frontal[1].boxes[what.name]
    middle = (box.left + box.right) / 2
    assert (middle < 48) == (side == "right")


def test_a_stone_casts_a_shadow_in_ultrasound():
    what = finding("stone", size=12)
    stills = changes(plan("abdominal ultrasound", "us-b", what, size=192))
    change, instance = next((c, i) for c, i in stills if i.view == "RIGHT KIDNEY")
    box = instance.boxes[what.name]
    behind = change[box.bottom + 6 : box.bottom + 30, box.left + 4 : box.right - 4]
    assert behind.mean() < -20


def test_a_study_that_is_repeated_has_the_same_pixels_as_one_that_is_not():
    study = plan("chest CT", "ct-a", finding("effusion", size=60))
    once, again = images(study), images(replace(study, again=True))
    assert all((a[0] == b[0]).all() for a, b in zip(once, again, strict=True))


def test_every_machine_of_the_plan_is_known():
    with pytest.raises(KeyError):
        scanner("nothing")
