"""Reads single values of a DICOM data set that nobody vouches for: a bad value reads as absent.

Nothing here walks, prints or copies a data set: on a hostile one that can take for ever.
"""

import math
import re
from typing import Any, Final

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

MAX_TEXT: Final = 1024  # characters; a Long String has 64, a comment can have a megabyte
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_UID: Final = re.compile(r"[0-9.]{1,64}")


def _value(dataset: Dataset, keyword: str) -> Any:
    """pydicom converts a value when it is asked for, and each kind of bad value raises its own."""
    try:
        return dataset.get(keyword)
    except Exception:
        return None


def _values(dataset: Dataset, keyword: str) -> list[Any]:
    value = _value(dataset, keyword)
    if value is None or isinstance(value, Sequence):
        return []
    return list(value) if isinstance(value, MultiValue | list) else [value]


def text(dataset: Dataset, keyword: str) -> str:
    """Read text on one line, at most MAX_TEXT characters; several values stay apart by "\\"."""
    whole = "\\".join(str(value) for value in _values(dataset, keyword))
    return _CONTROL.sub(" ", whole[:MAX_TEXT]).strip()


def uid(dataset: Dataset, keyword: str) -> str:
    """Read a UID; what is not made of at most 64 digits and dots is none (PS3.5 section 9.1)."""
    value = text(dataset, keyword)
    return value if _UID.fullmatch(value) else ""


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Read all values as finite numbers; one bad value makes them all absent."""
    try:
        found = tuple(float(value) for value in _values(dataset, keyword))
    except (TypeError, ValueError, OverflowError):
        return ()
    return found if all(map(math.isfinite, found)) else ()


def number(dataset: Dataset, keyword: str) -> float | None:
    """Read the first value as a finite number."""
    return next(iter(numbers(dataset, keyword)), None)


def integer(dataset: Dataset, keyword: str) -> int | None:
    """Read the first value as an integer, rounded towards zero."""
    found = number(dataset, keyword)
    return None if found is None else int(found)


def item(dataset: Dataset, keyword: str, index: int = 0) -> Dataset | None:
    """Read one item of a sequence."""
    items = _value(dataset, keyword)
    try:
        found = items[index]
    except (TypeError, IndexError, KeyError):
        return None
    return found if isinstance(found, Dataset) else None


def binary(dataset: Dataset, keyword: str) -> bytes:
    """Read a value of bytes."""
    found = _value(dataset, keyword)
    return bytes(found) if isinstance(found, bytes | bytearray | memoryview) else b""
