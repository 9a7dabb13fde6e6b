"""What the catalog says of each row of a snapshot: a statement for each value, over a span.

SQLite gives the values of many rows as one JSON list: each of its steps gives up the interpreter's
lock and waits for it again, so that a step for each row would take minutes for a million rows
beside a thread that is busy. Numbers pass through 15 digits, all that a tag in a file has.
"""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    LargeBinary,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
)

from core.types import Tags
from storage.keys import Key
from storage.schema import identities, instances, pictures

Told = Select[Any]  # JSON lists: a value for each row, ascending by the pictures' ids

TAG_NAMES: Final = Tags._fields

DAYS_OF_A_YEAR: Final = 365.2425  # as ages are read from files
_SECONDS_OF_A_DAY: Final = 86_400.0
_JULIAN_1970: Final = 2_440_587.5  # the Julian day of 1970-01-01 00:00


_living_then = (
    (pictures.c.id >= bindparam("first_id"))
    & (pictures.c.id < bindparam("next_id"))
    & (pictures.c.tombstone.is_(None) | (pictures.c.tombstone > bindparam("sequence")))
)
next_living = select(func.min(pictures.c.id)).where(
    (pictures.c.id >= bindparam("first_id")) & (pictures.c.id < bindparam("next_id"))
)
_instances = pictures.join(instances)
_identities = _instances.outerjoin(identities, identities.c.instance_id == pictures.c.instance_id)


def _told(source: FromClause, *values: ColumnElement[Any]) -> Told:
    named = [value.label(f"value_{place}") for place, value in enumerate(values)]
    # An aggregate sees the rows in the order of the query below it.
    rows = select(*named).select_from(source).where(_living_then).order_by(pictures.c.id).subquery()
    return select(*(func.json_group_array(value) for value in rows.c))


def _days(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.julianday(day) - _JULIAN_1970


def _unless_empty(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """The text, or a number that no other row has."""
    return case((text == "", -pictures.c.id), else_=text)


def patient() -> ColumnElement[Any]:
    """The patient, told apart from any study; of one without an identifier the study.

    Of pictures joined with their instances and, where they have one, identities.
    """
    number, study = identities.c.patient_id, instances.c.study_uid
    # With its length first, no two pairs of identifier and issuer give one text.
    size = cast(func.length(cast(number, LargeBinary)), String)
    named = literal("patient ") + size + " " + number + identities.c.issuer
    return case(
        (func.coalesce(number, "") != "", named),
        (study == "", -pictures.c.id),
        else_=literal("study ") + study,
    )


TEXTS: Final[dict[str, Told]] = {name: _told(_instances, instances.c[name]) for name in TAG_NAMES}

PLACES: Final = _told(pictures, pictures.c.id, pictures.c.shard_id, pictures.c.slot)

# Days since 1970-01-01 of dates and times; years of `age`; else in the unit of the tag.
NUMBERS: Final[dict[str, Told]] = {
    **{
        name: _told(_instances, instances.c[name])
        for name in (
            "age_days",
            "field_strength",
            "kvp",
            "series_number",
            "instance_number",
            "frames",
            "bits_stored",
            "slice_thickness",
            "row_spacing",
            "column_spacing",
        )
    },
    "rows": _told(_instances, func.nullif(instances.c.rows, 0)),
    "columns": _told(_instances, func.nullif(instances.c.columns, 0)),
    "age": _told(_instances, instances.c.age_days / DAYS_OF_A_YEAR),
    "study_day": _told(_instances, _days(instances.c.study_day)),
    "acquired_at": _told(_instances, _days(instances.c.acquired_at)),
    "indexed_at": _told(pictures, pictures.c.indexed_at / _SECONDS_OF_A_DAY),
    "along": _told(pictures, pictures.c.along),
}

# A number is the key itself; rows with the same text share one.
KEYS: Final[dict[Key, Told]] = {
    Key.PIXELS: _told(pictures, pictures.c.group_id),
    Key.SERIES: _told(_instances, _unless_empty(instances.c.series_uid)),
    Key.STUDY: _told(_instances, _unless_empty(instances.c.study_uid)),
    Key.DESCRIPTION: _told(_instances, func.coalesce(instances.c.description_id, 0)),
    Key.PATIENT: _told(_identities, patient()),
}
