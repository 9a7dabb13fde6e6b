"""Where the browser finds a picture; an address changes when its picture is indexed again."""

from core.types import Record


def thumbnail_address(record: Record) -> str:
    """The stored thumbnail."""
    return f"api/thumb/{record.id}?at={record.indexed_at.timestamp():.0f}"
