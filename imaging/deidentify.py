"""Writes a DICOM file anew with what its pixels and their geometry need, and nothing else.

The Basic Application Confidentiality Profile (DICOM PS3.15 annex E) says what to take away; it is
met here by a list of what may stay. No free text, no date, no name of a person, place or device, no
private or unknown element, no overlay and no UID of the file gets past it, whatever the file holds.
Pixels are decoded and written plainly: a compressed stream may carry comments.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any, Final, Union

import numpy as np
from pydicom.datadict import dictionary_VM, dictionary_VR
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian
from pydicom.valuerep import DSfloat

from core.errors import CannotDecode
from core.types import Identity, Kept, SkipCode, Tags
from imaging import elements
from imaging.codecs import decode_frame
from imaging.dicom import OpenFile, encoded_frame, open_dicom
from imaging.display import LookupTable, Stored
from imaging.elements import RawDataset
from imaging.header import is_dicom
from imaging.lookup_tables import (
    COLOURS,
    PALETTE_KEYWORDS,
    read_palette,
    read_sequence_table,
)
from imaging.pixel_layout import PixelLayout
from imaging.rules import Rules

# A code string is capitals and digits by PS3.5 section 6.2: what else stands there is no code.
CODE: Final = re.compile(r"[A-Z0-9 _]{1,16}")
RESCALE_TYPES: Final = frozenset({"HU", "US", "OD", "HGML", "Z_EFF", "ED"})  # PS3.3 C.11.1.1.2
MOST_ITEMS: Final = 100_000  # of a sequence: frames of a volume

Tree = Mapping[str, Union["Tree", None]]


def _leaves(*keywords: str) -> Tree:
    return dict.fromkeys(keywords)


_WINDOW: Final = _leaves("WindowCenter", "WindowWidth", "VOILUTFunction")
_RESCALE: Final = _leaves("RescaleIntercept", "RescaleSlope", "RescaleType")
_SPACING: Final = _leaves("PixelSpacing", "SliceThickness", "SpacingBetweenSlices")
_PLACE: Final = _leaves("ImagePositionPatient")
_ORIENTATION: Final = _leaves("ImageOrientationPatient")
_GROUPS: Final[Tree] = {
    "PixelMeasuresSequence": _SPACING,
    "PlanePositionSequence": _PLACE,
    "PlaneOrientationSequence": _ORIENTATION,
    "FrameVOILUTSequence": _WINDOW,
    "PixelValueTransformationSequence": _RESCALE,
}
_REGION: Final = _leaves(
    *("RegionSpatialFormat", "RegionDataType", "RegionFlags", "RegionLocationMinX0"),
    *("RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1"),
    *("PhysicalUnitsXDirection", "PhysicalUnitsYDirection", "PhysicalDeltaX", "PhysicalDeltaY"),
)
# What stays: codes and numbers. None is a value, a tree the items of a sequence.
KEPT: Final[Tree] = {
    **_leaves("Modality", "ImageType", "ConversionType", "PresentationIntentType"),
    **_leaves("BodyPartExamined", "Laterality", "ImageLaterality", "ViewPosition"),
    **_leaves("PatientPosition", "PatientOrientation", "BurnedInAnnotation"),
    **_leaves("LossyImageCompression", "LossyImageCompressionRatio"),
    **_leaves("PixelIntensityRelationship", "PixelIntensityRelationshipSign"),
    **_leaves("PresentationLUTShape", "SeriesNumber", "InstanceNumber", "FrameTime"),
    **_leaves("PixelAspectRatio", "ImagerPixelSpacing", "NominalScannedPixelSpacing"),
    **_leaves("SliceLocation", "KVP", "MagneticFieldStrength", "RepetitionTime", "EchoTime"),
    **_leaves("InversionTime", "FlipAngle", "PixelPaddingValue", "PixelPaddingRangeLimit"),
    **_WINDOW,
    **_RESCALE,
    **_SPACING,
    **_PLACE,
    **_ORIENTATION,
    "SharedFunctionalGroupsSequence": _GROUPS,
    "PerFrameFunctionalGroupsSequence": _GROUPS,
    "SequenceOfUltrasoundRegions": _REGION,
}
# Type 2: there, and empty. PS3.3 C.7.1.1, C.7.2.1 and C.7.5.1.
EMPTY: Final = (
    *("PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime"),
    *("AccessionNumber", "ReferringPhysicianName", "StudyID", "Manufacturer"),
)
# PS3.16, CID 7050
PROFILE_CODE: Final = ("113100", "DCM", "Basic Application Confidentiality Profile")
METHOD: Final = "radseek: codes, numbers and pixels were kept"
LUT_SEQUENCES: Final = ("ModalityLUTSequence", "VOILUTSequence")
TAGS: Final = frozenset(
    elements.tag_of(keyword) for keyword in (*KEPT, *LUT_SEQUENCES, *PALETTE_KEYWORDS)
)


def deidentified(content: bytes, key: bytes, rules: Rules) -> bytes:
    """A DICOM file as another DICOM file that names nobody, in Explicit VR Little Endian.

    UIDs and the patient's identifier become others, the same for the same `key`: files of one
    series stay together. Raises CannotDecode: UNSUPPORTED for what is no DICOM image, or holds
    pixels that are no integers; else as reading it does.
    """
    if not is_dicom(content):
        raise CannotDecode(SkipCode.UNSUPPORTED, "Its file is no DICOM file. Export its image.")
    file = open_dicom(content, hashlib.sha256(content).hexdigest(), rules, TAGS)
    if isinstance(file.shown, Kept):
        raise CannotDecode(SkipCode.UNSUPPORTED, f"It has no picture. {file.shown.reason}")
    made = Dataset()
    _name(made, file, key)
    _copy(file.header.dataset, made, KEPT)
    _copy_tables(file.header.dataset, made, file.shown)
    _put_pixels(made, file, file.shown)
    return _written(made)


def pseudonym(key: bytes, what: str, text: str) -> str:
    """Text that stands for another text of that kind; nobody without the key can tell which."""
    return hmac.new(key, f"{what} {text}".encode(), hashlib.sha256).hexdigest()


def _name(made: Dataset, file: OpenFile, key: bytes) -> None:
    """Put in other UIDs, and nobody's name."""
    tags = file.instance.tags
    made.SOPClassUID = tags.sop_class_uid
    made.SOPInstanceUID = _uid(key, tags.sop_uid)
    made.SeriesInstanceUID = _uid(key, tags.series_uid)
    made.StudyInstanceUID = _uid(key, tags.study_uid)
    if tags.frame_of_reference_uid:
        made.FrameOfReferenceUID = _uid(key, tags.frame_of_reference_uid)
    for keyword in EMPTY:
        setattr(made, keyword, "")
    made.PatientID = _patient(key, file.instance.identity, tags)
    made.PatientIdentityRemoved = "YES"
    made.LongitudinalTemporalInformationModified = "REMOVED"
    made.DeidentificationMethod = METHOD
    made.DeidentificationMethodCodeSequence = [_code(*PROFILE_CODE)]


def _uid(key: bytes, uid: str) -> UID:
    """A UID below the root 2.25, of 128 bits: PS3.5 section B.2."""
    return UID(f"2.25.{int(pseudonym(key, 'uid', uid)[:32], 16)}")


def _patient(key: bytes, identity: Identity, tags: Tags) -> str:
    """A patient by the identifier, else by the study."""
    named = f"{identity.issuer} {identity.patient_id}" if identity.patient_id else tags.study_uid
    return f"P{pseudonym(key, 'patient', named)[:12].upper()}"


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    made = Dataset()
    made.CodeValue, made.CodingSchemeDesignator, made.CodeMeaning = value, scheme, meaning
    return made


def _copy(source: Dataset, onto: Dataset, kept: Tree) -> None:
    for keyword, below in kept.items():
        if below is not None:
            items = [_copied(item, below) for item in _items(source, keyword)]
            if items:
                setattr(onto, keyword, items)
            continue
        value = _value(source, keyword)
        if value:
            onto.add_new(elements.tag_of(keyword), *value)


def _copy_tables(source: Dataset, onto: Dataset, layout: PixelLayout) -> None:
    """Write lookup tables anew, by the values that they are read as."""
    for sequence in LUT_SEQUENCES:
        table = read_sequence_table(source, sequence)
        if table is not None:
            item = Dataset()
            _write_table(item, "LUT", table, layout)
            if sequence == "ModalityLUTSequence":
                item.ModalityLUTType = "US"  # unspecified: PS3.3 C.11.1.1.2
            setattr(onto, sequence, [item])
    if layout.photometric == "PALETTE COLOR":
        for colour, table in zip(COLOURS, read_palette(source), strict=True):
            _write_table(onto, f"{colour}PaletteColorLookupTable", table, layout)


def _write_table(onto: Dataset, prefix: str, table: LookupTable, layout: PixelLayout) -> None:
    count = len(table.entries) % (1 << 16)  # 0 stands for 65,536
    vr = "SS" if layout.signed and table.first < 0 else "US"
    words = [count, table.first, table.bits]
    if vr == "SS" and count >= 1 << 15:
        words[0] = count - (1 << 16)
    onto.add_new(elements.tag_of(f"{prefix}Descriptor"), vr, words)
    packed = table.entries.astype("<u2").tobytes()
    onto.add_new(elements.tag_of(f"{prefix}Data"), "OW", packed)


def _items(source: Dataset, keyword: str) -> Iterator[Dataset]:
    for index in range(MOST_ITEMS):
        item = elements.item(source, keyword, index)
        if item is None:
            return
        yield item


def _copied(item: Dataset, kept: Tree) -> Dataset:
    made = Dataset()
    _copy(item, made, kept)
    return made


def _value(source: Dataset, keyword: str) -> tuple[str, Any] | None:
    """The VR and the value of an element that may stay; None where it has none."""
    vr = dictionary_VR(elements.tag_of(keyword))
    if keyword == "RescaleType":
        text = elements.text(source, keyword)
        return ("LO", text) if text in RESCALE_TYPES else None
    if vr == "CS":
        codes = elements.text(source, keyword).split("\\")
        return ("CS", codes) if all(map(CODE.fullmatch, codes)) else None
    found = elements.numbers(source, keyword)
    return _numbers(source, keyword, vr, found) if found else None


def _numbers(
    source: Dataset, keyword: str, vr: str, found: tuple[float, ...]
) -> tuple[str, list[Any]] | None:
    kind, make = _WRITTEN[vr](source)
    most = dictionary_VM(elements.tag_of(keyword))
    if most.isdigit() and len(found) != int(most):
        return None
    return kind, [make(number) for number in found]


def _signed_or_not(source: Dataset) -> tuple[str, Callable[[float], Any]]:
    is_signed = isinstance(source, RawDataset) and source.has_signed_words
    return ("SS" if is_signed else "US"), int


_WRITTEN: Final[Mapping[str, Callable[[Dataset], tuple[str, Callable[[float], Any]]]]] = {
    "DS": lambda _: ("DS", lambda number: DSfloat(number, auto_format=True)),
    "IS": lambda _: ("IS", int),
    "FD": lambda _: ("FD", float),
    "SS": lambda _: ("SS", int),
    "SL": lambda _: ("SL", int),
    "UL": lambda _: ("UL", int),
    "US": lambda _: ("US", int),
    "US or SS": _signed_or_not,
}


def _put_pixels(made: Dataset, file: OpenFile, layout: PixelLayout) -> None:
    if layout.keyword != "PixelData":
        raise CannotDecode(
            SkipCode.UNSUPPORTED, "Its pixels are no integers. Export its image instead."
        )
    frames = [
        decode_frame(encoded_frame(file.header, layout, frame)) for frame in range(layout.frames)
    ]
    bits = 8 if layout.stored <= 8 else 16 if layout.stored <= 16 else 32
    made.Rows, made.Columns = frames[0].shape[:2]
    made.SamplesPerPixel = layout.samples
    made.PhotometricInterpretation = "RGB" if layout.samples == 3 else layout.photometric
    if layout.samples == 3:
        made.PlanarConfiguration = 0
    if layout.frames > 1:
        made.NumberOfFrames = layout.frames
    made.BitsAllocated, made.BitsStored, made.HighBit = bits, layout.stored, layout.stored - 1
    made.PixelRepresentation = int(layout.signed)
    packed = b"".join(_packed(frame, layout, bits) for frame in frames)
    made.add_new("PixelData", "OB" if bits == 8 else "OW", packed + b"\0" * (len(packed) % 2))


def _packed(stored: Stored, layout: PixelLayout, bits: int) -> bytes:
    """The bytes of a frame, which hold the very values. Raises CannotDecode if they cannot."""
    narrow = stored.astype(f"<{'i' if layout.signed else 'u'}{bits // 8}")
    if not np.array_equal(narrow, stored):
        raise CannotDecode(
            SkipCode.UNSUPPORTED, "Its pixels do not fit what its header says. Export its image."
        )
    return narrow.tobytes()


def _written(made: Dataset) -> bytes:
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    written = BytesIO()
    made.save_as(written, enforce_file_format=True)
    return written.getvalue()
