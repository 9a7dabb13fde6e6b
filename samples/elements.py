"""Data elements as bytes, in any transfer syntax (PS3.5 7)."""

import struct
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.tag import Tag
from pydicom.uid import UID

PIXEL_DATA = 0x7FE00010
UNDEFINED = 0xFFFFFFFF  # the length of what ends with a delimiter
PADDING = {"UI": b"\0", "IS": b" ", "DS": b" "}  # to an even length, PS3.5 6.2
END = b"\xfe\xff\xdd\xe0\0\0\0\0"  # sequence delimitation item, PS3.5 A.4


def encoded(dataset: Dataset, syntax: UID, charset: list[str]) -> dict[int, bytes]:
    """The bytes of each element of a data set, by tag."""
    elements = {}
    for element in dataset:
        buffer = DicomBytesIO()
        buffer.is_little_endian = syntax.is_little_endian
        buffer.is_implicit_VR = syntax.is_implicit_VR
        write_data_element(buffer, element, charset)
        elements[int(element.tag)] = buffer.getvalue()
    return elements


def in_order(elements: Mapping[int, bytes]) -> bytes:
    """The elements one after the other, by their tags."""
    return b"".join(elements[tag] for tag in sorted(elements))


def of_text(keyword: str, value: Any, syntax: UID) -> tuple[int, bytes]:
    """The tag and the bytes of a UID or of numbers as text, much faster than by a data set.

    Raises KeyError for an element of any other kind.
    """
    tag, kind = _tag_and_kind(keyword)
    words = value if isinstance(value, list) else [value]
    content = "\\".join(map(str, words)).encode("ascii")
    content += PADDING[kind] * (len(content) % 2)
    return tag, _start(tag, kind, len(content), syntax) + content


@cache
def _tag_and_kind(keyword: str) -> tuple[int, str]:
    tag = int(Tag(keyword))
    return tag, dictionary_VR(tag)


def of_pixels(value: bytes, module: Dataset, syntax: UID) -> bytes:
    """The pixel data element with its value: fragments, or bytes or words (PS3.5 8)."""
    if syntax.is_encapsulated:
        return _start(PIXEL_DATA, "OB", UNDEFINED, syntax) + value + END
    kind = "OB" if module.BitsAllocated == 8 else "OW"
    return _start(PIXEL_DATA, kind, len(value), syntax) + value


def _start(tag: int, kind: str, length: int, syntax: UID) -> bytes:
    """The tag, the VR where the syntax has it, and the length (PS3.5 7.1)."""
    order = "<" if syntax.is_little_endian else ">"
    group, element = divmod(tag, 0x10000)
    if syntax.is_implicit_VR:
        return struct.pack(f"{order}HHL", group, element, length)
    if kind in PADDING:
        return struct.pack(f"{order}HH2sH", group, element, kind.encode(), length)
    return struct.pack(f"{order}HH2s2xL", group, element, kind.encode(), length)
