"""The training set as its manifest lists it: labelled images in folders or zip archives."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from core.errors import TrainingError

MANIFEST = "manifest.csv"
REQUIRED = ("path", "source", "modality", "body_part", "group_id")


@dataclass(frozen=True, slots=True)
class Example:
    """One image and what its source says of it; an empty field is not known."""

    path: str  # inside `archive`, or below the manifest's folder when there is none
    source: str
    modality: str  # "CT", "MR", "US", "XR"
    body_part: str
    group_id: str  # the patient, or the smallest unit that may not be split
    archive: str = ""
    view: str = ""
    finding: str = ""  # several are separated by ";"
    caption: str = ""
    report: str = ""
    orig_md5: str = ""  # of the file's original bytes: equal ones are the same image


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples, and the folder that their paths are below; absolute ones are as they are."""

    folder: Path
    examples: Sequence[Example]


def read_set(folder: Path) -> TrainingSet:
    """What manifest.csv in `folder` lists. Raises TrainingError as `read_manifest`."""
    return TrainingSet(folder, read_manifest(folder))


def read_manifest(folder: Path) -> list[Example]:
    """Read manifest.csv in `folder`; other columns than those of Example are left alone.

    Raises TrainingError when there is no such file, a column is missing, or there is no row.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise TrainingError(f"There is no {path}. docs/training.md shows how to write one.")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        _check_columns(path, rows.fieldnames or ())
        examples = [_example(row) for row in rows]
    if not examples:
        raise TrainingError(f"{path} lists no image. docs/training.md shows how to write one.")
    return _without_copies(examples)


def read_bytes(folder: Path, examples: Iterable[Example]) -> Iterator[bytes]:
    """Read the files of examples, one by one. Raises TrainingError for one that is gone."""
    with ExitStack() as opened:
        archives: dict[str, ZipFile] = {}
        for example in examples:
            if example.archive and example.archive not in archives:
                archive = opened.enter_context(_open(folder / example.archive))
                archives[example.archive] = archive
            yield _read(folder, archives.get(example.archive), example)


def _check_columns(path: Path, names: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise TrainingError(f"{path} has no column {', '.join(missing)}. Add it and try again.")


def _example(row: dict[str, str]) -> Example:
    return Example(**{field.name: (row.get(field.name) or "").strip() for field in fields(Example)})


def _without_copies(examples: list[Example]) -> list[Example]:
    """Keep the first of images with the same bytes, so that none is on both sides of a split."""
    first = {example.orig_md5 or str(row): row for row, example in reversed([*enumerate(examples)])}
    return [examples[row] for row in sorted(first.values())]


def _open(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except (OSError, BadZipFile) as error:
        raise TrainingError(f"Cannot open {path}, which the manifest names: {error}.") from error


def _read(folder: Path, archive: ZipFile | None, example: Example) -> bytes:
    try:
        if archive is None:
            return (folder / example.path).read_bytes()
        return archive.read(example.path)
    except (OSError, KeyError) as error:
        raise TrainingError(f"Cannot read {example.path}, which the manifest lists.") from error
