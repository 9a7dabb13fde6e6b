"""Reads single values of a DICOM data set that nobody vouches for: a bad value reads as absent.

Nothing here walks, prints or copies a data set: on a hostile one that can take for ever.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final, cast

import numpy as np
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as Items

from imaging.charsets import TextDecoder, encodings_of
from imaging.scan import IMPLICIT, Encoding, encoding_at, items, scan

# Control characters, what ends a line elsewhere, and what turns the direction of writing.
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_PADDING: Final = " \0"
_DECIMAL: Final = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
MOST_NUMBERS: Final = 1 << 16  # in one value: a lookup table has no more entries
LONGEST_NUMBER: Final = 64  # characters; DS has 16, and some writers more
MOST_INTEGER: Final = 1 << 32  # the longest word of a header has 32 bits

_CHARACTER_SET: Final = 0x00080005
_PIXEL_REPRESENTATION: Final = 0x00280103
_TEXTS: Final = frozenset(
    [
        "AE",
        "AS",
        "CS",
        "DA",
        "DS",
        "DT",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "ST",
        "TM",
        "UC",
        "UI",
        "UR",
        "UT",
    ]
)
_TYPES: Final = {
    "US": "u2",
    "SS": "i2",
    "UL": "u4",
    "SL": "i4",
    "UV": "u8",
    "SV": "i8",
    "FL": "f4",
    "FD": "f8",
}


class RawDataset(Dataset):
    """A data set whose elements stay the bytes that they are in the file, until they are read.

    `texts` and `has_signed_words` are those of the data set around it, for one that does not say.
    """

    def __init__(
        self,
        elements: dict[int, RawDataElement],
        encoding: Encoding,
        texts: TextDecoder,
        has_signed_words: bool = False,
    ) -> None:
        super().__init__(cast(Any, elements))  # whose keys are plain integers
        self.set_original_encoding(encoding.implicit, encoding.little)
        self.raw = elements
        self.texts = texts
        self.has_signed_words = has_signed_words  # what a VR of "US or SS" stands for
        self.spans: dict[int, list[tuple[int, int]]] = {}  # of the items of a sequence
        self.latest: dict[int, tuple[int, RawDataset]] = {}  # the item that was read last
        if _CHARACTER_SET in elements:
            declared = encodings_of(text(self, "SpecificCharacterSet"))
            self.texts = replace(texts, encodings=declared)
        if _PIXEL_REPRESENTATION in elements:
            self.has_signed_words = integer(self, "PixelRepresentation") == 1


def tag_of(keyword: str) -> int:
    """Look up the tag of a keyword of PS3.6. Raises KeyError for one that is none."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return tag


def text(dataset: Dataset, keyword: str) -> str:
    """Read text on one line, at most `TextDecoder.most` characters; several stay apart by "\\"."""
    whole = _text(dataset, keyword)
    return whole if whole.isprintable() else _CONTROL.sub(" ", whole).strip()


def lines(dataset: Dataset, keyword: str) -> str:
    """Read text with the lines that it has, otherwise as `text` does."""
    parts = (_CONTROL.sub(" ", line).strip() for line in _text(dataset, keyword).splitlines())
    return "\n".join(filter(None, parts))


def _text(dataset: Dataset, keyword: str) -> str:
    element = _element(dataset, keyword)
    if isinstance(dataset, RawDataset) and isinstance(element, RawDataElement):
        vr = _vr(element)
        if vr in _TEXTS:
            return _join(dataset.texts.decode(element.value or b"", is_name=vr == "PN").split("\\"))
    return _join(_values(dataset, element))


def _join(values: Sequence[Any]) -> str:
    if len(values) == 1:  # as nearly always
        return str(values[0]).strip(_PADDING)
    return "\\".join(str(value).strip(_PADDING) for value in values)


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Read at most MOST_NUMBERS values as finite numbers; one bad value makes them all absent."""
    values = islice(_values(dataset, _element(dataset, keyword)), MOST_NUMBERS)
    found = [_finite(value) for value in values]
    finite = tuple(value for value in found if value is not None)
    return finite if len(finite) == len(found) else ()


def number(dataset: Dataset, keyword: str) -> float | None:
    """Read the first value as a finite number."""
    return next(iter(numbers(dataset, keyword)), None)


def integer(dataset: Dataset, keyword: str) -> int | None:
    """Read the first value as an integer, rounded towards zero; None beyond 32 bits."""
    found = number(dataset, keyword)
    return None if found is None or abs(found) >= MOST_INTEGER else int(found)


def binary(dataset: Dataset, keyword: str) -> bytes:
    """Read a value of bytes, or of words whose meaning the header leaves open."""
    element = _element(dataset, keyword)
    if element is None or (isinstance(element, RawDataElement) and not _is_binary(element)):
        return b""
    found = element.value
    return bytes(found) if isinstance(found, bytes | bytearray | memoryview) else b""


def _is_binary(element: RawDataElement) -> bool:
    vr = _vr(element)
    return vr != "SQ" and vr not in _TEXTS and vr not in _TYPES


def count(dataset: RawDataset, keyword: str) -> int:
    """Count the items of a sequence; 0 if there is none."""
    element = raw(dataset, keyword)
    return len(_spans(dataset, element)) if element is not None else 0


def raw(dataset: RawDataset, keyword: str) -> RawDataElement | None:
    """Give an element as it is in the file."""
    tag = tag_for_keyword(keyword)
    return None if tag is None else dataset.raw.get(tag)


def item(dataset: Dataset, keyword: str, index: int = 0) -> Dataset | None:
    """Read one item of a sequence."""
    element = _element(dataset, keyword)
    if isinstance(dataset, RawDataset) and isinstance(element, RawDataElement):
        return _raw_item(dataset, element, index)
    found = element.value if element is not None else None
    if not isinstance(found, Items) or not 0 <= index < len(found):
        return None
    return found[index]


def _raw_item(dataset: RawDataset, element: RawDataElement, index: int) -> RawDataset | None:
    spans = _spans(dataset, element)
    if not 0 <= index < len(spans):
        return None
    found = dataset.latest.get(element.tag)
    if found is None or found[0] != index:
        found = index, _parsed(dataset, element, spans[index])
        dataset.latest[element.tag] = found
    return found[1]


def _parsed(dataset: RawDataset, element: RawDataElement, span: tuple[int, int]) -> RawDataset:
    content = element.value or b""
    encoding = encoding_at(content, span[0], _item_encoding(element))
    found = scan(content, span, encoding)
    return RawDataset(found.elements, encoding, dataset.texts, dataset.has_signed_words)


def _spans(dataset: RawDataset, element: RawDataElement) -> list[tuple[int, int]]:
    """Find where the items lie, once: a sequence may have one for each frame."""
    if _vr(element) != "SQ":
        return []
    if element.tag not in dataset.spans:
        found = items(element.value or b"", _item_encoding(element))
        dataset.spans[element.tag] = list(found)
    return dataset.spans[element.tag]


def _item_encoding(element: RawDataElement) -> Encoding:
    """A sequence with the VR UN is in implicit VR, little endian: PS3.5 section 6.2.2 note 2."""
    if element.VR == "UN":
        return IMPLICIT
    return Encoding(element.is_implicit_VR, element.is_little_endian)


def _element(dataset: Dataset, keyword: str) -> DataElement | RawDataElement | None:
    if isinstance(dataset, RawDataset):
        return raw(dataset, keyword)
    return dataset.get(tag) if (tag := tag_for_keyword(keyword)) is not None else None


def _vr(element: RawDataElement) -> str:
    """Take the VR of the file, and from the dictionary where the file does not know it."""
    return element.VR if element.VR not in (None, "UN") else dictionary_VR(element.tag)


def _values(dataset: Dataset, element: DataElement | RawDataElement | None) -> Sequence[Any]:
    if element is None:
        return ()
    if isinstance(dataset, RawDataset) and isinstance(element, RawDataElement):
        return _raw_values(dataset, element)
    value = element.value
    if value is None or isinstance(value, Items | bytes):
        return ()
    return value if isinstance(value, MultiValue | list) else (value,)


def _raw_values(dataset: RawDataset, element: RawDataElement) -> Sequence[Any]:
    vr, value = _vr(element), element.value or b""
    if vr in _TEXTS:
        return value.split(b"\\", MOST_NUMBERS)
    if vr.startswith("US or"):
        vr = "SS" if dataset.has_signed_words and "SS" in vr else "US"
    if vr not in _TYPES:
        return ()
    order = "<" if element.is_little_endian else ">"
    kind = np.dtype(order + _TYPES[vr])
    count = min(len(value) // kind.itemsize, MOST_NUMBERS)
    found: list[Any] = np.frombuffer(value, kind, count).tolist()
    return found


def _finite(value: Any) -> float | None:
    """Read a number: Python would take underscores, the words for infinity, and other digits."""
    if isinstance(value, bytes):
        plain = value.strip(b" \0\t")
        is_number = len(plain) <= LONGEST_NUMBER and _DECIMAL.fullmatch(plain)
        return _finite(float(plain)) if is_number else None
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
