"""What becomes of one file: it is read, opened or decoded, and its pictures are prepared."""

from collections.abc import Callable

from core.types import (
    Catalogued,
    Decoded,
    DecodedFile,
    Pending,
    Picture,
    Prepare,
    Prepared,
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
from imaging.work import FileTask, Outcome, why


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


def _prepare(picture: Picture, prepare: Prepare) -> Prepared:
    return Prepared(
        pixels=prepare(picture.pixels),
        thumbnail=make_thumbnail(picture.pixels),
        frame=picture.frame,
        pixel_sha256=picture.pixel_sha256,
        place=picture.place,
    )
