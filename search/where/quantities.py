"""Numbers, ages and dates as a person writes them: each is a stretch, such as all of 2020."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import floor, inf, isfinite, nextafter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidFilter
from search.where.fields import Field, Kind
from search.where.tree import Value

EXAMPLES: Final = {
    Kind.NUMBER: "a number such as 1.5",
    Kind.AGE: "an age such as 40, 6m, 3w or 10d",
    Kind.DATE: "a date such as 2020, 2020-06, 2020-06-15 or 2020-06-15T08:30:00",
}
# Mean lengths in the Gregorian calendar, as ages are read from files.
_DAYS: Final = {"y": 365.2425, "m": 365.2425 / 12, "w": 7, "d": 1}
_AGE: Final = re.compile(r"(\d{1,6})\s*([ymwd]?)", re.IGNORECASE)
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?|(\d{4})(\d{2})(\d{2})")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_SECONDS_OF_A_DAY: Final = 86_400
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Stretch:
    """The numbers from `low` on and below `high`."""

    low: float
    high: float


def stretch(field: Field, value: Value) -> Stretch:
    """What a value of a number, age or date covers, as the snapshot counts. Raises InvalidFilter.

    Ages are days. An age of 60 is that of a person who has completed 60 years and not 61; since
    years differ, one whose birthday is a day away may be counted as older already.
    """
    if isinstance(value, str):
        return _one(field, value)
    low = _one(field, value.low).low if value.low else -inf
    high = _one(field, value.high).high if value.high else inf
    if low >= high:
        raise InvalidFilter(
            f"Nothing lies in {field.name} {value.low}..{value.high}. Write the smaller one first."
        )
    return Stretch(low, high)


def completed_years(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ages that `stretch` would find these ages of so many days in, as whole years."""
    return np.ceil((days + 1) / _DAYS["y"]) - 1


def _one(field: Field, text: str) -> Stretch:
    found = _READ[field.kind](text.strip(), field.unit)
    if found is None:
        raise InvalidFilter(f"{text!r} is no value of {field.name}. Write {EXAMPLES[field.kind]}.")
    return found


def _number(text: str, unit: str) -> Stretch | None:
    try:
        number = float(text.casefold().removesuffix(unit.casefold()))
    except ValueError:
        return None
    return Stretch(number, nextafter(number, inf)) if isfinite(number) else None


def _age(text: str, _unit: str) -> Stretch | None:
    found = _AGE.fullmatch(text)
    if found is None:
        return None
    count, days = int(found[1]), _DAYS[found[2].casefold() or "y"]
    return Stretch(floor(count * days), floor((count + 1) * days))


def _date(text: str, _unit: str) -> Stretch | None:
    if _MOMENT.fullmatch(text):
        return _second(text)
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    parts = found.group(4, 5, 6) if found[4] else found.group(1, 2, 3)
    year, month, day = (None if part is None else int(part) for part in parts)
    try:
        first, last = _first_and_last(year, month, day)
    except ValueError:  # the month 13
        return None
    return Stretch(first.toordinal() - _EPOCH, last.toordinal() + 1 - _EPOCH)


def _second(text: str) -> Stretch | None:
    """A second, in the clock of the field: UTC, or the scanner's own."""
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:  # the hour 25
        return None
    seconds = moment.timestamp()
    return Stretch(seconds / _SECONDS_OF_A_DAY, (seconds + 1) / _SECONDS_OF_A_DAY)


def _first_and_last(year: int | None, month: int | None, day: int | None) -> tuple[date, date]:
    """The first and the last day of a year, month or day. Raises ValueError."""
    first = date(year or 0, 1 if month is None else month, 1 if day is None else day)
    if day is not None:
        return first, first
    until = 12 if month is None else month
    return first, date(first.year, until, monthrange(first.year, until)[1])


_READ: Final = {Kind.NUMBER: _number, Kind.AGE: _age, Kind.DATE: _date}
