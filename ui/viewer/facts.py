"""What a file says of its picture, in the words and units that people read."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final

from core.types import Record, Tags

Fact = tuple[str, str]  # a title and a value

# The titles of tags whose names do not say enough; others are their names, with spaces.
TITLES: Final[Mapping[str, str]] = {
    "view": "View position",
    "study_uid": "Study UID",
    "series_uid": "Series UID",
    "sop_uid": "Image UID",
    "sop_class_uid": "SOP class UID",
    "frame_of_reference_uid": "Frame of reference UID",
    "transfer_syntax_uid": "Transfer syntax UID",
    "derived_uids": "Made-up UIDs",
    "study_day": "Study day",
    "acquired_at": "Acquired at",
    "kvp": "Tube voltage",
    "bits_stored": "Bits",
    "lossy": "Lossy compression",
    "burned_in": "Burned-in text",
    "deidentified": "De-identified",
    "contrast": "Contrast agent",
}
# Where two fields say the same, the one that was parsed is shown.
RAW: Final[Mapping[str, str]] = {
    "study_date": "study_day",
    "acquisition_date_time": "acquired_at",
}
ELSEWHERE: Final = frozenset(
    {"rows", "columns", "frames", "age_days", "row_spacing", "column_spacing"}
)
FIRST: Final = (
    "modality",
    "body_part",
    "laterality",
    "view",
    "study_day",
    "study_date",
    "study_time",
    "study_description",
    "series_description",
    "protocol",
)
NAMES: Final = [field.name for field in fields(Tags) if field.name not in ELSEWHERE]
UIDS: Final = [name for name in NAMES if name.endswith(("_uid", "_uids"))]
READ: Final = list(dict.fromkeys([*FIRST, *(name for name in NAMES if name not in UIDS)]))
VALUES: Final[Mapping[str, Callable[[Any], str]]] = {
    "acquired_at": lambda moment: moment.isoformat(" ", "seconds"),
    "field_strength": lambda tesla: f"{tesla:g} T",
    "kvp": lambda kilovolts: f"{kilovolts:g} kV",
    "slice_thickness": lambda millimetres: f"{millimetres:g} mm",
    "lossy": lambda code: {"00": "no", "01": "yes"}.get(str(code), str(code)),
    "burned_in": lambda answer: str(answer).lower(),
    "deidentified": lambda answer: str(answer).lower(),
    "study_time": lambda text: _clock(str(text)),
}


def facts(record: Record, score: float | None, copies: int) -> list[Fact]:
    """Titles and values to show, only of what is stated; what people read comes first."""
    tags = record.tags
    pairs = [
        ("Score", "" if score is None else f"{score:.2f}"),
        ("Copies", f"{copies} more with the same pixels" if copies else ""),
        *((_title(name), _shown(tags, name)) for name in READ),
        ("Size", f"{tags.columns} × {tags.rows}" if tags.rows else ""),
        ("Pixel spacing", _spacing(tags)),
        ("Frame", f"{record.frame + 1} of {tags.frames}" if tags.frames > 1 else ""),
        ("Slice position", "" if record.along is None else f"{record.along:.1f} mm"),
        *((_title(name), _shown(tags, name)) for name in UIDS),
        ("File", str(record.location)),
    ]
    return [(title, value) for title, value in pairs if value]


def _title(name: str) -> str:
    return TITLES.get(name) or name.replace("_", " ").capitalize()


def _shown(tags: Tags, name: str) -> str:
    value = getattr(tags, name)
    is_told_better = name in RAW and getattr(tags, RAW[name]) is not None
    if value is None or value == "" or is_told_better:
        return ""
    return VALUES[name](value) if name in VALUES else str(value)


def _spacing(tags: Tags) -> str:
    if tags.row_spacing is None or tags.column_spacing is None:
        return ""
    return f"{tags.column_spacing:.3g} × {tags.row_spacing:.3g} mm"


def _clock(text: str) -> str:
    """A DICOM time (PS3.5 section 6.2, TM) as a clock shows it; else as it stands."""
    digits = text.split(".", maxsplit=1)[0]
    if len(digits) not in (4, 6) or not digits.isascii() or not digits.isdigit():
        return text
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
