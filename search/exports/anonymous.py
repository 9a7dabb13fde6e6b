"""A ZIP of pictures without what names a patient, with what was left out of it, and why."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from core.errors import CannotDecode
from core.types import SkipCode
from search.exports.picked import Cell, Row
from search.exports.tables import csv_line

TAGS: Final = ("modality", "body_part", "laterality", "view", "rows", "columns", "burned_in")
TOLD: Final = ("number", "file", "id", "score", "frame", *TAGS)
README: Final = """Pictures of a radseek collection, without the names and numbers of their headers.

This is not enough to publish them. What is written INTO the pixels cannot be found with certainty:
look at every picture before you give it away. A face can be recognised in slices of a head.
pictures.csv says what each file is, left-out.csv which pictures are not here, and why.

radseek is not a medical device. The pictures are not for diagnosis.
"""

# Bytes of a picture as it leaves, and the end of its name; it raises CannotDecode.
Release = Callable[[Row], tuple[bytes, str]]


def entries(
    rows: Iterable[Row], release: Release, cards: Iterable[tuple[str, bytes]], *, burned_in: bool
) -> Iterator[tuple[str, bytes]]:
    """The files of the ZIP, the pictures one after the other.

    Pictures that say of themselves that writing is burned into them are left out, unless
    `burned_in`.
    """
    yield "README.txt", README.encode()
    yield from cards
    told, left_out = [csv_line(TOLD)], [csv_line(("number", "id", "reason"))]
    for row in rows:
        try:
            content, suffix = _released(row, release, burned_in=burned_in)
        except CannotDecode as error:
            left_out.append(csv_line((row.number, row.picked.id, error.reason)))
            continue
        name = f"pictures/{row.number:06}{suffix}"
        told.append(csv_line(_told(row, name)))
        yield name, content
    yield "pictures.csv", b"".join(told)
    yield "left-out.csv", b"".join(left_out)


def _released(row: Row, release: Release, *, burned_in: bool) -> tuple[bytes, str]:
    if row.record.tags.burned_in == "YES" and not burned_in:
        raise CannotDecode(SkipCode.UNSUPPORTED, "It says that writing is burned into it.")
    return release(row)


def _told(row: Row, name: str) -> list[Cell]:
    record, score = row.record, row.picked.score
    tags = [getattr(record.tags, tag) for tag in TAGS]
    rounded = None if score is None else round(score, 6)
    return [row.number, name, row.picked.id, rounded, record.frame, *tags]
