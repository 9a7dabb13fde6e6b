import pytest
from pydicom._uid_dict import UID_dictionary

from core.types import CatalogueCode, Kept
from imaging.sop_classes import kept_as

ROOT = "1.2.840.10008.5.1.4.1.1"
STORAGE = {
    uid: name
    for uid, (name, kind, *_) in UID_dictionary.items()
    if kind == "SOP Class" and uid.startswith(ROOT) and "Storage" in name
}
# The image classes of PS3.4 B.5 whose names do not say so.
OTHER_IMAGES = {
    f"{ROOT}.6.2",  # Enhanced US Volume
    f"{ROOT}.30",  # Parametric Map
    f"{ROOT}.77.1.5.8",  # Ophthalmic OCT B-scan Volume Analysis
    f"{ROOT}.81.1",  # Ophthalmic Thickness Map
    f"{ROOT}.82.1",  # Corneal Topography Map
    f"{ROOT}.501.4",  # DICOS 2D AIT
    f"{ROOT}.501.5",  # DICOS 3D AIT
}


def images():
    return {uid for uid, name in STORAGE.items() if "Image Storage" in name} | OTHER_IMAGES


def test_every_image_class_with_pixels_is_a_picture():
    assert len(images()) > 70
    assert {uid for uid in images() if kept_as(uid, has_pixels=True) is not None} == set()


def test_every_other_storage_class_is_none_with_pixels_or_without():
    others = set(STORAGE) - images()
    assert len(others) > 100
    codes = {has: {kept_as(uid, has_pixels=has).code for uid in others} for has in (True, False)}
    assert codes == {True: {CatalogueCode.NOT_A_PICTURE}, False: {CatalogueCode.NO_PIXELS}}


@pytest.mark.parametrize(
    ("sop_class", "reason"),
    [
        (f"{ROOT}.88.11", "It is a structured report (Basic Text SR Storage), without pixels."),
        (
            f"{ROOT}.11.1",
            "It is a presentation state (Grayscale Softcopy Presentation State Storage),"
            " without pixels.",
        ),
        (f"{ROOT}.481.3", "It is a structure set (RT Structure Set Storage), without pixels."),
        (
            f"{ROOT}.88.59",
            "It is a selection of key images (Key Object Selection Document Storage),"
            " without pixels.",
        ),
        (
            f"{ROOT}.104.1",
            "It is an encapsulated document (Encapsulated PDF Storage), without pixels.",
        ),
        (f"{ROOT}.9.1.1", "It is a waveform (12-lead ECG Waveform Storage), without pixels."),
        (
            f"{ROOT}.2",
            "It has no pixel data, though its SOP class (CT Image Storage) may have.",
        ),
    ],
)
def test_what_has_no_pixels_is_named(sop_class, reason):
    assert kept_as(sop_class, has_pixels=False) == Kept(CatalogueCode.NO_PIXELS, reason)


def test_labels_and_doses_are_no_picture():
    reasons = [kept_as(f"{ROOT}.{end}", has_pixels=True).reason for end in ("66.4", "481.2")]
    assert reasons == [
        "It is a segmentation (Segmentation Storage): its pixels show no patient.",
        "It is a dose distribution (RT Dose Storage): its pixels show no patient.",
    ]


@pytest.mark.parametrize("sop_class", ["", "1.3.12.2.1107.5.9.1", "1.2.3.4"])
def test_a_class_that_nobody_knows_is_what_its_pixels_make_it(sop_class):
    assert kept_as(sop_class, has_pixels=True) is None
    assert kept_as(sop_class, has_pixels=False).code is CatalogueCode.NO_PIXELS
