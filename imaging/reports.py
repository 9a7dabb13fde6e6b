"""Reads the text of a structured report: its content tree as a person would read it.

Source: PS3.3 C.17.3 (the tree) and PS3.16 (its templates).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from pydicom.dataset import Dataset

from imaging import elements
from imaging.elements import RawDataset
from imaging.scan import EXPLICIT

_STRUCTURED: Final = "1.2.840.10008.5.1.4.1.1.88"
# Those that somebody wrote to be read. Source: PS3.4 B.5. Dose reports, logs, marks of key images
# and what a program detected are none: they are tables.
WRITTEN: Final = frozenset(
    f"{_STRUCTURED}.{number}"
    for number in (
        11,  # Basic Text
        22,  # Enhanced
        33,  # Comprehensive
        34,  # Comprehensive 3D
        35,  # Extensible
        72,  # Simplified Adult Echo
    )
)
KEYWORDS: Final = ("ContentSequence", "ConceptNameCodeSequence")

DEEPEST: Final = 32  # levels; the templates of PS3.16 have fewer than ten
MOST_ITEMS: Final = 50_000
MOST_BYTES: Final = 1 << 25  # of the tree
MOST_TEXT: Final = 1 << 20  # characters

# Who the patient, the observers and the device are.
_ABOUT_PERSONS: Final = "HAS OBS CONTEXT"


def read_report(dataset: RawDataset, sop_class: str) -> str:
    """Read the text of a report, a line for each item; empty for what is no written report.

    Names of persons, dates, UIDs and the context of the observation are left out. What lies deeper
    or comes later than the limits above is left out, too.
    """
    content = elements.raw(dataset, "ContentSequence")
    if sop_class not in WRITTEN or content is None or content.length > MOST_BYTES:
        return ""
    roomy = RawDataset(dataset.raw, EXPLICIT, replace(dataset.texts, most=MOST_TEXT))
    return "\n".join(filter(None, _lines(roomy)))[:MOST_TEXT]


def _lines(root: RawDataset) -> Iterator[str]:
    yield _name(root)
    open_items, left = [_children(root)], MOST_ITEMS
    while open_items and left:
        item = next(open_items[-1], None)
        if item is None:
            open_items.pop()
            continue
        left -= 1
        if elements.text(item, "RelationshipType") == _ABOUT_PERSONS:
            continue
        yield _line(item)
        if len(open_items) < DEEPEST:
            open_items.append(_children(item))


def _children(item: Dataset) -> Iterator[RawDataset]:
    if not isinstance(item, RawDataset):
        return
    for index in range(elements.count(item, "ContentSequence")):
        child = elements.item(item, "ContentSequence", index)
        if isinstance(child, RawDataset):
            yield child


def _line(item: RawDataset) -> str:
    name, kind = _name(item), elements.text(item, "ValueType")
    if kind == "CONTAINER":
        return name
    value = _VALUES[kind](item) if kind in _VALUES else ""
    return f"{name}: {value}" if name and value else value


def _measured(item: RawDataset) -> str:
    measured = elements.item(item, "MeasuredValueSequence")
    if measured is None:
        return ""
    unit = _meaning(measured, "MeasurementUnitsCodeSequence", "CodeValue")
    return f"{elements.text(measured, 'NumericValue')} {unit}".strip()


def _name(item: Dataset) -> str:
    return _meaning(item, "ConceptNameCodeSequence")


def _meaning(item: Dataset, sequence: str, keyword: str = "CodeMeaning") -> str:
    code = elements.item(item, sequence)
    return elements.text(code, keyword) if code is not None else ""


# Source: PS3.3 table C.17.3.2.1-1; those that are not here hold names, dates and references.
_VALUES: Final[dict[str, Callable[[RawDataset], str]]] = {
    "TEXT": lambda item: elements.lines(item, "TextValue"),
    "CODE": lambda item: _meaning(item, "ConceptCodeSequence"),
    "NUM": _measured,
}
