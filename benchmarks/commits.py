"""How many pictures a second a commit makes durable. Prints a Markdown table.

    python -m benchmarks.commits [--rows 16384] [--dim 512,1024] [--batch 256,1024,2048]

Each file has one picture and is tagged as a slice of CT is: nearly all columns are filled. Rows a
second of processor time, of all threads, stand beside rows a second of the clock, as other work on
the machine slows the clock alone; the disk is in the clock alone, too.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import product
from pathlib import Path

from benchmarks.collection import NO_PIXELS, RENDERING, ROOT, unit_rows
from core.types import (
    EmbeddedFile,
    Embeddings,
    EncoderCard,
    Identity,
    Instance,
    Location,
    Place,
    Prepared,
    Source,
    Tags,
)
from storage.batch import Batch
from storage.writer import CollectionWriter

SLICES = 200  # of one series
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
BIRTHDAY = date(1950, 1, 1)
SCANNED = datetime(2020, 2, 29, 12, 34, 56)  # noqa: DTZ001 - the clock of a scanner


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took to commit all rows."""

    rows: int
    processor_s: float
    clock_s: float


def main() -> None:
    """Commit synthetic slices in all the ways asked for, and print."""
    options = _options()
    print("| dim | thumbnail | batch | rows/s of processor | rows/s of the clock |")
    print("|---|---|---|---|---|")
    for dim, thumbnail, batch in product(options.dim, options.thumbnail_bytes, options.batch):
        rows = unit_rows(options.rows, dim)
        cost = min(
            (commit_all(rows, bytes(thumbnail), batch) for _ in range(options.repeats)),
            key=lambda each: each.processor_s,
        )
        rates = f"{cost.rows / cost.processor_s:,.0f} | {cost.rows / cost.clock_s:,.0f}"
        print(f"| {dim} | {thumbnail:,} B | {batch} | {rates} |", flush=True)


def commit_all(rows: Embeddings, thumbnail: bytes, batch: int) -> Cost:
    """Commit all rows into a new collection."""
    card = EncoderCard("synthetic", "1", rows.shape[1], "0" * 64, "none", "none")
    with (
        tempfile.TemporaryDirectory() as home,
        CollectionWriter.open(Path(home), "main", card, RENDERING) as writer,
    ):
        processor = clock = 0.0
        for part in batches(rows, thumbnail, batch):
            began, began_clock = time.process_time(), time.perf_counter()
            writer.commit(part)
            processor += time.process_time() - began
            clock += time.perf_counter() - began_clock
    return Cost(len(rows), processor, clock)


def batches(rows: Embeddings, thumbnail: bytes, size: int) -> Iterator[Batch]:
    """The rows as files with one picture each, in batches."""
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        yield Batch([slice_file(start + i, row, thumbnail) for i, row in enumerate(part)])


def slice_file(number: int, row: Embeddings, thumbnail: bytes) -> EmbeddedFile:
    """One slice of a CT series with its embedding."""
    place = Place(AXIAL, (-250.0, -250.0, 0.625 * (number % SLICES)))
    told = Instance(tags(number), identity(number), place)
    picture = Prepared(NO_PIXELS, thumbnail, 0, hash_of(f"pixels {number}"), place)
    return EmbeddedFile(source(number), told, [picture], row[None])


def source(number: int) -> Source:
    """A file of the archive, in a folder for each series."""
    series, image = divmod(number, SLICES)
    path = Path(f"/archive/2020/02/29/STUDY{series // 4:06d}/SERIES{series:06d}/IM{image:04d}.dcm")
    return Source(Location(path), 526_336, 1_700_000_000_000_000_000 + number, hash_of(str(number)))


def tags(number: int) -> Tags:
    """What the header of a slice says."""
    series, image = divmod(number, SLICES)
    return Tags(
        modality="CT",
        body_part="CHEST",
        study_uid=f"{ROOT}.1.{series // 4}",
        series_uid=f"{ROOT}.2.{series}",
        sop_uid=f"{ROOT}.3.{number}",
        frame_of_reference_uid=f"{ROOT}.4.{series // 4}",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.4.90",
        study_date="20200229",
        study_day=SCANNED.date(),
        study_time="123456",
        acquisition_date_time="20200229123456.000000",
        acquired_at=SCANNED,
        study_description="CT CHEST WITH CONTRAST",
        series_description="LUNG 0.6 B60f",
        protocol="ThoraxRoutine",
        image_type="ORIGINAL\\PRIMARY\\AXIAL",
        manufacturer="Synthetic",
        model="Scanner 64",
        institution="Synthetic Hospital",
        kvp=120.0,
        contrast="IODINE",
        patient_sex="F",
        patient_age="070Y",
        age_days=25_600,
        series_number=3,
        instance_number=image + 1,
        rows=512,
        columns=512,
        photometric="MONOCHROME2",
        bits_stored=12,
        slice_thickness=0.625,
        row_spacing=0.7,
        column_spacing=0.7,
        windows="40/400 WINDOW1; -600/1600 WINDOW2",
        lossy="00",
    )


def identity(number: int) -> Identity:
    """Whom a slice shows: nobody."""
    patient = number // SLICES // 4
    return Identity(
        patient_id=f"P{patient}",
        issuer="Synthetic",
        name_alphabetic=f"Invented^{patient}",
        birth_date="19500101",
        birth_day=BIRTHDAY,
        accession_number=f"A{patient}",
    )


def hash_of(text: str) -> str:
    """A SHA-256 that belongs to a text: in no order, as those of files are."""
    return sha256(text.encode()).hexdigest()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=16_384)
    parser.add_argument("--dim", type=_numbers, default=[512, 1024])
    parser.add_argument("--batch", type=_numbers, default=[256, 1024, 2048])
    parser.add_argument("--thumbnail-bytes", type=_numbers, default=[0, 8_000])
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    main()
