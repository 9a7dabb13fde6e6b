"""Measure a collection: commit rate, opening, search and describing. Prints a table.

python -m benchmarks.collection --rows 100000 --dim 512
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from core.types import (
    EmbeddedFile,
    Embeddings,
    EncoderCard,
    Identity,
    Instance,
    Location,
    Pending,
    Place,
    Prepared,
    Source,
    Tags,
)
from storage.batch import Batch
from storage.reader import CollectionReader
from storage.writer import CollectionWriter

RENDERING = "voi-1"
ROOT = "1.2.826.0.1.3680043.8.498"
NO_PIXELS = np.zeros((1, 1, 3), dtype=np.uint8)
REPEATS = 31


def main() -> None:
    """Fill a collection in a temporary folder, measure, and print."""
    options = _options()
    card = EncoderCard("synthetic", "1", options.dim, "0" * 64, "none", "none")
    rows = unit_rows(options.rows, options.dim)
    thumbnail = bytes(options.thumbnail_bytes)
    with tempfile.TemporaryDirectory() as home:
        for what, figure in measure(Path(home), card, rows, options.batch, thumbnail):
            print(f"| {what:<52} | {figure:>18} |")


def measure(
    home: Path, card: EncoderCard, rows: Embeddings, batch: int, thumbnail: bytes
) -> Iterator[tuple[str, str]]:
    """Yield what was measured and the figure, in the order of a collection's life."""
    with CollectionWriter.open(home, "main", card, RENDERING) as writer:
        seconds = timed(lambda: fill(writer, rows, batch, thumbnail))
        yield (
            f"commit, batch of {batch}, thumbnails of {len(thumbnail)} bytes",
            f"{len(rows) / seconds:,.0f} rows/s",
        )
        yield "open and first snapshot, no index", milliseconds(lambda: open_once(home), 3)
        yield "build the index", f"{timed(writer.refresh_index):.2f} s"
    yield "open and first snapshot, with the index", milliseconds(lambda: open_once(home), 3)
    with CollectionReader.open(home, "main") as reader:
        yield from measure_reading(reader, rows)
    with CollectionWriter.open(home, "main", card, RENDERING) as writer:
        yield from measure_slices(writer, min(len(rows), 10_000), batch)


def measure_reading(reader: CollectionReader, rows: Embeddings) -> Iterator[tuple[str, str]]:
    """Yield the times of the calls behind one page of hits."""
    snapshot = reader.snapshot()
    queries = noisy(rows[:64])
    yield "snapshot, nothing new", milliseconds(reader.snapshot)
    yield "search, k=50", milliseconds(lambda: snapshot.search(queries[:1], 50))
    yield (
        "search, k=50, 64 at once, each",
        milliseconds(lambda: snapshot.search(queries, 50), 5, per=len(queries)),
    )
    for share in (0.01, 0.5):
        mask = np.random.default_rng(1).random(len(snapshot.ids)) < share
        yield (
            f"search, k=50, among {share:.0%}",
            milliseconds(partial(snapshot.search, queries[:1], 50, mask)),
        )
    ids = snapshot.search(queries[:1], 50)[0][0]
    yield "describe 50 hits", milliseconds(lambda: snapshot.describe(ids))
    yield "thumbnail", milliseconds(lambda: reader.thumbnail(int(ids[0])))
    for name in ("modality", "study_uid"):
        yield (
            f"column {name}, first time",
            f"{1e3 * timed(partial(snapshot.column, name)):.0f} ms",
        )
    yield "related files of a picture", milliseconds(lambda: reader.related(int(ids[0])))
    yield "the collection in numbers", milliseconds(reader.info, 3)
    yield "all duplicates", milliseconds(reader.duplicates, 3)


def measure_slices(writer: CollectionWriter, slices: int, batch: int) -> Iterator[tuple[str, str]]:
    """Yield the times of the two passes over one long series, without its decoding."""
    headers = [pending(number) for number in range(slices)]
    parts = [Batch(pending=headers[start : start + batch]) for start in range(0, slices, batch)]
    seconds = sum(timed(partial(writer.commit, part)) for part in parts)
    yield "commit headers of slices", f"{slices / seconds:,.0f} files/s"
    yield f"list {slices:,} pending slices", milliseconds(lambda: list(writer.pending_slices()), 3)
    places = [header.source.location for header in headers]
    seconds = timed(lambda: writer.settle(places))
    yield "settle slices", f"{slices / seconds:,.0f} files/s"
    yield "what is known of all files", milliseconds(writer.known, 3)


def fill(writer: CollectionWriter, rows: Embeddings, batch: int, thumbnail: bytes) -> None:
    """Commit all rows, one picture a file."""
    for start in range(0, len(rows), batch):
        chunk = rows[start : start + batch]
        files = [file(start + place, row, thumbnail) for place, row in enumerate(chunk)]
        writer.commit(Batch(files))


def file(number: int, row: Embeddings, thumbnail: bytes) -> EmbeddedFile:
    """One file with one picture, tagged like a radiograph."""
    names = Identity(patient_id=f"P{number}", name_alphabetic=f"Invented^{number}")
    picture = Prepared(NO_PIXELS, thumbnail, 0, f"{number:064x}")
    return EmbeddedFile(source(number), Instance(tags(number), names), [picture], row[None])


def pending(number: int) -> Pending:
    """One slice of a long series."""
    place = Place((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (-250.0, -250.0, 0.5 * number))
    told = tags(1)._replace(sop_uid=f"{ROOT}.1.{number}", series_uid=f"{ROOT}.1")
    return Pending(source(10**8 + number), Instance(told, place=place))


def tags(number: int) -> Tags:
    """What a header says."""
    return Tags(
        modality=("CR", "CT", "MR")[number % 3],
        body_part="CHEST",
        study_uid=f"{ROOT}.{number // 4}",
        series_uid=f"{ROOT}.{number // 2}",
        sop_uid=f"{ROOT}.{number}",
        study_description="XR CHEST PA AND LATERAL",
        manufacturer="Synthetic",
        rows=2048,
        columns=2048,
    )


def source(number: int) -> Source:
    """A file of the archive."""
    location = Location(Path(f"/archive/{number:09d}.dcm"))
    return Source(location, 8_000_000, number, f"{number:064x}")


def open_once(home: Path) -> None:
    """What a fresh process does before its first search."""
    with CollectionReader.open(home, "main") as reader:
        reader.snapshot()


def unit_rows(rows: int, dim: int) -> Embeddings:
    """Random rows of unit length in clusters, as series of slices are: (rows, dim)."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((max(rows // 100, 1), dim), dtype=np.float32)
    picked = centres[random.integers(len(centres), size=rows)]
    return normalised(picked + 0.5 * random.standard_normal((rows, dim), dtype=np.float32))


def noisy(rows: Embeddings) -> Embeddings:
    """Queries near the rows."""
    noise = np.random.default_rng(2).standard_normal(rows.shape, dtype=np.float32)
    return normalised(rows + 0.02 * noise)


def normalised(rows: Embeddings) -> Embeddings:
    """Rows of unit length."""
    unit: Embeddings = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def timed(action: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def milliseconds(action: Callable[[], object], repeats: int = REPEATS, per: int = 1) -> str:
    """The median time of a call, divided by `per`."""
    return f"{1e3 * median(timed(action) for _ in range(repeats)) / per:.2f} ms"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--thumbnail-bytes", type=int, default=8_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
