"""An indexing run as the archive wires it, with the small encoder that sees colours."""

import atexit
import shutil
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

from dicom_slices import slice_bytes, write_series
from fakes import ColourEncoder, shrink
from PIL import Image

from core.types import EncoderCard, Location, Pixels, Record
from imaging.profiles import VOI
from imaging.workers import DecodePool
from indexer.again import Wanted
from indexer.engine import Engine
from indexer.local_engine import Lanes, LocalEngine
from indexer.pipeline import Job, index, index_again
from indexer.report import Progress, Report
from indexer.vanishing import Missing
from storage.reader import CollectionReader
from storage.writer import CollectionWriter


@cache
def warm_pool(workers: int) -> DecodePool:
    """A pool that all tests of a process share: to start a worker takes a second."""
    pool = DecodePool(shrink, workers).__enter__()
    atexit.register(pool.__exit__, None, None, None)
    return pool


def index_colours(
    home: Path,
    *paths: Path,
    name: str = "default",
    batch_size: int = 2,
    slices: int = 32,
    workers: int = 1,
    card: EncoderCard = ColourEncoder.card,
    progress: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
    wanted: Wanted | None = None,
    missing: Missing = Missing.REMOVE,
    lanes: Lanes | None = None,
    engine: AbstractContextManager[Engine] | None = None,
) -> Report:
    """Index paths into the collection; with `wanted` read those known files again instead."""
    lanes, pool = lanes or Lanes([ColourEncoder()]), warm_pool(workers)
    with CollectionWriter.open(home, name, card, VOI.id, slices) as writer:
        start = (lambda: LocalEngine(lanes, pool)) if engine is None else (lambda: engine)
        job = Job(writer, start, batch_size, slices, progress, stopped, missing)
        return index(paths, job) if wanted is None else index_again(wanted, job)


def not_asked(record: Record) -> Pixels:
    """What reads the pictures of a searcher that must not be asked for a region."""
    raise AssertionError(f"the file of picture {record.id} is not needed")


def contents_of(home: Path) -> tuple[list[Any], dict[Location, str], dict[Location, str]]:
    """All that a collection says, whatever the order in which it came: rows by their bytes."""
    with CollectionReader.open(home, "default") as reader:
        snapshot = reader.snapshot()
        records = snapshot.describe(snapshot.ids)
        rows = snapshot.embeddings(snapshot.ids).tolist()
        thumbnails = [reader.thumbnail(picture) for picture in snapshot.ids.tolist()]
        pictures = sorted(
            (str(record.tags), record.frame, record.locations, row, thumbnail)
            for record, row, thumbnail in zip(records, rows, thumbnails, strict=True)
        )
        skipped = {file.location: str(file.code) for file in reader.skipped()}
        catalogued = {file.location: str(file.code) for file in reader.catalogued()}
    return pictures, skipped, catalogued


def account_of(report: Report) -> tuple[Any, ...]:
    """What a run came to, but for the time it took."""
    progress = report.progress
    counts = ("files", "embedded", "catalogued", "unchanged", "skipped", "pictures")
    return (
        {name: getattr(progress, name) for name in counts},
        report.copies,
        report.skipped_by_code,
        report.catalogued_by_code,
    )


def write_mixed_archive(folder: Path) -> Path:
    """Pictures, copies of them, long series, one of them in an archive, and broken files."""
    folder.mkdir()
    for number in range(16):
        Image.new("RGB", (8, 8), (12 * number, 20, 40)).save(folder / f"{number:03}.png")
        shutil.copy(folder / f"{number:03}.png", folder / f"{number:03}-copy.png")
        (folder / f"{number:03}.dcm").write_bytes(b"no image at all")
    write_series(folder / "series", 1, 20)
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for number in range(10):
            archive.writestr(f"{number}.dcm", slice_bytes(2, number))
        archive.write(folder / "001.png", "again.png")
    return folder
