"""Reads a table of reports: CSV with the columns `text` and one that names studies."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from core.errors import InvalidRequest
from core.types import Location
from storage.given_reports import GivenReport, ReportKey

TEXT: Final = "text"
MEMBER: Final = "!/"  # between an archive and what is in it, as the commands print it


def read_table(file: Path) -> Iterator[GivenReport]:
    """Yield the reports of a CSV in UTF-8; other columns than those it knows are left alone.

    A row names its study by the first of the columns of `ReportKey` that it fills. Paths begin at
    the folder of the table. Raises InvalidRequest, which names the line and never what is in it.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines, strict=True)
            _check_names(file, table.fieldnames or ())
            yield from _reports(file, table)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"Cannot read {file} as a table in UTF-8: {error}.") from error


def _check_names(file: Path, names: Sequence[str]) -> None:
    keys = [key.value for key in ReportKey]
    if TEXT not in names or not set(keys) & set(names):
        raise InvalidRequest(
            f"{file} needs a first line that names its columns: {TEXT}, and one of "
            f"{', '.join(keys)}."
        )


def _reports(file: Path, table: "csv.DictReader[str]") -> Iterator[GivenReport]:
    line = table.line_num + 1
    try:
        for row in table:
            yield _report(file, line, row)
            line = table.line_num + 1
    except csv.Error as error:
        raise InvalidRequest(f"Cannot read {file}, line {line}: {error}.") from error


def _report(file: Path, line: int, row: Mapping[Any, Any]) -> GivenReport:
    if None in row or None in row.values():
        raise InvalidRequest(
            f"Cannot read {file}, line {line}: it has not as many columns as the first one."
        )
    named = ((key, row.get(key.value, "").strip()) for key in ReportKey)
    key, value = next(((key, value) for key, value in named if value), (None, ""))
    if key is None:
        raise InvalidRequest(f"Cannot read {file}, line {line}: it does not say of which study.")
    place = _place(file, value) if key is ReportKey.PATH else value
    return GivenReport(line, key, place, row[TEXT].strip())


def _place(file: Path, name: str) -> Location:
    path, mark, member = name.partition(MEMBER)
    whole = (file.parent / name).resolve()
    if not mark or whole.exists():
        return Location(whole)
    return Location((file.parent / path).resolve(), member)
