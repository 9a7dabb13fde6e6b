"""Reads files and the members of archives, wherever they lie."""

from collections.abc import Callable
from pathlib import Path

from core.errors import CannotDecode
from core.types import Container, Location, SkipCode, Source
from imaging.dicomdir import is_directory, list_directory
from imaging.files import read_whole, regular_file
from imaging.quiet import quiet_libraries
from imaging.rules import Rules
from imaging.zips import HEAD_BYTES, ZipArchive, is_zip


class SourceReader:
    """Reads one file after the other; the last archive stays open for its next member.

    `alive` is called now and then while an archive is read, which may take minutes.
    """

    def __init__(self, rules: Rules, alive: Callable[[], None]) -> None:
        self._rules = rules
        self._alive = alive
        self._archive: tuple[Path, ZipArchive] | None = None

    def read(self, location: Location) -> tuple[Source, bytes | None]:
        """Read a file whole, and say what was read; of a zip archive the bytes are None.

        Raises CannotDecode (UNREADABLE, EMPTY, TOO_LARGE, CORRUPT, UNSUPPORTED).
        """
        with regular_file(location.path) as file:
            if not is_zip(file.peek(HEAD_BYTES)[:HEAD_BYTES]):
                _check_plain(location)
                return read_whole(location.path, file, self._rules.limits)
        archive = self._opened(location.path)
        return archive.read(location.member) if location.member else self._whole(archive)

    def archive(self, source: Source) -> Container:
        """List the zip archive that was read. Raises CannotDecode."""
        return self._opened(source.location.path).container(source)

    def directory(self, source: Source, content: bytes) -> Container | None:
        """List what was read, if it is a DICOMDIR. Raises CannotDecode (TOO_LARGE)."""
        with quiet_libraries():
            if is_directory(content):
                return list_directory(source, content, self._rules)
        return None

    def close(self) -> None:
        """Close the archive that is open."""
        if self._archive is not None:
            self._archive[1].close()
        self._archive = None

    def _whole(self, archive: ZipArchive) -> tuple[Source, None]:
        return archive.source(self._alive), None

    def _opened(self, path: Path) -> ZipArchive:
        """Open an archive, or give the one that is open: its list may have a million members."""
        if self._archive is None or self._archive[0] != path or not self._archive[1].is_current():
            self.close()
            self._archive = path, ZipArchive(path, self._rules.limits)
            self._alive()
        return self._archive[1]


def _check_plain(location: Location) -> None:
    if location.member:
        raise CannotDecode(
            SkipCode.UNREADABLE,
            "What named it is no zip archive now, or a DICOMDIR. Index its folder again.",
        )
