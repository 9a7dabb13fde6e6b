"""What the catalog says of files to a run that goes on: always as of now, never all at once."""

from collections.abc import Iterator
from os import fsencode
from pathlib import Path
from typing import Any, Final

from core.types import Location
from storage.accounts import KnownFile
from storage.catalog import FileState
from storage.locations import key_of, location_of
from storage.visits import PAGE, Visits, under

# Files of one size and time are hashed in the hope that they are one file; of many, as where all
# times were set to one, this many contents are tried. A file with another one is decoded.
MOST_TWINS: Final = 16

KNOWN: Final = """
    SELECT size, modified_ns, files.sha256, coalesce(state, 'skipped'),
        coalesce(skip_code, code, ''), path, member
    FROM catalog.files LEFT JOIN catalog.instances ON instances.id = files.instance_id"""
ONE: Final = f"{KNOWN} WHERE path = ? AND member = ?"
EVERY: Final = f"{KNOWN} WHERE (path, member) > (?, ?) ORDER BY path, member LIMIT ?"
MEMBERS: Final = f"""
    {KNOWN} WHERE path = ? AND member > ? AND (modified_ns = ? OR modified_ns = 0)
    ORDER BY member LIMIT ?"""
TWINS: Final = """
    SELECT DISTINCT sha256 FROM (
        SELECT files.sha256 FROM catalog.files JOIN catalog.instances ON instances.id = instance_id
        WHERE modified_ns = ? AND size = ? AND code IS NOT 'container' LIMIT ?)"""
PLACES: Final = """
    SELECT path, member FROM catalog.instances JOIN catalog.files ON instance_id = instances.id
    WHERE instances.sha256 = ? AND tombstone IS NULL LIMIT ?"""
UNSEEN: Final = """
    SELECT path, member FROM catalog.files
    WHERE (path = ? OR (path >= ? AND path < ?)) AND (path, member) > (?, ?) AND NOT EXISTS (
        SELECT 1 FROM visits WHERE visits.path = files.path AND visits.member = files.member)
    ORDER BY path, member LIMIT ?"""
HOW_MANY: Final = """
    SELECT count(*) FROM catalog.files WHERE path = ? OR (path >= ? AND path < ?)"""


class Recall:
    """The files as they were when they were last read."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits

    def get(self, location: Location) -> KnownFile | None:
        """One file, if it was ever read."""
        rows = self._visits.ask(ONE, *key_of(location))
        return _file(*rows[0])[1] if rows else None

    def every(self) -> Iterator[tuple[Location, KnownFile]]:
        """All files, by location."""
        last = (b"", b"")
        while rows := self._visits.ask(EVERY, *last, PAGE):
            yield from (_file(*row) for row in rows)
            last = rows[-1][-2:]

    def insides(self, path: Path, modified_ns: int) -> Iterator[tuple[Location, KnownFile]]:
        """The members of an archive of that time, and what a DICOMDIR there names in vain.

        A member has the time of its archive. Another time is that of an earlier archive, which
        had a member that this one lacks.
        """
        name, last = fsencode(path), b""
        while rows := self._visits.ask(MEMBERS, name, last, modified_ns, PAGE):
            yield from (_file(*row) for row in rows)
            last = rows[-1][-1]

    def twins(self, size: int, modified_ns: int) -> list[str]:
        """SHA-256 of contents that a file of this size and time had, MOST_TWINS at most."""
        return [sha256 for (sha256,) in self._visits.ask(TWINS, modified_ns, size, MOST_TWINS)]

    def places(self, sha256: str) -> list[Location]:
        """Where files with these bytes lie, MOST_TWINS at most."""
        return [location_of(*row) for row in self._visits.ask(PLACES, sha256, MOST_TWINS)]

    def unseen(self, folder: Path) -> Iterator[Location]:
        """The files in a folder, or an archive, that this run has not seen, by location."""
        last = (b"", b"")
        while rows := self._visits.ask(UNSEEN, *under(folder), *last, PAGE):
            yield from (location_of(*row) for row in rows)
            last = rows[-1]

    def how_many(self, folder: Path) -> int:
        """The number of files in a folder, or an archive, with what is in it."""
        return int(self._visits.ask(HOW_MANY, *under(folder))[0][0])


def _file(
    size: int, modified_ns: int, sha256: str, state: str, code: str, *place: Any
) -> tuple[Location, KnownFile]:
    file = KnownFile(size, modified_ns, sha256, FileState(state), code)
    return location_of(*place), file
