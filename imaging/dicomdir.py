"""Reads which files a DICOMDIR lists; one that leads out of its own folder is refused."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final

from pydicom.datadict import tag_for_keyword

from core.errors import CannotDecode
from core.types import Container, Found, Location, SkipCode, Skipped, Source
from imaging import elements
from imaging.files import unreadable
from imaging.header import is_directory, open_header
from imaging.rules import Rules

__all__ = ["is_directory", "list_directory"]

KIND: Final = "DICOMDIR"
RECORDS: Final = "DirectoryRecordSequence"
CHARSET: Final = "SpecificCharacterSet"
WANTED: Final = [tag for tag in map(tag_for_keyword, (RECORDS, CHARSET)) if tag is not None]


def list_directory(source: Source, content: bytes, rules: Rules) -> Container:
    """List the files that a DICOMDIR refers to, and that lie in its folder.

    The records are read as they follow each other: the offsets that link them can lie or run in
    circles. A reference that cannot be followed is refused under its text, as if it were a member.
    Of a DICOMDIR in an archive nothing is listed: the archive lists all of its members. Raises
    CannotDecode (TOO_LARGE). Source: PS3.3 F.3, PS3.10 section 8.
    """
    if source.location.member:
        return Container(source, KIND, ())
    folder = _Folder(source.location.path.parent)
    members: dict[Location, Found] = {}
    refused: dict[Location, Skipped] = {}
    for reference in _references(content, rules):
        try:
            found = folder.find(reference)
            members[found.location] = found
        except CannotDecode as error:
            location = Location(source.location.path, reference)
            refused[location] = Skipped(location, error.code, error.reason)
    return Container(source, KIND, tuple(members.values()), tuple(refused.values()))


def _references(content: bytes, rules: Rules) -> Iterator[str]:
    """Yield the File ID of each record that has one: its components apart by a slash."""
    dataset = open_header(content, WANTED, rules).dataset
    for number in count():
        record = elements.item(dataset, RECORDS, number)
        if record is None:
            return
        if number >= rules.limits.members:
            raise CannotDecode(
                SkipCode.TOO_LARGE,
                f"It has more than {rules.limits.members} records, the limit. Index its folder.",
            )
        if reference := elements.text(record, "ReferencedFileID"):
            yield reference.replace("\\", "/")


class _Folder:
    """The folder of a DICOMDIR; what its folders hold is looked up once."""

    def __init__(self, path: Path) -> None:
        self._root = path.resolve()
        self._listed: dict[Path, dict[str, Path]] = {}

    def find(self, reference: str) -> Found:
        """Find a file in any mix of capitals, as copies of discs need it.

        Raises CannotDecode (UNSAFE_PATH, UNREADABLE).
        """
        components = reference.split("/")
        if not all(component.strip(".") for component in components):
            raise CannotDecode(*_LEADS_OUT)
        path = self._root
        for component in components:
            path = self._entry(path, component)
        if not path.resolve().is_relative_to(self._root):
            raise CannotDecode(*_LEADS_OUT)
        return _found(path.resolve())

    def _entry(self, folder: Path, name: str) -> Path:
        names = self._names(folder)
        if name in names:
            return names[name]
        if name.casefold() in names:
            return names[name.casefold()]
        raise CannotDecode(*_NOT_THERE)

    def _names(self, folder: Path) -> dict[str, Path]:
        """Map names, and names without capitals, to the entries of a folder."""
        if folder not in self._listed:
            try:
                entries = sorted(folder.iterdir())
            except OSError:
                entries = []
            folded = {entry.name.casefold(): entry for entry in reversed(entries)}
            self._listed[folder] = folded | {entry.name: entry for entry in entries}
        return self._listed[folder]


def _found(path: Path) -> Found:
    try:
        state = path.stat()
    except OSError as error:
        raise CannotDecode(SkipCode.UNREADABLE, unreadable(error)) from error
    return Found(Location(path), state.st_size, state.st_mtime_ns)


_LEADS_OUT: Final = (
    SkipCode.UNSAFE_PATH,
    "The DICOMDIR refers to it outside of its own folder. Index that place if it is to be read.",
)
_NOT_THERE: Final = (
    SkipCode.UNREADABLE,
    "The DICOMDIR names it, but it is not there. Copy the whole disc again.",
)
