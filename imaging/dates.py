"""Reads the dates, times and ages of DICOM, which people and devices write in many ways."""

import re
from datetime import date, datetime, time
from typing import Final

# PS3.5 section 6.2: DA is YYYYMMDD; ACR-NEMA wrote YYYY.MM.DD, and is still read.
_DATE: Final = re.compile(r"(\d{4})(\d\d)(\d\d)|(\d{4})\.(\d\d)\.(\d\d)", re.ASCII)
_TIME: Final = re.compile(r"(\d\d)(?::?(\d\d)(?::?(\d\d)(?:\.(\d{1,6})\d*)?)?)?", re.ASCII)
_ZONE: Final = re.compile(r"[+-]\d{4}$", re.ASCII)
_AGE: Final = re.compile(r"(\d{1,3})([DWMY])", re.ASCII)
# X-rays were found in 1895, birth dates are older; de-identified archives reach beyond 2200.
FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2299

DAYS_PER: Final = {"D": 1.0, "W": 7.0, "M": 365.2425 / 12, "Y": 365.2425}  # Gregorian mean
LONGEST_LIFE: Final = 150 * 365.2425  # days


def parse_date(text: str) -> date | None:
    """Read a DA value; None for a part of a date, a range, or no date of the calendar."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    return _day(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """Read a TM value, the least of which is the hour; a leap second counts as the one before."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    try:
        return time(hour, minute, 59 if second == 60 else second, _microseconds(found[4]))
    except ValueError:
        return None


def _microseconds(fraction: str | None) -> int:
    return int((fraction or "").ljust(6, "0"))


def parse_date_time(text: str) -> datetime | None:
    """Read a DT value that has at least a whole date; without a time it is midnight.

    The result is naive: the clock of the scanner, whose offset from UTC is left out.
    """
    local = _ZONE.sub("", text)
    day, clock = parse_date(local[:8]), parse_time(local[8:] or "00")
    return datetime.combine(day, clock) if day is not None and clock is not None else None


def join_date_time(day: str, clock: str) -> str:
    """Write a DA and a TM value as one DT value; empty without a date."""
    return f"{day.replace('.', '')}{clock.replace(':', '')}" if day else ""


def parse_age(text: str) -> int | None:
    """Read an AS value such as "042Y" in days; a year is 365.2425 days and a month a twelfth."""
    found = _AGE.fullmatch(text.upper())
    return round(int(found[1]) * DAYS_PER[found[2]]) if found else None


def age_between(birth: date | None, day: date | None) -> int | None:
    """Count the days from a birth to a day; None where that is no age of a person."""
    if birth is None or day is None:
        return None
    days = (day - birth).days
    return days if 0 <= days <= LONGEST_LIFE else None
