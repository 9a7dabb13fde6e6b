"""What the catalog's statements take, made from the values that the rooms share."""

from datetime import date
from math import isfinite
from operator import attrgetter
from typing import Any

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
from storage.catalog import TAG_NAMES, FileState
from storage.locations import Parameters, key_of
from storage.names import name_key

NOBODY = Identity()
COSINE_DIGITS = 3  # a tilt of half a milliradian is within what scanners write for one stack
LOWEST, HIGHEST = -(2**63), 2**63 - 1  # integers of SQLite
_tags_of = attrgetter(*TAG_NAMES)
_SILENT = _tags_of(Tags())


def stamp(file: Source | Skipped) -> Parameters:
    """A file's location, size and time; a size or time beyond 64 bits becomes the largest."""
    return key_of(file.location) | {
        "size": _saturated(file.size),
        "modified_ns": _saturated(file.modified_ns),
    }


def held_file(source: Source, instance_id: int) -> Parameters:
    """A file whose content an instance has."""
    told = {"instance_id": instance_id, "skip_code": None, "skip_reason": None}
    return stamp(source) | {"sha256": source.sha256} | told


def skipped_file(skipped: Skipped) -> Parameters:
    """A file that could not be read."""
    reason = storable(skipped.reason)
    told = {"instance_id": None, "skip_code": skipped.code.value, "skip_reason": reason}
    return stamp(skipped) | {"sha256": skipped.sha256} | told


def instance(instance_id: int, told: EmbeddedFile | Catalogued | Pending) -> Parameters:
    """What a content says, and what became of it."""
    return _tags(told.instance.tags) | {
        "id": instance_id,
        "sha256": told.source.sha256,
        **_outcome(told),
        **_place(told.instance.place),
    }


def identity(instance_id: int, names: Identity) -> Parameters:
    """What names the patient."""
    texts = {field: storable(getattr(names, field)) for field in Identity.__slots__}
    key = name_key(names.name_alphabetic, names.name_ideographic, names.name_phonetic)
    return texts | {"instance_id": instance_id, "name_key": storable(key)}


def picture(
    picture_id: int, instance_id: int, prepared: Prepared, slot: tuple[int, int], crc32: int
) -> Parameters:
    """A picture and the (shard, slot) of its embedding."""
    return _place(prepared.place) | {
        "id": picture_id,
        "instance_id": instance_id,
        "frame": prepared.frame,
        "shard_id": slot[0],
        "slot": slot[1],
        "crc32": crc32,
        "pixel_sha256": bytes.fromhex(prepared.pixel_sha256) or None,
    }


def storable(value: Any) -> Any:
    """What SQLite can keep of a value.

    Lone surrogates, which a badly encoded file leaves, become question marks. Dates become ISO
    8601. A number that is not finite, or an integer beyond 64 bits, becomes None.
    """
    match value:
        case str():
            return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
        case int():
            return value if LOWEST <= value <= HIGHEST else None
        case float():
            return value if isfinite(value) else None
        case date():  # or datetime
            return value.isoformat()
    return value


def _tags(tags: Tags) -> Parameters:
    told = zip(TAG_NAMES, _tags_of(tags), _SILENT, strict=True)
    # Most tags are silent: not to look at those is most of the speed of a batch.
    return {name: tag if tag is silent else _kept(tag, silent) for name, tag, silent in told}


def _kept(tag: Any, silent: Any) -> Any:
    """As `storable`; instead of None what stands for a file that does not say."""
    kept = storable(tag)
    return silent if kept is None else kept


def _outcome(told: EmbeddedFile | Catalogued | Pending) -> Parameters:
    match told:
        case Catalogued(kept=Kept(code, reason)):
            return _state(FileState.CATALOGUED, code.value, storable(reason))
        case Pending():
            return _state(FileState.PENDING)
        case EmbeddedFile():
            return _state(FileState.EMBEDDED)


def _state(state: FileState, code: str | None = None, reason: str | None = None) -> Parameters:
    return {"state": state.value, "code": code, "reason": reason}


def _place(place: Place | None) -> Parameters:
    if place is None:
        return {"orientation": "", "position": "", "along": None}
    return {
        "orientation": _numbers(place.orientation),
        "position": _numbers(place.position),
        "along": storable(place.along),
    }


def _numbers(values: tuple[float, ...]) -> str:
    """Rounded, with a blank between; never a negative zero."""
    return " ".join(f"{round(value, COSINE_DIGITS) + 0.0:.10g}" for value in values)


def _saturated(value: int) -> int:
    return min(max(value, LOWEST), HIGHEST)
