"""Which DICOM objects have no picture of a patient, and what they are instead."""

from typing import Final

from pydicom.uid import UID

from core.types import CatalogueCode, Kept

DIRECTORY: Final = "1.2.840.10008.1.3.10"  # a DICOMDIR

_STORAGE: Final = "1.2.840.10008.5.1.4.1.1"
_IMAGE: Final = ""  # stands below a parent that has no pictures
# Source: PS3.4 B.5 and B.6, PS3.6 annex A. A UID stands for those below it too.
WITHOUT_PICTURE: Final = {
    DIRECTORY: "a DICOMDIR",
    f"{_STORAGE}.4.2": "a spectroscopy",
    f"{_STORAGE}.8": "an overlay without its image",
    f"{_STORAGE}.9": "a waveform",
    f"{_STORAGE}.10": "a lookup table without its image",
    f"{_STORAGE}.11": "a presentation state",
    f"{_STORAGE}.66": "raw data",
    f"{_STORAGE}.66.1": "a registration",
    f"{_STORAGE}.66.2": "a set of fiducials",
    f"{_STORAGE}.66.3": "a registration",
    f"{_STORAGE}.66.4": "a segmentation",
    f"{_STORAGE}.66.5": "a surface",
    f"{_STORAGE}.66.6": "a tractography",
    f"{_STORAGE}.66.7": "a segmentation",
    f"{_STORAGE}.67": "a mapping to real-world values",
    f"{_STORAGE}.68": "a surface",
    f"{_STORAGE}.77.1.5.3": "a stereometric relationship",
    f"{_STORAGE}.78": "a set of measurements",
    f"{_STORAGE}.79": "a report",
    f"{_STORAGE}.80": "a set of measurements",
    f"{_STORAGE}.88": "a structured report",
    f"{_STORAGE}.88.40": "a procedure log",
    f"{_STORAGE}.88.59": "a selection of key images",
    f"{_STORAGE}.90": "a content assessment",
    f"{_STORAGE}.91": "a set of annotations",
    f"{_STORAGE}.104": "an encapsulated document",
    f"{_STORAGE}.129": "a curve",
    f"{_STORAGE}.131": "a display layout",
    f"{_STORAGE}.200": "a procedure protocol",
    f"{_STORAGE}.201": "an inventory",
    f"{_STORAGE}.481": "a radiotherapy object",
    f"{_STORAGE}.481.1": _IMAGE,
    f"{_STORAGE}.481.2": "a dose distribution",
    f"{_STORAGE}.481.3": "a structure set",
    f"{_STORAGE}.481.5": "a radiotherapy plan",
    f"{_STORAGE}.481.8": "a radiotherapy plan",
    f"{_STORAGE}.481.23": _IMAGE,
    f"{_STORAGE}.481.24": _IMAGE,
    f"{_STORAGE}.501.3": "a threat report",
    f"{_STORAGE}.501.6": "a resonance measurement",
    "1.2.840.10008.5.1.4.34": "a radiotherapy instruction",
    "1.2.840.10008.5.1.4.38": "a hanging protocol",
    "1.2.840.10008.5.1.4.39": "a colour palette",
    "1.2.840.10008.5.1.4.43": "an implant template",
    "1.2.840.10008.5.1.4.44": "an implant template",
    "1.2.840.10008.5.1.4.45": "an implant template",
}


def kept_as(sop_class: str, has_pixels: bool) -> Kept | None:
    """Say why an object of this class is kept without a picture; None if it has one.

    A class that nobody knows, such as a vendor's own, is what its pixels make it.
    """
    kind = _kind(sop_class)
    if has_pixels and not kind:
        return None
    if has_pixels:
        reason = f"It is {kind} ({UID(sop_class).name}): its pixels show no patient."
        return Kept(CatalogueCode.NOT_A_PICTURE, reason)
    return Kept(CatalogueCode.NO_PIXELS, _without_pixels(sop_class, kind))


def _kind(sop_class: str) -> str:
    """Look the class up, then its parents; a UID has at most 32 of them."""
    while sop_class and sop_class not in WITHOUT_PICTURE:
        sop_class = sop_class.rpartition(".")[0]
    return WITHOUT_PICTURE.get(sop_class, _IMAGE)


def _without_pixels(sop_class: str, kind: str) -> str:
    if kind:
        return f"It is {kind} ({UID(sop_class).name}), without pixels."
    return f"It has no pixel data, though its SOP class ({UID(sop_class).name}) may have."
