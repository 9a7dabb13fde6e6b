"""What the catalog's statements take, made from the values that the rooms share."""

from os import fsencode
from typing import Any

from core.types import Identity, Prepared, Skipped, Source, Tags
from storage.catalog import TAG_NAMES

Parameters = dict[str, Any]  # by the name of a bound parameter

NOBODY = Identity()


def embedded_file(source: Source) -> Parameters:
    """A file that has pictures."""
    return _file(source) | {"skip_code": None, "skip_reason": None}


def skipped_file(skipped: Skipped) -> Parameters:
    """A file that has none."""
    reason = storable(skipped.reason)
    return _file(skipped) | {"skip_code": skipped.code.value, "skip_reason": reason}


def touched_file(source: Source) -> Parameters:
    """A file with the bytes it had, under another size or time."""
    return {
        "path": fsencode(source.path),
        "size": source.size,
        "modified_ns": source.modified_ns,
    }


def picture(
    picture_id: int, source: Source, prepared: Prepared, place: tuple[int, int], crc32: int
) -> Parameters:
    """A picture and the (shard, slot) of its embedding."""
    return _tags(prepared.tags) | {
        "id": picture_id,
        "path": fsencode(source.path),
        "frame": prepared.frame,
        "shard_id": place[0],
        "slot": place[1],
        "crc32": crc32,
    }


def identity(picture_id: int, names: Identity) -> Parameters:
    """What names the patient of a picture."""
    return {
        "picture_id": picture_id,
        "patient_id": storable(names.patient_id),
        "patient_name": storable(names.patient_name),
        "patient_birth_date": storable(names.patient_birth_date),
        "accession_number": storable(names.accession_number),
    }


def storable(value: Any) -> Any:
    """Replace the lone surrogates that a badly encoded file leaves: SQLite takes UTF-8 only."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-8", "replace").decode("utf-8")


def _file(source: Source | Skipped) -> Parameters:
    return {
        "path": fsencode(source.path),
        "size": source.size,
        "modified_ns": source.modified_ns,
        "sha256": source.sha256,
    }


def _tags(tags: Tags) -> Parameters:
    return {name: storable(getattr(tags, name)) for name in TAG_NAMES}
