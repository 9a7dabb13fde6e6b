"""Where the browser finds a picture; an address changes when its picture is indexed again."""

from core.types import Record


def thumbnail_address(record: Record) -> str:
    """The stored thumbnail."""
    return f"api/thumb/{_version(record)}"


def large_address(record: Record) -> str:
    """The picture as large as its file has it."""
    return f"api/picture/{_version(record)}"


def _version(record: Record) -> str:
    return f"{record.id}?at={record.indexed_at.timestamp():.0f}"
