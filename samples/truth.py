"""What is true of every image, as rows of truth.csv."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from samples.series import Box


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One image. Several findings in one image are parted by ';', in the same order everywhere."""

    path: str  # from the archive's folder, with '/'
    patient_id: str
    patient_name: str
    sex: str
    age: int
    study_uid: str
    study_date: str
    series_uid: str
    sop_uid: str
    modality: str
    body_part: str
    view: str
    frames: int
    slice_mm: str  # height of the slice; empty for projections
    labels: str  # what can be seen in this image
    sides: str
    sizes_mm: str
    boxes: str  # left,top,right,bottom in pixels; right and bottom are the first outside
    study_labels: str  # what the patient had that day, seen here or not
    report: str


COLUMNS = tuple(column.name for column in fields(TruthRow))


def box_text(box: Box) -> str:
    """A box as truth.csv writes it."""
    return ",".join(map(str, astuple(box)))


def write_truth(path: Path, rows: Iterable[TruthRow]) -> None:
    """Write the rows as UTF-8 with a header line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(astuple(row) for row in rows)


def read_truth(path: Path) -> list[TruthRow]:
    """The rows of a truth.csv."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_row(values) for values in csv.DictReader(file)]


def _row(values: dict[str, str]) -> TruthRow:
    numbers = {"age": int(values["age"]), "frames": int(values["frames"])}
    return TruthRow(**{**values, **numbers})  # type: ignore[arg-type]
