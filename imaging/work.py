"""What a worker is asked of a file, and what may become of it."""

from dataclasses import dataclass
from typing import Protocol

from core.errors import CannotDecode
from core.types import (
    Catalogued,
    Container,
    DecodedFile,
    Found,
    Location,
    Pending,
    SkipCode,
    Skipped,
    Unchanged,
)

Outcome = DecodedFile | Catalogued | Pending | Container | Skipped | Unchanged


class Before(Protocol):
    """What is known of files before they are read."""

    def hashes(self, found: Found) -> frozenset[str]:
        """SHA-256 of the bytes that need no decoding if the file turns out to have them."""

    def is_first(self, location: Location) -> bool:
        """Whether no other name has led to this file yet; asked once for each name."""


class NothingBefore:
    """No file is known, and what was asked for is kept in memory."""

    def __init__(self) -> None:
        self._asked: set[Location] = set()

    def hashes(self, found: Found) -> frozenset[str]:  # noqa: ARG002  (part of the Protocol)
        """None."""
        return frozenset()

    def is_first(self, location: Location) -> bool:
        """Whether this is the first question for a file."""
        is_first = location not in self._asked
        self._asked.add(location)
        return is_first


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file to read."""

    number: int  # from 0
    found: Found
    known: frozenset[str]  # SHA-256 of the bytes that need not be decoded again
    defer_slices: bool  # whether the header is enough of what may be a slice of a series


def why(error: BaseException) -> tuple[SkipCode, str]:
    """Say why a file has no outcome but this error."""
    if isinstance(error, CannotDecode):
        return error.code, error.reason
    if isinstance(error, MemoryError):
        return SkipCode.TOO_LARGE, "It needs more memory than a worker may use. Export it smaller."
    kind = type(error).__name__
    return SkipCode.DECODER_CRASHED, f"A decoder failed on it ({kind}). Copy it from its source."
