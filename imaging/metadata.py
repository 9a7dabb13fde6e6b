"""Reads what a DICOM header says of its pictures, identity left out."""

from functools import partial
from typing import Final

from pydicom.dataset import Dataset

from core.types import Tags
from imaging import elements
from imaging.dates import (
    age_between,
    join_date_time,
    parse_age,
    parse_date,
    parse_date_time,
)
from imaging.elements import RawDataset
from imaging.functional_groups import PER_FRAME, SHARED, scopes
from imaging.presentation import windows_of
from imaging.uids import SERIES, SOP, STUDY, derived_uid, is_uid

FIRST: Final = 0  # the frame that stands for all, where they differ

_LEVELS: Final = {
    STUDY: "StudyInstanceUID",
    SERIES: "SeriesInstanceUID",
    SOP: "SOPInstanceUID",
}
KEYWORDS: Final = (
    *_LEVELS.values(),
    "MediaStorageSOPClassUID",
    "MediaStorageSOPInstanceUID",
    "SpecificCharacterSet",
    "SOPClassUID",
    "FrameOfReferenceUID",
    "Modality",
    "BodyPartExamined",
    "AnatomicRegionSequence",
    "ImageLaterality",
    "Laterality",
    "ViewPosition",
    "ViewCodeSequence",
    "StudyDate",
    "StudyTime",
    "AcquisitionDateTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "StudyDescription",
    "SeriesDescription",
    "ProtocolName",
    "ImageType",
    "Manufacturer",
    "ManufacturerModelName",
    "InstitutionName",
    "MagneticFieldStrength",
    "KVP",
    "ContrastBolusAgent",
    "ContrastBolusAgentSequence",
    "PatientSex",
    "PatientAge",
    "PatientBirthDate",
    "SeriesNumber",
    "InstanceNumber",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "PhotometricInterpretation",
    "BitsStored",
    "SliceThickness",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "NominalScannedPixelSpacing",
    "LossyImageCompression",
    "BurnedInAnnotation",
    "PatientIdentityRemoved",
    SHARED,
    PER_FRAME,
)


def read_tags(dataset: RawDataset, syntax: str, sha256: str) -> Tags:
    """Read the tags of a file; docs/metadata.md says where each is from.

    `syntax` is its transfer syntax UID. `sha256`, of the file, makes up the UIDs that it lacks.
    """
    text = partial(elements.text, dataset)
    uids = {level: _uid(dataset, keyword) for level, keyword in _LEVELS.items()}
    uids[SOP] = uids[SOP] or _uid(dataset, "MediaStorageSOPInstanceUID")
    missing = [level for level, uid in uids.items() if not uid]
    uids.update({level: derived_uid(level, sha256) for level in missing})
    study_date, acquisition = text("StudyDate"), _acquisition(dataset)
    row_spacing, column_spacing = _spacing(dataset)
    return Tags(
        modality=text("Modality"),
        body_part=_body_part(dataset),
        laterality=_laterality(dataset),
        view=text("ViewPosition") or _meaning(dataset, "ViewCodeSequence"),
        study_uid=uids[STUDY],
        series_uid=uids[SERIES],
        sop_uid=uids[SOP],
        frame_of_reference_uid=_uid(dataset, "FrameOfReferenceUID"),
        derived_uids=",".join(missing),
        sop_class_uid=read_sop_class(dataset),
        transfer_syntax_uid=syntax if is_uid(syntax) else "",
        study_date=study_date,
        study_day=parse_date(study_date),
        study_time=text("StudyTime"),
        acquisition_date_time=acquisition,
        acquired_at=parse_date_time(acquisition),
        study_description=text("StudyDescription"),
        series_description=text("SeriesDescription"),
        protocol=text("ProtocolName"),
        image_type=text("ImageType"),
        manufacturer=text("Manufacturer"),
        model=text("ManufacturerModelName"),
        institution=text("InstitutionName"),
        field_strength=elements.number(dataset, "MagneticFieldStrength"),
        kvp=_number(dataset, "CTXRayDetailsSequence", "KVP"),
        contrast=text("ContrastBolusAgent") or _meaning(dataset, "ContrastBolusAgentSequence"),
        patient_sex=text("PatientSex"),
        patient_age=text("PatientAge"),
        age_days=_age_days(dataset),
        series_number=elements.integer(dataset, "SeriesNumber"),
        instance_number=elements.integer(dataset, "InstanceNumber"),
        rows=_count(dataset, "Rows"),
        columns=_count(dataset, "Columns"),
        frames=_count(dataset, "NumberOfFrames") or 1,
        photometric=text("PhotometricInterpretation"),
        bits_stored=elements.integer(dataset, "BitsStored"),
        slice_thickness=_number(dataset, "PixelMeasuresSequence", "SliceThickness"),
        row_spacing=row_spacing,
        column_spacing=column_spacing,
        windows=_windows(dataset),
        lossy=text("LossyImageCompression"),
        burned_in=text("BurnedInAnnotation"),
        deidentified=text("PatientIdentityRemoved"),
    )


def read_sop_class(dataset: Dataset) -> str:
    """Read the SOP class UID, of the file meta information where the data set has none."""
    return _uid(dataset, "SOPClassUID") or _uid(dataset, "MediaStorageSOPClassUID")


def _uid(dataset: Dataset, keyword: str) -> str:
    found = elements.text(dataset, keyword)
    return found if is_uid(found) else ""


def _count(dataset: Dataset, keyword: str) -> int:
    return max(elements.integer(dataset, keyword) or 0, 0)


def _number(dataset: Dataset, macro: str, keyword: str) -> float | None:
    found = (elements.number(scope, keyword) for scope in scopes(dataset, macro, FIRST))
    return next((value for value in found if value is not None), None)


def _spacing(dataset: Dataset) -> tuple[float | None, float | None]:
    """Read the distances of rows and of columns in mm: PS3.3 section 10.7.1.3."""
    for scope in scopes(dataset, "PixelMeasuresSequence", FIRST):
        for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
            pair = elements.numbers(scope, keyword)
            if len(pair) == 2 and min(pair) > 0:
                return pair
    return None, None


def _meaning(dataset: Dataset, sequence: str) -> str:
    """Read a code in words: PS3.3 section 8.3."""
    code = elements.item(dataset, sequence)
    return elements.text(code, "CodeMeaning") if code is not None else ""


def _body_part(dataset: Dataset) -> str:
    described = elements.text(dataset, "BodyPartExamined")
    regions = (
        _meaning(scope, "AnatomicRegionSequence")
        for scope in scopes(dataset, "FrameAnatomySequence", FIRST)
    )
    return described or next(filter(None, regions), "")


def _laterality(dataset: Dataset) -> str:
    keywords = ("ImageLaterality", "Laterality", "FrameLaterality")
    found = (
        elements.text(scope, keyword)
        for scope in scopes(dataset, "FrameAnatomySequence", FIRST)
        for keyword in keywords
    )
    return next(filter(None, found), "")


def _acquisition(dataset: Dataset) -> str:
    """Read when the file was acquired; of an enhanced file when its first frame was."""
    for scope in scopes(dataset, "FrameContentSequence", FIRST):
        for keyword in ("AcquisitionDateTime", "FrameAcquisitionDateTime"):
            if found := elements.text(scope, keyword):
                return found
    day, clock = (elements.text(dataset, f"Acquisition{part}") for part in ("Date", "Time"))
    return join_date_time(day, clock)


def _windows(dataset: RawDataset) -> str:
    """Write down the windows, as many whole ones as a text may have characters."""
    whole, most = windows_of(dataset), dataset.texts.most
    return whole if len(whole) <= most else whole[:most].rpartition("; ")[0]


def _age_days(dataset: Dataset) -> int | None:
    stated = parse_age(elements.text(dataset, "PatientAge"))
    if stated is not None:
        return stated
    birth, day = (elements.text(dataset, name) for name in ("PatientBirthDate", "StudyDate"))
    return age_between(parse_date(birth), parse_date(day))
