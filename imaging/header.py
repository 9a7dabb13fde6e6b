"""Opens DICOM bytes: finds the data set, how it is written, and the elements that are wanted."""

import zlib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final

from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from core.errors import CannotDecode
from core.types import SkipCode
from imaging import elements
from imaging.charsets import TextDecoder
from imaging.elements import RawDataset
from imaging.rules import Rules
from imaging.scan import (
    EXPLICIT,
    EXPLICIT_BIG,
    IMPLICIT,
    Encoding,
    encoding_at,
    scan,
)
from imaging.sop_classes import DIRECTORY

PREAMBLE: Final = 128  # bytes, then "DICM": PS3.10 section 7.1
# A file without them starts with group 0002 or 0008, in either byte order.
BARE_STARTS: Final = (b"\x02\x00", b"\x08\x00", b"\x00\x08")
LAST_OF_META: Final = 0x0002FFFF

_DECLARED: Final[Mapping[str, Encoding]] = {
    ImplicitVRLittleEndian: IMPLICIT,
    ExplicitVRBigEndian: EXPLICIT_BIG,
}


@dataclass(frozen=True, slots=True)
class Header:
    """The data set of a file and its meta information, but for the values of pixel elements."""

    content: bytes  # in which the data set lies; inflated
    dataset: RawDataset
    syntax: str  # transfer syntax UID; worked out where the file omits it
    has_preamble: bool
    is_whole: bool  # False: the bytes end inside of an element

    def pixels(self, keyword: str) -> tuple[bytes, str]:
        """Give the value of a pixel element, and its VR."""
        element = elements.raw(self.dataset, keyword)
        if element is None:
            raise KeyError(keyword)
        start = element.value_tell
        return self.content[start : start + element.length], element.VR or "OW"


def is_dicom(content: bytes) -> bool:
    """Say whether bytes begin like a DICOM file, with or without the preamble."""
    return _has_preamble(content) or content.startswith(BARE_STARTS)


def is_directory(content: bytes) -> bool:
    """Say whether a file is a DICOMDIR; its name does not matter."""
    if not _has_preamble(content):
        return False
    meta, _ = _read_meta(content)
    return elements.text(meta, "MediaStorageSOPClassUID") == DIRECTORY


def _has_preamble(content: bytes) -> bool:
    return content[PREAMBLE : PREAMBLE + 4] == b"DICM"


def open_header(content: bytes, wanted: Container[int] | None, rules: Rules) -> Header:
    """Find the wanted elements of a file; None wants all of them.

    Raises CannotDecode (CORRUPT, TOO_LARGE).
    """
    meta, start = _read_meta(content)
    syntax = elements.text(meta, "TransferSyntaxUID")
    if syntax == DeflatedExplicitVRLittleEndian:
        content, start = _inflate(content[start:], rules), 0
    encoding = _encoding(content, start, syntax)
    found = scan(content, (start, len(content)), encoding, wanted)
    texts = TextDecoder(fallback=rules.default_charset, most=rules.limits.text)
    dataset = RawDataset({**meta.raw, **found.elements}, encoding, texts)
    known = syntax or _native_syntax(encoding)
    return Header(content, dataset, known, _has_preamble(content), found.is_whole)


def _read_meta(content: bytes) -> tuple[RawDataset, int]:
    """Read the file meta information, and say where the data set begins: PS3.10 section 7.1."""
    start = PREAMBLE + 4 if _has_preamble(content) else 0
    found = scan(content, (start, len(content)), EXPLICIT, last=LAST_OF_META)
    return RawDataset(found.elements, EXPLICIT, TextDecoder()), found.end


def _inflate(deflated: bytes, rules: Rules) -> bytes:
    """Inflate to a limit: a megabyte can become gigabytes."""
    most = rules.limits.inflated_bytes
    try:
        inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(deflated, most + 1)
    except zlib.error as error:
        raise CannotDecode(
            SkipCode.CORRUPT,
            "Its deflated data set cannot be inflated. Copy it again from its source.",
        ) from error
    rules.limits.check_bytes(len(inflated), most, "Its inflated data set")
    return inflated


def _encoding(content: bytes, start: int, syntax: str) -> Encoding:
    """Take the byte order from the syntax, else from the first group, which is a small number."""
    declared = _DECLARED.get(syntax, EXPLICIT)
    if not syntax and content[start : start + 1] == b"\0":
        declared = EXPLICIT_BIG
    return encoding_at(content, start, declared)


def _native_syntax(encoding: Encoding) -> str:
    if encoding.implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if encoding.little else ExplicitVRBigEndian
