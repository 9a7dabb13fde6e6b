"""How mammograms are hung: synthetic breasts, half ellipses on the dark."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import (
    DigitalMammographyXRayImageStorageForPresentation,
    SecondaryCaptureImageStorage,
)

from imaging.decode import read_pictures_from_bytes, read_view
from imaging.display import Window
from imaging.mammography import find_breast, largest_area
from imaging.profiles import MI2_COMPAT
from imaging.rules import Crop, Rules, View
from tests.unit.imaging.factories import make_dicom, make_item

ROWS, COLUMNS = 256, 200
WIDE, HIGH = 90, 100  # half axes of the breast
MIDDLE = 120  # the row of the nipple
CELL = 2  # pixels: 256 rows in 128 cells


def breast(side="left", background=0, tissue=180):
    """Draw a breast whose chest wall lies at one side; its upper half is a little brighter."""
    y, x = np.mgrid[:ROWS, :COLUMNS]
    picture = np.full((ROWS, COLUMNS), background, np.uint8)
    inside = (x / WIDE) ** 2 + ((y - MIDDLE) / HIGH) ** 2 <= 1
    picture[inside] = tissue
    picture[inside & (y < MIDDLE)] = tissue + 20
    return picture if side == "left" else np.ascontiguousarray(picture[:, ::-1])


def mammogram(pixels, **elements):
    described = {
        "SOPClassUID": DigitalMammographyXRayImageStorageForPresentation,
        "Modality": "MG",
        "ImageLaterality": "L",
        **elements,
    }
    return make_dicom(pixels, **described)


def shown(content, rules=None):
    return read_view(content, View(), rules or Rules())[:, :, 0]


def wall_of(picture):
    left, right = (picture[:, edge].astype(int).sum() for edge in (0, -1))
    return "left" if left > right else "right"


def top_is_up(picture):
    half = len(picture) // 2
    return picture[:half].max() > picture[half + 10 :].max()


def test_the_dark_around_the_breast_is_cut_off():
    picture = shown(mammogram(breast()))
    # 90 columns of breast, from row 20 to row 220, and at most two cells more at each side
    assert WIDE + 1 <= picture.shape[1] <= WIDE + 1 + 2 * CELL
    assert 2 * HIGH + 1 <= picture.shape[0] <= 2 * HIGH + 1 + 4 * CELL
    assert (picture == 180).sum() + (picture == 200).sum() == (breast() > 0).sum()


def test_a_marker_does_not_widen_the_cut():
    marked = breast()
    marked[10:30, 170:190] = 255
    assert (shown(mammogram(marked)) == shown(mammogram(breast()))).all()


def test_the_edge_of_a_film_does_not_widen_the_cut():
    film = breast()
    film[:, :3], film[:, -3:], film[-3:] = 255, 255, 255
    assert shown(mammogram(film)).shape[1] <= WIDE + 1 + 2 * CELL


@pytest.mark.parametrize("side", ["L", "R"])
@pytest.mark.parametrize("stored", ["left", "right"])
def test_the_chest_wall_goes_to_the_side_of_the_breast(side, stored):
    picture = shown(mammogram(breast(stored), ImageLaterality=side))
    assert wall_of(picture) == {"L": "left", "R": "right"}[side]
    assert top_is_up(picture)


@pytest.mark.parametrize("side", [None, "B", "U"])
@pytest.mark.parametrize("stored", ["left", "right"])
def test_a_breast_without_a_side_stays_as_it_is(side, stored):
    assert wall_of(shown(mammogram(breast(stored), ImageLaterality=side))) == stored


@pytest.mark.parametrize(
    ("side", "orientation", "turned"),
    [
        # PS3.3 C.8.11.7.1.3: what each view looks like when it hangs as it should
        ("L", ["A", "R"], (False, False)),
        ("L", ["A", "FR"], (False, False)),
        ("R", ["P", "L"], (False, False)),
        ("R", ["P", "FL"], (False, False)),
        ("L", ["P", "FR"], (True, False)),
        ("L", ["A", "HL"], (False, True)),
        ("R", ["A", "HR"], (True, True)),
        ("L", ["A", "L"], (False, True)),  # a cranio-caudal view with its outer side down
        ("L", ["PL", "F"], (True, False)),
    ],
)
def test_the_header_says_how_a_breast_lies(side, orientation, turned):
    stored = breast()  # the header goes before what the tissue says
    mirrored, upside_down = turned
    expected = stored[:, ::-1] if mirrored else stored
    expected = expected[::-1] if upside_down else expected
    content = mammogram(stored, ImageLaterality=side, PatientOrientation=orientation)
    picture = shown(content)
    assert (picture == find_breast_in(expected)).all()


def find_breast_in(picture):
    """Cut a picture to its breast, by the rows and columns that are not black."""
    rows, columns = (np.flatnonzero((picture > 0).any(axis)) for axis in (1, 0))
    box = find_breast(np.ascontiguousarray(picture)).box()
    assert box.left <= columns[0]
    assert columns[-1] < box.left + box.width
    assert box.top <= rows[0]
    assert rows[-1] < box.top + box.height
    return picture[box.top : box.top + box.height, box.left : box.left + box.width]


@pytest.mark.parametrize("orientation", [["CC"], ["MLO"], ["X", "Y"], ["A"], []])
def test_what_is_no_orientation_leaves_the_tissue_to_say(orientation):
    content = mammogram(breast("right"), PatientOrientation=orientation)
    assert wall_of(shown(content)) == "left"


def test_the_frames_of_a_tomosynthesis_have_their_own_side():
    anatomy = make_item(
        FrameAnatomySequence=[make_item(FrameLaterality="R")],
        PatientOrientationInFrameSequence=[make_item(PatientOrientation=["A", "FL"])],
    )
    content = mammogram(
        np.stack([breast()] * 3), ImageLaterality=None, SharedFunctionalGroupsSequence=[anatomy]
    )
    for picture in read_pictures_from_bytes(content):
        assert wall_of(picture.pixels[:, :, 0]) == "right"


def test_a_negative_is_turned_before_the_breast_is_looked_for():
    content = mammogram(255 - breast("right"), PhotometricInterpretation="MONOCHROME1")
    assert (shown(content) == shown(mammogram(breast("right")))).all()


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((ROWS, COLUMNS), np.uint8),
        np.full((ROWS, COLUMNS), 130, np.uint8),
        np.tile(np.linspace(100, 250, COLUMNS).astype(np.uint8), (ROWS, 1)),  # a magnified view
        np.pad(np.full((9, 9), 255, np.uint8), 100),  # nothing but a marker
    ],
    ids=["black", "grey", "magnified", "marker"],
)
def test_where_no_breast_is_found_all_is_shown(picture):
    assert find_breast(picture) is None
    assert (shown(mammogram(picture)) == picture).all()


@pytest.mark.parametrize(
    ("elements", "is_hung"),
    [
        ({}, True),
        ({"Modality": "DX", "BodyPartExamined": "BREAST"}, True),
        ({"Modality": "CR", "BodyPartExamined": "Breast"}, True),
        ({"Modality": "DX", "BodyPartExamined": "CHEST"}, False),
        ({"Modality": "US", "BodyPartExamined": "BREAST"}, False),
        ({"PresentationIntentType": "FOR PROCESSING"}, False),
        ({"SOPClassUID": SecondaryCaptureImageStorage}, False),
        (
            {"SOPClassUID": SecondaryCaptureImageStorage, "PatientOrientation": ["P", "F"]},
            True,  # a scanned film
        ),
    ],
)
def test_only_projections_of_a_breast_are_hung(elements, is_hung):
    picture = shown(mammogram(breast("right"), **elements))
    assert (wall_of(picture), picture.shape[1] < COLUMNS) == (
        ("left", True) if is_hung else ("right", False)
    )


def test_a_mammogram_in_colours_is_left_as_it_is():
    colours = np.stack([breast("right")] * 3, axis=2)
    assert (read_view(mammogram(colours), View(), Rules()) == colours).all()
    ramp = np.arange(256, dtype="<u2").tobytes()
    palette = {
        f"{colour}PaletteColorLookupTable{part}": value
        for colour in ("Red", "Green", "Blue")
        for part, value in (("Descriptor", [256, 0, 8]), ("Data", ramp))
    }
    content = mammogram(breast("right"), PhotometricInterpretation="PALETTE COLOR", **palette)
    assert (read_view(content, View(), Rules()) == colours).all()


def test_mi2_compat_leaves_a_mammogram_as_it_is():
    picture = shown(mammogram(breast("right")), Rules(profile=MI2_COMPAT))
    assert picture.shape == (ROWS, COLUMNS)
    assert wall_of(picture) == "right"


def test_another_window_leaves_the_cut_where_it_was():
    content = mammogram(breast("right"))
    dark = Window(400, 410)  # 0 to 195 are black
    view = View(window=dark, crop=Crop(0, 50, 30, 30))
    whole = read_view(content, View(window=dark), Rules())
    assert whole.shape[:2] == shown(content).shape
    assert 0 < whole[:, :, 0].max() < 10
    assert (read_view(content, view, Rules()) == whole[50:80, :30]).all()


@given(
    seed=st.integers(0, 2**32 - 1),
    noise=st.floats(0, 4),
    background=st.integers(0, 40),
    tissue=st.integers(100, 230),
)
def test_noise_and_brightness_do_not_matter(seed, noise, background, tissue):
    values = breast(background=background, tissue=tissue) + np.random.default_rng(seed).normal(
        0, noise, (ROWS, COLUMNS)
    )
    box = find_breast(np.clip(values, 0, 255).astype(np.uint8)).box()
    assert (box.left, box.top) == (0, pytest.approx(MIDDLE - HIGH, abs=3 * CELL))
    assert box.width == pytest.approx(WIDE, abs=3 * CELL)
    assert box.height == pytest.approx(2 * HIGH, abs=4 * CELL)


@given(
    st.lists(st.lists(st.booleans(), min_size=7, max_size=7), min_size=1, max_size=7).map(np.array)
)
def test_the_largest_area_is_one_of_touching_cells(mask):
    areas = flooded(mask)
    largest = largest_area(mask)
    assert largest.sum() == max(map(len, areas), default=0)
    assert not areas or {tuple(cell) for cell in np.argwhere(largest).tolist()} in areas


def flooded(mask):
    """Collect the areas of a mask, each as the set of its cells."""
    left, areas = {tuple(cell) for cell in np.argwhere(mask).tolist()}, []
    while left:
        area, edge = set(), [left.pop()]
        while edge:
            y, x = edge.pop()
            area.add((y, x))
            near = {(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)} & left
            left -= near
            edge.extend(near)
        areas.append(area)
    return areas
