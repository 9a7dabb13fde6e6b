"""What can be filtered on: each field with its kind, its unit and its other names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from core.errors import InvalidFilter


class Kind(StrEnum):
    """What the values of a field are."""

    TEXT = "text"
    UID = "uid"  # compared as it stands
    NUMBER = "number"
    AGE = "age"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that pictures can be filtered on."""

    name: str
    kind: Kind
    tags: tuple[str, ...]  # those of a snapshot's columns, or of its numbers, that it looks at
    aliases: tuple[str, ...] = ()  # DICOM keywords (PS3.6) and everyday names
    unit: str = ""
    words: Mapping[str, str] = field(default_factory=dict)  # words for values, lower case


_NO_WORDS: Final[Mapping[str, str]] = {}
_SEXES: Final = {"female": "F", "male": "M", "other": "O"}
_SIDES: Final = {"left": "L", "right": "R", "both": "B", "unpaired": "U"}


def _text(name: str, *aliases: str, tag: str = "", words: Mapping[str, str] = _NO_WORDS) -> Field:
    return Field(name, Kind.TEXT, (tag or name,), aliases, words=words)


def _uid(name: str, *aliases: str) -> Field:
    return Field(name, Kind.UID, (name,), aliases)


def _number(name: str, *aliases: str, unit: str = "", tag: str = "") -> Field:
    return Field(name, Kind.NUMBER, (tag or name,), aliases, unit)


def _date(name: str, tag: str, *aliases: str) -> Field:
    return Field(name, Kind.DATE, (tag,), aliases)


FIELDS: Final[tuple[Field, ...]] = (
    _text("modality", "Modality"),
    _text("body_part", "BodyPartExamined", "part"),
    _text("laterality", "ImageLaterality", "Laterality", "side", words=_SIDES),
    _text("view", "ViewPosition"),
    _text("sex", "PatientSex", tag="patient_sex", words=_SEXES),
    Field("age", Kind.AGE, ("age_days",), ("PatientAge", "age_days"), "years"),
    _date("date", "study_day", "StudyDate", "study_day"),
    _date("acquired", "acquired_at", "AcquisitionDateTime", "AcquisitionDate", "acquired_at"),
    _date("indexed", "indexed_at", "indexed_at"),
    Field(
        "description",
        Kind.TEXT,
        ("study_description", "series_description", "protocol"),
    ),
    _text("study_description", "StudyDescription"),
    _text("series_description", "SeriesDescription"),
    _text("protocol", "ProtocolName"),
    _text("manufacturer", "Manufacturer", "vendor"),
    _text("scanner", "ManufacturerModelName", "model", tag="model"),
    _text("institution", "InstitutionName", "site"),
    _text("contrast", "ContrastBolusAgent"),
    _number("kvp", "KVP", unit="kV"),
    _number("field_strength", "MagneticFieldStrength", unit="T"),
    _number("slice_thickness", "SliceThickness", unit="mm"),
    _number("row_spacing", unit="mm"),
    _number("column_spacing", unit="mm"),
    _number("along", unit="mm"),
    _number("rows", "Rows"),
    _number("columns", "Columns"),
    _number("frames", "NumberOfFrames"),
    _number("bits_stored", "BitsStored"),
    _number("series_number", "SeriesNumber"),
    _number("instance_number", "InstanceNumber"),
    _text("image_type", "ImageType"),
    _text("photometric", "PhotometricInterpretation"),
    _text("windows", "WindowCenter", "WindowWidth"),
    _text("lossy", "LossyImageCompression"),
    _text("burned_in", "BurnedInAnnotation"),
    _text("deidentified", "PatientIdentityRemoved"),
    _text("derived_uids"),
    _text("study_time", "StudyTime"),
    _uid("study_uid", "StudyInstanceUID", "study"),
    _uid("series_uid", "SeriesInstanceUID", "series"),
    _uid("sop_uid", "SOPInstanceUID"),
    _uid("frame_of_reference_uid", "FrameOfReferenceUID"),
    _uid("sop_class_uid", "SOPClassUID"),
    _uid("transfer_syntax_uid", "TransferSyntaxUID"),
)

# A probability; which label is part of the filter, and not a field of its own.
LABEL: Final = Field("label", Kind.NUMBER, ())

# What names a person. It is looked up, one at a time, and never filtered on.
_IDENTITY: Final = frozenset(
    {
        *("patient", "name", "mrn", "dob", "birthday", "accession"),
        *("patientname", "namealphabetic", "nameideographic", "namephonetic"),
        *("patientid", "issuer", "issuerofpatientid", "accessionnumber"),
        *("patientbirthdate", "birthdate"),
    }
)


def field_of(name: str) -> Field:
    """The field of that name, DICOM keyword or alias, whatever its case. Raises InvalidFilter."""
    found = _BY_KEY.get(_key(name))
    if found is None:
        raise InvalidFilter(_why_not(name))
    return found


def is_field(name: str) -> bool:
    """Whether a field has that name."""
    return _key(name) in _BY_KEY


def _why_not(name: str) -> str:
    if _key(name) in _IDENTITY:
        return (
            "Cannot filter on what names a patient. Type an accession number or a patient's "
            "identifier as the text of a search to look it up."
        )
    near = get_close_matches(_key(name), _BY_KEY, n=3)
    names = dict.fromkeys(_BY_KEY[key].name for key in near)
    hint = f"Did you mean {' or '.join(names)}? " if names else ""
    known = ", ".join(field.name for field in FIELDS)
    return f"Cannot filter on {str(name)!r}. {hint}Filters are possible on {known}."


def _key(name: str) -> str:
    return name.replace("_", "").casefold()


def _keys() -> Iterator[tuple[str, Field]]:
    for each in FIELDS:
        for name in (each.name, *each.aliases):
            yield _key(name), each


_BY_KEY: Final = dict(_keys())
