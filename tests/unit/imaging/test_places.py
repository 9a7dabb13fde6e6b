import pytest

from core.types import CatalogueCode as Code
from core.types import Decoded, Instance, Kept, Place, Tags
from imaging.places import is_slice, read_place
from tests.unit.imaging.factories import make_item

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
PLACE = {"ImageOrientationPatient": list(AXIAL), "ImagePositionPatient": [-10, 20.5, 30]}


def group(position=None, orientation=None):
    """The functional groups of one frame, or of all."""
    position = position and [make_item(ImagePositionPatient=list(position))]
    orientation = orientation and [make_item(ImageOrientationPatient=list(orientation))]
    return make_item(PlanePositionSequence=position, PlaneOrientationSequence=orientation)


def test_the_place_of_a_slice_is_read():
    place = read_place(make_item(**PLACE), 0)
    assert place == Place(AXIAL, (-10.0, 20.5, 30.0))
    assert place.along == 30.0


@pytest.mark.parametrize(
    ("orientation", "along"),
    [
        (AXIAL, 30.0),
        (CORONAL, 20.0),
        ((0, 1, 0, 0, 0, -1), -10.0),
        ((0.6, 0.8, 0, -0.8, 0.6, 0), 30.0),
    ],
)
def test_slices_are_in_order_along_their_normal(orientation, along):
    place = Place(tuple(map(float, orientation)), (10.0, 20.0, 30.0))
    assert place.along == pytest.approx(along)


@pytest.mark.parametrize(
    "changes",
    [
        {"ImageOrientationPatient": None},
        {"ImagePositionPatient": None},
        {"ImagePositionPatient": [1, 2]},
        {"ImageOrientationPatient": list(AXIAL[:5])},
        {"ImageOrientationPatient": [0] * 6},
        {"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]},
        {"ImageOrientationPatient": [2, 0, 0, 0, 1, 0]},
        {"ImagePositionPatient": [0, 0, 1e9]},
    ],
)
def test_what_cannot_be_is_no_place(changes):
    assert read_place(make_item(**{**PLACE, **changes}), 0) is None


def test_each_frame_has_the_place_that_its_group_says():
    dataset = make_item(
        SharedFunctionalGroupsSequence=[group(orientation=CORONAL)],
        PerFrameFunctionalGroupsSequence=[group((0, 0, 1)), group((0, 5, 1))],
    )
    places = [read_place(dataset, frame) for frame in range(3)]
    assert places == [Place(CORONAL, (0.0, 0.0, 1.0)), Place(CORONAL, (0.0, 5.0, 1.0)), None]


def test_what_a_frame_says_goes_before_what_all_share():
    dataset = make_item(
        SharedFunctionalGroupsSequence=[group((1, 1, 1), AXIAL)],
        PerFrameFunctionalGroupsSequence=[group((2, 2, 2))],
    )
    assert read_place(dataset, 0) == Place(AXIAL, (2.0, 2.0, 2.0))


ORIGIN = Place(AXIAL, (0.0, 0.0, 0.0))


def decoded(place=ORIGIN, kept=None, **tags):
    tags = {"modality": "CT", "image_type": "ORIGINAL\\PRIMARY\\AXIAL", "frames": 1, **tags}
    return Decoded(Instance(Tags(**tags), place=place), kept=kept)


@pytest.mark.parametrize("modality", ["CT", "MR", "PT", "NM"])
def test_one_frame_with_a_place_is_a_slice(modality):
    assert is_slice(decoded(modality=modality))


@pytest.mark.parametrize(
    "other",
    [
        decoded(place=None),
        decoded(frames=2),
        decoded(modality="CR"),
        decoded(image_type="ORIGINAL\\PRIMARY\\LOCALIZER"),
        decoded(image_type="DERIVED\\SECONDARY\\localizer\\X"),
        decoded(kept=Kept(Code.NO_PIXELS, "It has none.")),
    ],
)
def test_scouts_clips_and_what_has_no_place_are_no_slices(other):
    assert not is_slice(other)
