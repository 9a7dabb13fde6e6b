"""Truth from a CSV file: one line for a file or an instance of the collection."""

import csv
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRequest
from core.types import Location
from evaluation.truth import Answer, Codes, Known, take
from evaluation.truth_tags import strata_of
from storage.columns import Column
from storage.keys import Key
from storage.snapshot import Snapshot

COLUMNS = ("path", "sop_uid", "frame", "labels", "patient", "split", "within", "scanner")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what is known of the pictures of one file or instance."""

    number: int  # of the line, from 1
    location: Location | None
    sop_uid: str
    frame: int | None  # None: all of them
    labels: Answer
    patient: str = ""
    split: str = ""
    within: str = ""
    scanner: str = ""


def read_entries(file: Path, location_of: Callable[[str], Location]) -> list[Entry]:
    """The lines of a CSV file that have labels. Raises InvalidRequest with the line.

    `location_of` reads a path, which may lead into an archive. One that is not absolute begins in
    the folder of the file.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            _check_columns(file, reader.fieldnames or ())
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidRequest(f"Cannot read {file} as CSV: {error}.") from error
    entries = (_entry(file, number, row, location_of) for number, row in rows)
    return [entry for entry in entries if entry.labels]


def by_csv(
    snapshot: Snapshot, entries: Sequence[Entry], split: str | None, within: Sequence[str]
) -> Known:
    """What the lines say of the pictures of a snapshot; with a split, only the lines of it.

    A line without a patient or a scanner leaves it to what the file says, and so does a CSV file
    without a column `within`: the strata are then the tags `within`.
    """
    chosen = [entry for entry in entries if split is None or entry.split == split]
    found = _found(snapshot, chosen)
    pairs = sorted(
        ((picture_id, entry) for entry, ids in found.items() for picture_id in ids),
        key=lambda pair: pair[0],
    )
    places = np.searchsorted(snapshot.ids, [picture_id for picture_id, _ in pairs])
    lines = [entry for _, entry in pairs]
    answers = sorted({entry.labels for entry in lines}, key=sorted)
    codes = {answer: code for code, answer in enumerate(answers)}
    return Known(
        places,
        answers,
        np.array([codes[entry.labels] for entry in lines], np.int64),
        _patients(lines, snapshot.keys(Key.PATIENT)[places]),
        _scanners(lines, take(snapshot.column("model"), places)),
        _strata(snapshot, lines, places, within),
        sum(not found[entry] for entry in chosen),
    )


def _check_columns(file: Path, names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or "labels" not in names or not {"path", "sop_uid"} & set(names):
        raise InvalidRequest(
            f"The first line of {file} has to name its columns: `labels`, and `path` or `sop_uid`; "
            f"possible are {', '.join(COLUMNS)}. It has {', '.join(names) or 'none'}."
        )


def _entry(
    file: Path, number: int, row: Mapping[str, str | None], location_of: Callable[[str], Location]
) -> Entry:
    told = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if not (told["path"] or told["sop_uid"]):
        raise InvalidRequest(f"Line {number} of {file} names no file: it has no path or sop_uid.")
    if told["frame"] and not told["frame"].isdecimal():
        raise InvalidRequest(f"Line {number} of {file} has the frame {told['frame']!r}: no number.")
    return Entry(
        number,
        location_of(str(file.parent.resolve() / told["path"])) if told["path"] else None,
        told["sop_uid"],
        int(told["frame"]) if told["frame"] else None,
        frozenset(label.strip() for label in told["labels"].split(";") if label.strip()),
        told["patient"],
        told["split"],
        told["within"],
        told["scanner"],
    )


def _found(snapshot: Snapshot, entries: Sequence[Entry]) -> dict[Entry, list[int]]:
    """The ids of the pictures of each line."""
    at = snapshot.at([entry.location for entry in entries if entry.location is not None])
    of = _by_uid(snapshot, {entry.sop_uid for entry in entries if entry.location is None})
    ids = {
        entry: of.get(entry.sop_uid, []) if entry.location is None else at.get(entry.location, [])
        for entry in entries
    }
    return {entry: _of_frame(snapshot, found, entry.frame) for entry, found in ids.items()}


def _by_uid(snapshot: Snapshot, wanted: Set[str]) -> dict[str, list[int]]:
    """The ids of the pictures with each of these SOP Instance UIDs."""
    if not wanted:
        return {}
    column = snapshot.column("sop_uid")
    is_wanted = np.array([value in wanted for value in column.values], np.bool_)
    found: dict[str, list[int]] = {}
    for place in np.flatnonzero(is_wanted[column.codes]):
        found.setdefault(column.values[column.codes[place]], []).append(int(snapshot.ids[place]))
    return found


def _of_frame(snapshot: Snapshot, ids: list[int], frame: int | None) -> list[int]:
    if frame is None:
        return ids
    return [record.id for record in snapshot.describe(ids) if record.frame == frame]


def _patients(lines: Sequence[Entry], by_file: Codes) -> Codes:
    """Numbers that are equal where the patient is; those of the files are made negative."""
    names = sorted({entry.patient for entry in lines})
    codes = {name: code for code, name in enumerate(names)}
    told = np.array([codes[entry.patient] for entry in lines], np.int64)
    silent = np.array([not entry.patient for entry in lines], np.bool_)
    patients: NDArray[np.int64] = np.where(silent, -1 - by_file, told)
    return patients


def _strata(
    snapshot: Snapshot, lines: Sequence[Entry], places: Codes, within: Sequence[str]
) -> Column | None:
    if any(entry.within for entry in lines):
        return _column([entry.within for entry in lines])
    return strata_of(snapshot, within, places)


def _scanners(lines: Sequence[Entry], by_file: Column) -> Column:
    models = (by_file.values[code] for code in by_file.codes)
    return _column([entry.scanner or model for entry, model in zip(lines, models, strict=True)])


def _column(texts: Sequence[str]) -> Column:
    places: dict[str, int] = {}
    codes = [places.setdefault(text, len(places)) for text in texts]
    return Column(tuple(places), np.array(codes, np.int32))
