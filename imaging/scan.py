"""Finds the elements of a DICOM data set: without recursion, and without converting a value.

A reader that calls itself for each nested sequence, or converts what nobody asked for, can be kept
busy for ever by a small file. Here a sequence is stepped over, however deep it is.
"""

import struct
from collections.abc import Container, Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final

from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag

UNDEFINED: Final = 0xFFFFFFFF  # as a length: a delimiter ends the value
ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
PIXEL_DATA: Final = 0x7FE00010  # the last element of a data set that says anything
PIXELS: Final = frozenset((0x7FE00008, 0x7FE00009, PIXEL_DATA))  # float, double, integers

# PS3.5 section 7.1.2: those in the second list have a length of 32 bits, those in the first of 16.
_SHORT: Final = (
    *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL"),
    *("SS", "ST", "TM", "UI", "UL", "US"),
)
_LONG: Final = ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")
_VRS: Final = {vr.encode(): (vr, vr in _LONG) for vr in _SHORT + _LONG}

_Span = tuple[int, int]  # where bytes begin, and where the next ones do
_Levels = list[tuple[bool, "Encoding"]]  # the open items (True) and sequences, the innermost last


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the elements of a data set are written. Source: PS3.5 section 7.1."""

    implicit: bool  # without their VRs
    little: bool  # endian


IMPLICIT: Final = Encoding(implicit=True, little=True)
EXPLICIT: Final = Encoding(implicit=False, little=True)
EXPLICIT_BIG: Final = Encoding(implicit=False, little=False)
_IMPLICIT_HEAD: Final = {True: Struct("<HHL"), False: Struct(">HHL")}
_EXPLICIT_HEAD: Final = {True: Struct("<HH2sH"), False: Struct(">HH2sH")}
_LENGTH: Final = {True: Struct("<L"), False: Struct(">L")}


class _CutOffError(Exception):
    """The bytes end inside of a value."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The elements of a data set, with their values as they are in the file."""

    elements: dict[int, RawDataElement]  # by tag
    end: int  # where reading stopped
    is_whole: bool  # False: the bytes end inside of an element


def scan(
    content: bytes,
    span: _Span,
    encoding: Encoding,
    wanted: Container[int] | None = None,
    last: int = PIXEL_DATA,
) -> Scan:
    """Find the elements in a span of bytes, up to the tag `last`; `wanted` None takes them all.

    Those of pixels come without their value, but with its place and length. Of two elements with
    one tag the later counts.
    """
    place, end = span
    found: dict[int, RawDataElement] = {}
    try:
        while place + 8 <= end:
            tag, vr, length, start = _head(content, place, encoding)
            if tag > last:
                break
            place = start + length  # what nearly every element has
            if length == UNDEFINED:
                place = _after_nested(content, start, end, [(False, _inside(vr, encoding))])
            elif place > end:
                return Scan(found, start, is_whole=False)
            if wanted is None or tag in wanted:
                found[tag] = _element(content, tag, vr, length, (start, place), encoding)
            if tag == PIXEL_DATA:
                break
    except (_CutOffError, struct.error):
        return Scan(found, place, is_whole=False)
    return Scan(found, place, is_whole=True)


def items(content: bytes, encoding: Encoding) -> Iterator[_Span]:
    """Yield where the data set of each item of a sequence lies; what is cut off is left out.

    `content` is the value of the sequence. Source: PS3.5 section 7.5.
    """
    place, end = 0, len(content)
    while place + 8 <= end:
        tag, length = _item_head(content, place, encoding)
        if tag != ITEM:
            return
        start = place + 8
        try:
            place = _after_item(content, start, end, length, encoding)
        except (_CutOffError, struct.error):
            return
        yield start, place - 8 if length == UNDEFINED else place


def encoding_at(content: bytes, place: int, declared: Encoding) -> Encoding:
    """Look whether the first element has a VR: the header may say otherwise, and the data decide.

    Source: PS3.5 section 6.2.2 note 2, for items in implicit VR below explicit ones.
    """
    has_vr = content[place + 4 : place + 6] in _VRS
    return Encoding(implicit=not has_vr, little=declared.little)


def _head(content: bytes, place: int, encoding: Encoding) -> tuple[int, str | None, int, int]:
    """Read tag, VR, length and the place of the value."""
    little = encoding.little
    if not encoding.implicit:
        group, number, code, short = _EXPLICIT_HEAD[little].unpack_from(content, place)
        tag = group << 16 | number
        vr, is_long = _VRS.get(code, (None, False))
        if is_long:
            return tag, vr, _LENGTH[little].unpack_from(content, place + 8)[0], place + 12
        if vr is not None:
            return tag, vr, short, place + 8
        if code.isalpha() and code.isupper():  # a VR of the future
            return tag, "UN", short, place + 8
    group, number, length = _IMPLICIT_HEAD[little].unpack_from(content, place)
    return group << 16 | number, None, length, place + 8


def _item_head(content: bytes, place: int, encoding: Encoding) -> tuple[int, int]:
    group, number, length = _IMPLICIT_HEAD[encoding.little].unpack_from(content, place)
    return group << 16 | number, length


def _inside(vr: str | None, encoding: Encoding) -> Encoding:
    """An unknown VR of undefined length holds items in implicit VR: PS3.5 section 6.2.2."""
    return IMPLICIT if vr == "UN" else encoding


def _element(
    content: bytes, tag: int, vr: str | None, length: int, span: _Span, encoding: Encoding
) -> RawDataElement:
    start, end = span
    if length == UNDEFINED:
        end -= 8  # the delimiter
        vr = vr if tag == PIXEL_DATA else "SQ"
    value = b"" if tag in PIXELS else content[start:end]  # not copied before they are decoded
    return RawDataElement(
        BaseTag(tag), vr, end - start, value, start, encoding.implicit, encoding.little
    )


def _after_item(content: bytes, place: int, end: int, length: int, encoding: Encoding) -> int:
    """Find where an item ends, its delimiter included."""
    if length == UNDEFINED:
        inside = encoding_at(content, place, encoding)
        return _after_nested(content, place, end, [(True, inside)])
    if place + length > end:
        raise _CutOffError
    return place + length


def _after_nested(content: bytes, place: int, end: int, levels: _Levels) -> int:
    """Step over what has no length, with the open items and sequences on a stack of our own."""
    while levels:
        step = _step_in_item if levels[-1][0] else _step_in_sequence
        place = step(content, place, end, levels)
    return place


def _step_in_sequence(content: bytes, place: int, end: int, levels: _Levels) -> int:
    """Step over items with a length, until one without is opened or the sequence closed."""
    encoding = levels[-1][1]
    while place + 8 <= end:
        tag, length = _item_head(content, place, encoding)
        place += 8
        if tag != ITEM:  # the delimiter, or what stands in its place
            levels.pop()
            return place
        if length == UNDEFINED:
            levels.append((True, encoding_at(content, place, encoding)))
            return place
        place += length
    raise _CutOffError


def _step_in_item(content: bytes, place: int, end: int, levels: _Levels) -> int:
    """Step over elements with a length, until one without is opened or the item closed."""
    encoding = levels[-1][1]
    while place + 8 <= end:
        tag, vr, length, place = _head(content, place, encoding)
        if tag == ITEM_END:
            levels.pop()
            return place
        if length == UNDEFINED:
            levels.append((False, _inside(vr, encoding)))
            return place
        place += length
    raise _CutOffError
