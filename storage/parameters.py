"""What the catalog's statements take, made from the values that the rooms share.

Each function gives one row, a tuple in the order of the names that stand above it.
"""

from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache
from math import isfinite
from operator import attrgetter, itemgetter
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
from storage.locations import Key
from storage.names import name_key
from storage.resolve import Told
from storage.statements import Row

COSINE_DIGITS = 3  # a tilt of half a milliradian is within what scanners write for one stack
LOWEST, HIGHEST = -(2**63), 2**63 - 1  # integers of SQLite
_EMBEDDED, _PENDING = (
    (state.value, None, None) for state in (FileState.EMBEDDED, FileState.PENDING)
)
PLACES_REMEMBERED = 4096  # the slices of a stack share an orientation; picture and file a position


def _named(of: type[Tags | Identity], kinds: Collection[Any]) -> tuple[str, ...]:
    return tuple(name for name, kind in of.__annotations__.items() if kind in kinds)


def _tags(names: Collection[str]) -> Callable[[Tags], Row]:
    """What takes these of all tags, by their places."""
    return itemgetter(*map(Tags._fields.index, names))


TEXTS: Final = _named(Tags, {str})
NUMBERS: Final = _named(Tags, {int, int | None, float | None})
NAMES: Final = _named(Identity, {str})

# What the slices of a series say each for itself; all else is a header that they have in common.
OWN_TEXTS: Final = ("sop_uid", "acquisition_date_time", "windows")
OWN_OTHERS: Final = ("instance_number", "acquired_at")
HEADER_TEXTS: Final = tuple(name for name in TEXTS if name not in OWN_TEXTS)
HEADER_NUMBERS: Final = tuple(name for name in NUMBERS if name not in OWN_OTHERS)
_own_texts_of, _own_others_of = _tags(OWN_TEXTS), _tags(OWN_OTHERS)
_header_of = _tags((*HEADER_TEXTS, *HEADER_NUMBERS, "study_day"))
_names_of = attrgetter(*NAMES, "birth_day")
_SILENT = _tags(HEADER_NUMBERS)(Tags())

KEY: Final = ("path", "member")
STAMP: Final = (*KEY, "size", "modified_ns")
FILE: Final = (*STAMP, "sha256", "instance_id", "skip_code", "skip_reason")
OUTCOME: Final = ("state", "code", "reason")
PLACE: Final = ("orientation", "position", "along")
HEADER: Final = (*OUTCOME, *HEADER_TEXTS, *HEADER_NUMBERS, "study_day")
INSTANCE: Final = ("id", "sha256", *OWN_TEXTS, *OWN_OTHERS, *PLACE)
IDENTITY: Final = (*NAMES, "birth_day", "name_key")
PICTURE: Final = ("id", "instance_id", "frame", "shard_id", "slot", "crc32", "pixel_sha256", *PLACE)
NOBODY: Final = _names_of(Identity())


def stamp(key: Key, file: Source | Skipped) -> Row:
    """STAMP: a file's size and time with its key; what is beyond 64 bits becomes the largest."""
    return *key, _saturated(file.size), _saturated(file.modified_ns)


def held_file(key: Key, source: Source, instance_id: int) -> Row:
    """FILE: one whose content an instance has."""
    return *stamp(key, source), source.sha256, instance_id, None, None


def skipped_file(key: Key, skipped: Skipped) -> Row:
    """FILE: one that could not be read."""
    told = skipped.code.value, storable(skipped.reason)
    return *stamp(key, skipped), skipped.sha256, None, *told


def instance(instance_id: int, told: Told) -> Row:
    """INSTANCE: what a content says for itself."""
    about = told.instance
    return (
        instance_id,
        told.source.sha256,
        *_texts(_own_texts_of(about.tags)),
        *map(storable, _own_others_of(about.tags)),
        *_place(about.place),
    )


def header_of(told: Told) -> Row:
    """What a content says in common with others: equal where its HEADER is."""
    return *_outcome(told), *_header_of(told.instance.tags)


def header(told: Row) -> Row:
    """HEADER: what `header_of` gives, as SQLite can keep it."""
    outcome, others = told[: len(OUTCOME)], told[len(OUTCOME) : -1]
    texts, numbers = others[: len(HEADER_TEXTS)], others[len(HEADER_TEXTS) :]
    return *outcome, *_texts(texts), *_numbers(numbers), storable(told[-1])


def names_of(identity: Identity) -> Row:
    """What names a patient: equal where its IDENTITY is."""
    names: Row = _names_of(identity)
    return names


def identity(names: Row) -> Row:
    """IDENTITY: what `names_of` gives, as SQLite can keep it, with the key of the names."""
    *texts, birth_day = map(storable, names)
    told = dict(zip(NAMES, names, strict=False))
    key = name_key(*(told[f"name_{form}"] for form in ("alphabetic", "ideographic", "phonetic")))
    return *texts, birth_day, storable(key)


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


def _outcome(told: Told) -> Row:
    match told:
        case EmbeddedFile():
            return _EMBEDDED
        case Pending():
            return _PENDING
        case Catalogued(kept=Kept(code, reason)):
            return FileState.CATALOGUED.value, code.value, storable(reason)


def _place(place: Place | None) -> Row:
    if place is None:
        return "", "", None
    return _placed(place.orientation, place.position)


@lru_cache(PLACES_REMEMBERED)
def _placed(orientation: tuple[float, ...], position: tuple[float, ...]) -> Row:
    along = storable(Place(orientation, position).along)
    return _rounded(orientation), _rounded(position), along


@lru_cache(PLACES_REMEMBERED)
def _rounded(values: tuple[float, ...]) -> str:
    """Numbers as text, with a blank between; never a negative zero."""
    return " ".join(f"{round(value, COSINE_DIGITS) + 0.0:.10g}" for value in values)


def _saturated(value: int) -> int:
    return value if LOWEST <= value <= HIGHEST else min(max(value, LOWEST), HIGHEST)
