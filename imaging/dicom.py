"""Reads DICOM files: header, identity, and the frames as a screen shows them."""

import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pydicom import dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from core.errors import CannotDecode
from core.types import Identity, Picture, Pixels, SkipCode, Tags
from imaging import elements
from imaging.codecs import EncodedFrame, check_syntax, decode_frame
from imaging.display import Stored, as_rgb, render_colour, render_grey, render_palette
from imaging.frames import FramePolicy
from imaging.geometry import square_pixels
from imaging.limits import MAX_INFLATED_BYTES, check_bytes
from imaging.lookup_tables import PALETTE_KEYWORDS, read_palette
from imaging.pixel_layout import PIXEL_KEYWORDS, PixelLayout, read_layout
from imaging.presentation import KEYWORDS as PRESENTATION_KEYWORDS
from imaging.presentation import read_aspect, read_grey_display

PREAMBLE: Final = 128  # bytes, then "DICM": PS3.10 section 7.1
# A file without them starts with group 0002 or 0008, in either byte order.
BARE_STARTS: Final = (b"\x02\x00", b"\x08\x00", b"\x00\x08")

DIRECTORY: Final = "1.2.840.10008.1.3.10"  # a DICOMDIR
# They have pixels, of labels and doses, but no picture of a patient (PS3.4 B.5).
NO_PICTURE: Final = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.66.4",  # Segmentation
        "1.2.840.10008.5.1.4.1.1.66.7",  # Label Map Segmentation
        "1.2.840.10008.5.1.4.1.1.481.2",  # RT Dose
    }
)

KEYWORDS: Final = (
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "Modality",
    "BodyPartExamined",
    "AnatomicRegionSequence",
    "ImageLaterality",
    "Laterality",
    "ViewPosition",
    "StudyDate",
    "StudyDescription",
    "SeriesDescription",
    "ProtocolName",
    "Manufacturer",
    "ManufacturerModelName",
    "InstitutionName",
    "PatientSex",
    "PatientAge",
    "SeriesNumber",
    "InstanceNumber",
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "AccessionNumber",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "PixelRepresentation",
    *PRESENTATION_KEYWORDS,
    *PALETTE_KEYWORDS,
    *PIXEL_KEYWORDS,
)
# Only these are kept: a file may hold thousands of others, nested without end.
WANTED: Final = [tag for tag in map(tag_for_keyword, KEYWORDS) if tag is not None]


def is_dicom(content: bytes) -> bool:
    """Say whether bytes begin like a DICOM file, with or without the preamble."""
    return _has_preamble(content) or content.startswith(BARE_STARTS)


def _has_preamble(content: bytes) -> bool:
    return content[PREAMBLE : PREAMBLE + 4] == b"DICM"


@dataclass(frozen=True, slots=True)
class _Instance:
    dataset: Dataset
    syntax: str  # transfer syntax UID; worked out where the file omits it
    sop_class: str  # SOP class UID; empty if the file does not say


def read_dicom(content: bytes, frames: FramePolicy) -> list[Picture]:
    """Read the frames that the policy picks.

    Raises CannotDecode (NOT_AN_IMAGE, NO_PIXELS, CORRUPT, UNSUPPORTED, TOO_LARGE); errors of
    pydicom pass through.
    """
    instance = _open(content)
    layout = read_layout(instance.dataset, _pixel_keyword(instance, _has_preamble(content)))
    check_syntax(instance.syntax, layout)
    tags = _read_tags(instance, layout)
    identity = _read_identity(instance.dataset)
    return [
        Picture(_read_frame(instance, layout, frame), frame, tags, identity)
        for frame in frames.choose(layout.frames)
    ]


def _open(content: bytes) -> _Instance:
    stream = BytesIO(content)
    stream.seek(PREAMBLE + 4 if _has_preamble(content) else 0)
    meta = read_dataset(stream, False, True, stop_when=lambda tag, _vr, _length: tag.group != 2)
    syntax = elements.uid(meta, "TransferSyntaxUID")
    if syntax == DeflatedExplicitVRLittleEndian:
        # pydicom would inflate without a limit: a megabyte can become gigabytes.
        inflated = BytesIO(_inflate(content[stream.tell() :]))
        dataset = read_dataset(inflated, False, True, specific_tags=WANTED)
    else:
        dataset = dcmread(BytesIO(content), force=True, specific_tags=WANTED)
    sop_class = elements.uid(dataset, "SOPClassUID") or elements.uid(
        meta, "MediaStorageSOPClassUID"
    )
    return _Instance(dataset, syntax or _native_syntax(dataset), sop_class)


def _inflate(deflated: bytes) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(deflated, MAX_INFLATED_BYTES + 1)
    check_bytes(len(inflated), MAX_INFLATED_BYTES, "Its inflated data set")
    return inflated


def _native_syntax(dataset: Dataset) -> str:
    is_implicit, is_little_endian = dataset.original_encoding
    if is_implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRBigEndian if is_little_endian is False else ExplicitVRLittleEndian


def _pixel_keyword(instance: _Instance, has_preamble: bool) -> str:
    """Find where the pixels are, or say why there is no picture."""
    if not instance.sop_class and not has_preamble:
        raise CannotDecode(
            SkipCode.NOT_AN_IMAGE, "It is not DICOM: it has no preamble and names no SOP class."
        )
    present = [keyword for keyword in PIXEL_KEYWORDS if keyword in instance.dataset]
    if present and instance.sop_class not in NO_PICTURE:
        return present[0]
    # pydicom reads a header that was cut off as a short one.
    if "SOPClassUID" not in instance.dataset and instance.sop_class != DIRECTORY:
        raise CannotDecode(
            SkipCode.CORRUPT,
            "Its header is cut off before pixels and SOP class. Copy it again from its source.",
        )
    lack = "Its pixels are no picture" if present else "It has no pixel data"
    kind = UID(instance.sop_class).name
    raise CannotDecode(SkipCode.NO_PIXELS, f"{lack}: its SOP class is {kind}.")


def _read_frame(instance: _Instance, layout: PixelLayout, frame: int) -> Pixels:
    element = instance.dataset[layout.keyword]
    encoded = EncodedFrame(element.value, element.VR, instance.syntax, layout, frame)
    pixels = _render(instance.dataset, layout, decode_frame(encoded), frame)
    return square_pixels(pixels, read_aspect(instance.dataset, frame))


def _render(dataset: Dataset, layout: PixelLayout, stored: Stored, frame: int) -> Pixels:
    if layout.samples == 3:
        return render_colour(stored, layout.stored)
    if layout.photometric == "PALETTE COLOR":
        return render_palette(stored, read_palette(dataset))
    return as_rgb(render_grey(stored, read_grey_display(dataset, layout, frame)))


def _read_tags(instance: _Instance, layout: PixelLayout) -> Tags:
    dataset = instance.dataset
    return Tags(
        modality=elements.text(dataset, "Modality"),
        body_part=_body_part(dataset),
        laterality=elements.text(dataset, "ImageLaterality")
        or elements.text(dataset, "Laterality"),
        view=elements.text(dataset, "ViewPosition"),
        study_uid=elements.uid(dataset, "StudyInstanceUID"),
        series_uid=elements.uid(dataset, "SeriesInstanceUID"),
        sop_uid=elements.uid(dataset, "SOPInstanceUID"),
        sop_class_uid=instance.sop_class,
        transfer_syntax_uid=str(instance.syntax),
        study_date=elements.text(dataset, "StudyDate"),
        study_description=elements.text(dataset, "StudyDescription"),
        series_description=elements.text(dataset, "SeriesDescription"),
        protocol=elements.text(dataset, "ProtocolName"),
        manufacturer=elements.text(dataset, "Manufacturer"),
        model=elements.text(dataset, "ManufacturerModelName"),
        institution=elements.text(dataset, "InstitutionName"),
        patient_sex=elements.text(dataset, "PatientSex"),
        patient_age=elements.text(dataset, "PatientAge"),
        photometric=elements.text(dataset, "PhotometricInterpretation"),
        rows=layout.rows,
        columns=layout.columns,
        frames=layout.frames,
        series_number=elements.integer(dataset, "SeriesNumber"),
        instance_number=elements.integer(dataset, "InstanceNumber"),
    )


def _body_part(dataset: Dataset) -> str:
    region = elements.item(dataset, "AnatomicRegionSequence")
    named = elements.text(region, "CodeMeaning") if region is not None else ""
    return elements.text(dataset, "BodyPartExamined") or named


def _read_identity(dataset: Dataset) -> Identity:
    return Identity(
        patient_id=elements.text(dataset, "PatientID"),
        patient_name=elements.text(dataset, "PatientName"),
        patient_birth_date=elements.text(dataset, "PatientBirthDate"),
        accession_number=elements.text(dataset, "AccessionNumber"),
    )
