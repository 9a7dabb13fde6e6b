"""What the catalog's statements take, made from the values that the rooms share.

Each function gives one row, a tuple in the order of the names that stand above it.
"""

from collections.abc import Collection
from dataclasses import fields
from datetime import date
from functools import lru_cache
from math import isfinite
from operator import attrgetter
from typing import Any, Final

from core.types import (
    Catalogued,
    EmbeddedFile,
    Identity,
    Kept,
    Pending,
    Place,
    Prepared,
    Skipped,
    Source,
    Tags,
)
from storage.catalog import FileState
from storage.locations import key_of
from storage.names import name_key
from storage.statements import Row

NOBODY = Identity()
COSINE_DIGITS = 3  # a tilt of half a milliradian is within what scanners write for one stack
LOWEST, HIGHEST = -(2**63), 2**63 - 1  # integers of SQLite
PLACES_REMEMBERED = 4096  # the slices of a stack share an orientation; picture and file a position


def _named(of: type[Tags | Identity], kinds: Collection[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(of) if field.type in kinds)


DATES: Final = ("study_day", "acquired_at")
TEXTS: Final = _named(Tags, {str})
NUMBERS: Final = _named(Tags, {int, int | None, float | None})
NAMES: Final = _named(Identity, {str})
_dates_of, _texts_of = attrgetter(*DATES), attrgetter(*TEXTS)
_numbers_of, _names_of = attrgetter(*NUMBERS), attrgetter(*NAMES)
_SILENT = _numbers_of(Tags())

KEY: Final = ("path", "member")
STAMP: Final = (*KEY, "size", "modified_ns")
FILE: Final = (*STAMP, "sha256", "instance_id", "skip_code", "skip_reason")
OUTCOME: Final = ("state", "code", "reason")
PLACE: Final = ("orientation", "position", "along")
INSTANCE: Final = ("id", "sha256", *OUTCOME, *TEXTS, *NUMBERS, *DATES, *PLACE)
IDENTITY: Final = ("instance_id", *NAMES, "birth_day", "name_key")
PICTURE: Final = ("id", "instance_id", "frame", "shard_id", "slot", "crc32", "pixel_sha256", *PLACE)


def stamp(file: Source | Skipped) -> Row:
    """STAMP: a file's location, size and time; what is beyond 64 bits becomes the largest."""
    return *key_of(file.location), _saturated(file.size), _saturated(file.modified_ns)


def held_file(source: Source, instance_id: int) -> Row:
    """FILE: one whose content an instance has."""
    return *stamp(source), source.sha256, instance_id, None, None


def skipped_file(skipped: Skipped) -> Row:
    """FILE: one that could not be read."""
    told = skipped.code.value, storable(skipped.reason)
    return *stamp(skipped), skipped.sha256, None, *told


def instance(instance_id: int, told: EmbeddedFile | Catalogued | Pending) -> Row:
    """INSTANCE: what a content says, and what became of it."""
    about = told.instance
    return (
        instance_id,
        told.source.sha256,
        *_outcome(told),
        *_texts(_texts_of(about.tags)),
        *_numbers(_numbers_of(about.tags)),
        *map(storable, _dates_of(about.tags)),
        *_place(about.place),
    )


def identity(instance_id: int, names: Identity) -> Row:
    """IDENTITY: what names the patient."""
    key = name_key(names.name_alphabetic, names.name_ideographic, names.name_phonetic)
    return instance_id, *_texts(_names_of(names)), storable(names.birth_day), storable(key)


def picture(
    picture_id: int, instance_id: int, prepared: Prepared, slot: tuple[int, int], crc32: int
) -> Row:
    """PICTURE: one with the (shard, slot) of its embedding."""
    pixels = bytes.fromhex(prepared.pixel_sha256) or None
    place = _place(prepared.place)
    return picture_id, instance_id, prepared.frame, *slot, crc32, pixels, *place


def storable(value: Any) -> Any:
    """What SQLite can keep of a value.

    Lone surrogates, which a badly encoded file leaves, become question marks. Dates become ISO
    8601. A number that is not finite, or an integer beyond 64 bits, becomes None.
    """
    match value:
        case None:
            return None
        case str():
            return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
        case int():
            return value if LOWEST <= value <= HIGHEST else None
        case float():
            return value if isfinite(value) else None
        case date():  # or datetime
            return value.isoformat()
    return value


def _texts(texts: tuple[str, ...]) -> Row:
    """As `storable` does each of them; nearly always they are plain ASCII, all of them."""
    return texts if "".join(texts).isascii() else tuple(map(storable, texts))


def _numbers(numbers: Row) -> Row:
    """As `storable` does each of them; instead of None what stands for a file that is silent."""
    if all(number is None or LOWEST < number < HIGHEST for number in numbers):  # not if it is NaN
        return numbers
    kept = map(storable, numbers)
    return tuple(silent if n is None else n for n, silent in zip(kept, _SILENT, strict=True))


def _outcome(told: EmbeddedFile | Catalogued | Pending) -> Row:
    match told:
        case EmbeddedFile():
            return FileState.EMBEDDED.value, None, None
        case Pending():
            return FileState.PENDING.value, None, None
        case Catalogued(kept=Kept(code, reason)):
            return FileState.CATALOGUED.value, code.value, storable(reason)


def _place(place: Place | None) -> Row:
    if place is None:
        return "", "", None
    return _rounded(place.orientation), _rounded(place.position), storable(place.along)


@lru_cache(PLACES_REMEMBERED)
def _rounded(values: tuple[float, ...]) -> str:
    """Numbers as text, with a blank between; never a negative zero."""
    return " ".join(f"{round(value, COSINE_DIGITS) + 0.0:.10g}" for value in values)


def _saturated(value: int) -> int:
    return min(max(value, LOWEST), HIGHEST)
