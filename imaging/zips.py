"""Lists zip archives and reads their members in place; nothing is ever unpacked to disk."""

import hashlib
import os
import stat
import struct
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from core.errors import CannotDecode
from core.types import Container, Found, Location, SkipCode, Skipped, Source
from imaging.files import check_filled, check_unchanged, open_regular, refusals_told
from imaging.limits import DEFAULT_LIMITS, Limits

KIND: Final = "zip archive"
# Source for what is read here: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.16 and 4.4.
SIGNATURES: Final = (b"PK\x03\x04", b"PK\x05\x06")  # a first member, the end of an empty archive
HEAD_BYTES: Final = 132  # with the mark of a DICOM file, whose preamble may hold anything
LOCAL_HEADER_BYTES: Final = 30  # before the name of a member
ENCRYPTED: Final = 1  # bit 0 of the general purpose flags
# Others can give out gigabytes for a few bytes before anyone can count them.
METHODS: Final = frozenset({ZIP_STORED, ZIP_DEFLATED})
HASHED_AT_ONCE: Final = 1 << 26  # bytes

_Refusal = tuple[SkipCode, str]

OVERLAPS: Final[_Refusal] = (
    SkipCode.CORRUPT,
    "It shares its bytes with another member, as in a zip bomb. Pack the archive again.",
)
REPLACED: Final[_Refusal] = (
    SkipCode.UNSUPPORTED,
    "A later member of the archive has the same name, and stands for both. Pack it by another.",
)
MISPLACED: Final[_Refusal] = (
    SkipCode.CORRUPT,
    "The archive says that it begins where there is no byte. Copy the archive from its source.",
)
NAMELESS: Final[_Refusal] = (
    SkipCode.UNSUPPORTED,
    "The archive gives it no name, or a very long one. Pack it by another.",
)


def is_zip(head: bytes) -> bool:
    """Say whether a file with these first HEAD_BYTES is a zip archive."""
    return head.startswith(SIGNATURES) and head[128:132] != b"DICM"


def _nothing() -> None:
    """Do nothing."""


class ZipArchive:
    """A zip archive on disk, held open. Close it, or use it as a context manager.

    Raises CannotDecode (UNREADABLE, CORRUPT, TOO_LARGE) when it is opened.
    """

    def __init__(self, path: Path, limits: Limits = DEFAULT_LIMITS) -> None:
        self._path = path
        self._limits = limits
        with refusals_told():
            self._file = open_regular(path)
            try:
                self._list()
            except BaseException:
                self._file.close()
                raise

    def __enter__(self) -> Self:
        """Give the archive."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._file.close()

    def _list(self) -> None:
        self._state = os.fstat(self._file.fileno())
        with _damage_told("The archive"):
            self._zip = ZipFile(self._file)
        members = [member for member in self._zip.infolist() if not _is_folder(member)]
        if len(members) > self._limits.members:
            raise CannotDecode(
                SkipCode.TOO_LARGE,
                f"It has more than {self._limits.members} members, the limit. Split it.",
            )
        self._members, self._refused = _sort(members, self._limits)

    def is_current(self) -> bool:
        """Say whether the file at the path is still the one that was opened, and as it was."""
        try:
            state = self._path.stat()
        except OSError:
            return False
        return _identity(state) == _identity(self._state)

    def source(self, alive: Callable[[], None] = _nothing) -> Source:
        """Hash the whole archive; `alive` is called now and then, as that may take minutes.

        Raises CannotDecode (UNREADABLE, when it changes meanwhile too).
        """
        digest, size = hashlib.sha256(), 0
        with refusals_told():
            self._file.seek(0)
            while content := self._file.read(HASHED_AT_ONCE):
                digest.update(content)
                size += len(content)
                alive()
            check_unchanged(self._file, self._state, size)
        return Source(Location(self._path), size, self._state.st_mtime_ns, digest.hexdigest())

    def container(self, source: Source) -> Container:
        """List the members, in the order of the archive; folders are left out."""
        when = self._state.st_mtime_ns
        members = [
            Found(Location(self._path, name), member.file_size, when)
            for name, member in self._members.items()
        ]
        refused = [
            Skipped(Location(self._path, name), *refusal, modified_ns=when)
            for name, refusal in self._refused.items()
        ]
        return Container(source, KIND, tuple(members), tuple(refused))

    def read(self, name: str) -> tuple[Source, bytes]:
        """Read a member whole, never more of it than the limit.

        Raises CannotDecode (UNREADABLE, EMPTY, TOO_LARGE, CORRUPT, UNSUPPORTED).
        """
        content = self._content(self._member(name))
        check_filled(content)
        if is_zip(content[:HEAD_BYTES]):
            raise CannotDecode(
                SkipCode.UNSUPPORTED, "It is a zip inside a zip. Unpack the outer one first."
            )
        digest = hashlib.sha256(content).hexdigest()
        when = self._state.st_mtime_ns
        return Source(Location(self._path, name), len(content), when, digest), content

    def _member(self, name: str) -> ZipInfo:
        if name in self._refused:
            raise CannotDecode(*self._refused[name])
        if name not in self._members:
            raise CannotDecode(
                SkipCode.UNREADABLE, "The archive has no such member now. Index the archive again."
            )
        return self._members[name]

    def _content(self, member: ZipInfo) -> bytes:
        # What inflates to more than is declared is cut off there, and has a wrong checksum.
        with refusals_told(), _damage_told("It"), self._zip.open(member) as stream:
            content = stream.read(member.file_size + 1)
            if len(content) < member.file_size:
                raise EOFError
            return content


def _is_folder(member: ZipInfo) -> bool:
    return member.orig_filename.endswith("/") and not member.file_size


def _identity(state: os.stat_result) -> tuple[int, ...]:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


@contextmanager
def _damage_told(what: str) -> Iterator[None]:
    """Translate what the library says of archives that are not as they should be."""
    try:
        yield
    except NotImplementedError as error:
        raise CannotDecode(
            SkipCode.UNSUPPORTED, f"{what} is packed in a way that is not read. Pack it again."
        ) from error
    except (BadZipFile, EOFError, ValueError, OverflowError, struct.error, zlib.error) as error:
        raise CannotDecode(
            SkipCode.CORRUPT, f"{what} is damaged or cut off. Copy the archive from its source."
        ) from error


def _sort(
    members: Sequence[ZipInfo], limits: Limits
) -> tuple[dict[str, ZipInfo], dict[str, _Refusal]]:
    """Tell the members that can be read from those that cannot, by their names."""
    last = {member.orig_filename: number for number, member in enumerate(members)}
    overlapping = _overlapping(members)
    readable: dict[str, ZipInfo] = {}
    refused: dict[str, _Refusal] = {}
    for number, member in enumerate(members):
        name, refusal = _name(number, member, last, limits)
        refusal = refusal or (OVERLAPS if number in overlapping else _refusal(member, limits))
        if refusal is None:
            readable[name] = member
        else:
            refused[name] = refusal
    return readable, refused


def _name(
    number: int, member: ZipInfo, last: Mapping[str, int], limits: Limits
) -> tuple[str, _Refusal | None]:
    """Name a member; of several of one name the last has it, as in a folder after unpacking.

    The others get a name of their own, and so do those whose name is of no use.
    """
    name = member.orig_filename
    if not 0 < len(name) <= limits.text:
        return _free_name(name[: limits.text], number, last), NAMELESS
    if last[name] != number:
        return _free_name(name, number, last), REPLACED
    return name, None


def _free_name(name: str, number: int, taken: Collection[str]) -> str:
    """Add the number of the member in the archive, from 1."""
    name = f"{name} [member {number + 1}]"
    while name in taken:
        name += "'"
    return name


def _refusal(member: ZipInfo, limits: Limits) -> _Refusal | None:
    """Why a member cannot be read, by what the archive says of it."""
    if stat.S_ISLNK(member.external_attr >> 16):
        return SkipCode.UNSUPPORTED, "It is a symbolic link in an archive, which is not followed."
    if member.flag_bits & ENCRYPTED:
        return SkipCode.UNSUPPORTED, "It is encrypted. Unpack the archive with its password."
    if member.compress_type not in METHODS:
        return SkipCode.UNSUPPORTED, "Its compression is not read. Pack it again as deflated."
    if member.header_offset < 0:  # as the end of an archive that lost some of its middle says
        return MISPLACED
    if member.file_size > limits.file_bytes:
        return (
            SkipCode.TOO_LARGE,
            f"Unpacked it is over the limit of {limits.file_bytes} bytes.",
        )
    return None


def _overlapping(members: Sequence[ZipInfo]) -> set[int]:
    """Find the members whose packed bytes reach into those of another."""
    order = sorted(range(len(members)), key=lambda number: members[number].header_offset)
    return {
        number
        for number, after in pairwise(order)
        if _end(members[number]) > members[after].header_offset
    }


def _end(member: ZipInfo) -> int:
    """Where the packed bytes end, or later: the length of one field is in the member itself."""
    return member.header_offset + LOCAL_HEADER_BYTES + member.compress_size
