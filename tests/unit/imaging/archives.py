"""Makes zip archives field by field, and DICOMDIRs, so that any of them can lie."""

import struct
import zlib
from dataclasses import dataclass, replace

from pydicom.config import disable_value_validation

from tests.unit.imaging.factories import make_dicom, make_item

LINK = 0o120777  # st_mode of a symbolic link
DIRECTORY = "1.2.840.10008.1.3.10"
DEFLATED = 8
UTF8 = 1 << 11  # general purpose flag: the name is UTF-8


@dataclass(frozen=True)
class Member:
    """One member, and what the archive says of it where that is not so."""

    name: str
    content: bytes = b""
    method: int = DEFLATED
    flags: int = UTF8
    mode: int = 0o100644
    packed: bytes | None = None
    size: int | None = None
    crc: int | None = None
    offset: int | None = None

    def pack(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflate(self.content) if self.method == DEFLATED else self.content


def deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def make_zip(*members: Member, comment: bytes = b"") -> bytes:
    """Write an archive. Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16."""
    body, directory = b"", b""
    for member in members:
        offset = len(body) if member.offset is None else member.offset
        name, packed = member.name.encode(), member.pack()
        common = _common(member, len(packed), len(name))
        body += b"PK\x03\x04" + common + name + packed
        tail = struct.pack("<3H2L", 0, 0, 0, member.mode << 16, offset)
        directory += b"PK\x01\x02" + struct.pack("<H", 3 << 8 | 20) + common + tail + name
    counts = struct.pack("<4H", 0, 0, len(members), len(members))
    end = struct.pack("<2LH", len(directory), len(body), len(comment))
    return body + directory + b"PK\x05\x06" + counts + end + comment


def _common(member: Member, packed_size: int, name_size: int) -> bytes:
    """What a member's own header and the directory both say of it."""
    crc = zlib.crc32(member.content) if member.crc is None else member.crc
    size = len(member.content) if member.size is None else member.size
    head = struct.pack("<5H", 20, member.flags, member.method, 0, 0x21)
    return head + struct.pack("<3L2H", crc, packed_size, size, name_size, 0)


def make_bomb(copies: int = 50, size: int = 1 << 20) -> bytes:
    """Let many members share the packed bytes of the first."""
    kernel = Member("kernel", bytes(size))
    sharing = [replace(kernel, name=f"{i}", offset=0) for i in range(copies)]
    return make_zip(kernel, *sharing)


def make_dicomdir(*references: str, **elements: object) -> bytes:
    """Make a DICOMDIR with one IMAGE record for each File ID; a backslash parts its components."""
    with disable_value_validation():
        records = [make_item(DirectoryRecordType="IMAGE", ReferencedFileID=it) for it in references]
    contents = {"DirectoryRecordSequence": records, "PixelData": None, **elements}
    return make_dicom(SOPClassUID=DIRECTORY, **contents)
