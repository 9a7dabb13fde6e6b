"""What becomes of one file: it is read, opened or decoded, and its pictures are prepared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.errors import CannotDecode
from core.types import (
    Catalogued,
    Container,
    Decoded,
    DecodedFile,
    Found,
    Location,
    Pending,
    Picture,
    Prepare,
    Prepared,
    SkipCode,
    Skipped,
    Source,
    Unchanged,
)
from imaging.containers import SourceReader
from imaging.decode import read_content, read_header
from imaging.header import is_dicom
from imaging.places import is_slice
from imaging.rules import Rules
from imaging.thumbnail import make_thumbnail

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


class FileAnswering:
    """Reads files, one after the other, and answers each with its outcome; never raises."""

    def __init__(self, prepare: Prepare, rules: Rules, alive: Callable[[], None]) -> None:
        self._prepare = prepare
        self._rules = rules
        self._sources = SourceReader(rules, alive)

    def __call__(self, task: FileTask) -> Outcome:
        """Give the outcome of a file."""
        found = task.found
        try:
            source, content = self._sources.read(found.location)
        except BaseException as error:
            code, reason = why(error)
            return Skipped(found.location, code, reason, found.size, found.modified_ns)
        try:
            return self._outcome(task, source, content)
        except BaseException as error:  # a panic in native code is no Exception
            code, reason = why(error)
            seen = (source.size, source.modified_ns, source.sha256)
            return Skipped(source.location, code, reason, *seen)

    def _outcome(self, task: FileTask, source: Source, content: bytes | None) -> Outcome:
        is_known = source.sha256 in task.known
        if content is None:
            return Unchanged(source) if is_known else self._sources.archive(source)
        # The files that a DICOMDIR lists may have changed without it.
        directory = self._sources.directory(source, content)
        if directory is not None:
            return directory
        return Unchanged(source) if is_known else self._decoded(task, source, content)

    def _decoded(self, task: FileTask, source: Source, content: bytes) -> Outcome:
        if task.defer_slices and is_dicom(content):
            header = read_header(content, source.sha256, self._rules)
            if is_slice(header):
                return Pending(source, header.instance)
        decoded = read_content(content, source.sha256, self._rules)
        if decoded.kept is not None:
            return Catalogued(source, decoded.instance, decoded.kept)
        return DecodedFile(source, decoded.instance, self._prepared(decoded))

    def _prepared(self, decoded: Decoded) -> tuple[Prepared, ...]:
        return tuple(_prepare(picture, self._prepare) for picture in decoded.pictures)


def why(error: BaseException) -> tuple[SkipCode, str]:
    """Say why a file has no outcome but this error."""
    if isinstance(error, CannotDecode):
        return error.code, error.reason
    if isinstance(error, MemoryError):
        return SkipCode.TOO_LARGE, "It needs more memory than a worker may use. Export it smaller."
    kind = type(error).__name__
    return SkipCode.DECODER_CRASHED, f"A decoder failed on it ({kind}). Copy it from its source."


def _prepare(picture: Picture, prepare: Prepare) -> Prepared:
    return Prepared(
        pixels=prepare(picture.pixels),
        thumbnail=make_thumbnail(picture.pixels),
        frame=picture.frame,
        pixel_sha256=picture.pixel_sha256,
        place=picture.place,
    )
