"""What a file says of its picture, in groups and in the units that people read."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from core.types import Record, Tags

Fact = tuple[str, str]  # a name, which the page has a title for, and a value
Groups = dict[str, Sequence[Fact]]

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "study": ("study_date", "study_time", "study_description", "institution", "study_uid"),
    "series": (
        *("modality", "series_description", "protocol", "body_part", "laterality", "view"),
        *("contrast", "series_number", "frame_of_reference_uid", "series_uid"),
    ),
    "image": (
        *("frame", "along", "size", "spacing", "slice_thickness", "instance_number"),
        *("acquisition_date_time", "image_type", "windows", "photometric", "bits_stored"),
        *("lossy", "burned_in", "sop_class_uid", "sop_uid"),
    ),
    "patient": ("patient_sex", "patient_age", "deidentified"),
    "scanner": ("manufacturer", "model", "field_strength", "kvp"),
    "file": ("transfer_syntax_uid", "derived_uids", "indexed_at"),
}
# Where two fields say the same, the one that was parsed is shown.
PARSED: Final[Mapping[str, str]] = {
    "study_date": "study_day",
    "acquisition_date_time": "acquired_at",
}
VALUES: Final[Mapping[str, Callable[[Any], str]]] = {
    "acquired_at": lambda moment: moment.isoformat(" ", "seconds"),
    "field_strength": lambda tesla: f"{tesla:g} T",
    "kvp": lambda kilovolts: f"{kilovolts:g} kV",
    "slice_thickness": lambda millimetres: f"{millimetres:g} mm",
    "lossy": lambda code: {"00": "no", "01": "yes"}.get(str(code), str(code)),
    "burned_in": lambda answer: str(answer).lower(),
    "deidentified": lambda answer: str(answer).lower(),
    "study_time": lambda text: _clock(str(text)),
    "patient_age": lambda text: _age(str(text)),
}


def facts(record: Record) -> Groups:
    """Names and values, only of what is stated."""
    shown = {
        name: [(each, _value(record, each)) for each in names] for name, names in GROUPS.items()
    }
    stated = {name: [fact for fact in pairs if fact[1]] for name, pairs in shown.items()}
    return {name: pairs for name, pairs in stated.items() if pairs}


def _value(record: Record, name: str) -> str:
    made = MADE.get(name)
    return made(record) if made is not None else _stated(record.tags, name)


def _stated(tags: Tags, name: str) -> str:
    parsed = PARSED.get(name)
    if parsed is not None and getattr(tags, parsed) is not None:
        name = parsed
    value = getattr(tags, name)
    if value is None or value == "":
        return ""
    return VALUES[name](value) if name in VALUES else str(value)


def _size(record: Record) -> str:
    tags = record.tags
    return f"{tags.columns} × {tags.rows}" if tags.rows else ""


def _spacing(record: Record) -> str:
    tags = record.tags
    if tags.row_spacing is None or tags.column_spacing is None:
        return ""
    return f"{tags.column_spacing:.3g} × {tags.row_spacing:.3g} mm"


def _frame(record: Record) -> str:
    frames = record.tags.frames
    return f"{record.frame + 1} / {frames}" if frames > 1 else ""


# What is joined from several fields, or is none of a tag.
MADE: Final[Mapping[str, Callable[[Record], str]]] = {
    "size": _size,
    "spacing": _spacing,
    "frame": _frame,
    "along": lambda record: "" if record.along is None else f"{record.along:.1f} mm",
    "indexed_at": lambda record: f"{record.indexed_at:%Y-%m-%d %H:%M} UTC",
}


def _clock(text: str) -> str:
    """A DICOM time (PS3.5 section 6.2, TM) as a clock shows it; else as it stands."""
    digits = text.split(".", maxsplit=1)[0]
    if len(digits) not in (4, 6) or not digits.isascii() or not digits.isdigit():
        return text
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _age(text: str) -> str:
    """A DICOM age (PS3.5 section 6.2, AS) without its zeros, e.g. 63Y; else as it stands."""
    number, unit = text[:-1], text[-1:]
    return f"{int(number)}{unit}" if number.isdigit() and unit in "DWMY" else text
