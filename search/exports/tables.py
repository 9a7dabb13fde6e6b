"""Pictures as a table, as JSON, and as a list of UIDs; each in pieces, whatever their number."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any, Final

from search.exports.picked import COLUMNS, IDENTITY, Cell, Row, cells

# What a spreadsheet would take for a formula: a tag is whatever the sender of a file put there.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_of(rows: Iterable[Row], *, with_identity: bool) -> Iterator[bytes]:
    """A table in UTF-8 with a line for each picture; RFC 4180.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    names = (*COLUMNS, *IDENTITY) if with_identity else COLUMNS
    yield csv_line(names)
    for row in rows:
        told = cells(row)
        yield csv_line([told.get(name) for name in names])


def json_of(rows: Iterable[Row], methods: Mapping[str, Any] | None) -> Iterator[bytes]:
    """One JSON object: how the pictures were found, and the pictures."""
    yield f'{{"methods": {json.dumps(methods)},\n"pictures": ['.encode("ascii")
    between = "\n"
    for row in rows:
        yield f"{between}{json.dumps(cells(row))}".encode("ascii")
        between = ",\n"
    yield b"\n]}\n"


def uids_of(rows: Iterable[Row]) -> Iterator[bytes]:
    """The SOP Instance UIDs, a line each and each of them once."""
    seen: set[str] = set()
    for row in rows:
        uid = row.record.tags.sop_uid
        if uid and uid not in seen:
            seen.add(uid)
            yield f"{uid}\n".encode("ascii", "replace")


def csv_line(told: Iterable[Cell]) -> bytes:
    """One line of a table."""
    line = StringIO()
    csv.writer(line).writerow([_harmless(cell) for cell in told])
    return line.getvalue().encode("utf-8", "surrogateescape")


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
