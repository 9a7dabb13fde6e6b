"""What radseek adds to the call of its index, from an embedding to hits with all their tags.

    python -m benchmarks.overhead [--rows 1000000] [--dim 1024] [-k 50] [--queries 200]

Makes a collection of synthetic rows through storage, without an encoder; its tags are as varied as
those of a hospital: modalities, body parts, some hundred descriptions, scanners, ages and days, and
some copies. Prints Markdown: for no filter and for some, the whole search, the same call of the
index alone in the same run, the whole search where that call is answered from memory, and then
each stage by itself. No search finds a record that another one has read. Milliseconds of the
clock and of the processor, of all threads; FAISS has one.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.collection import NO_PIXELS, RENDERING, ROOT, noisy, timed, unit_rows
from core.types import (
    EmbeddedFile,
    Embeddings,
    EncoderCard,
    Identity,
    Ids,
    Instance,
    Location,
    Mask,
    Prepared,
    Scores,
    Source,
    Tags,
)
from search.eligible import eligible
from search.facets import facet
from search.filters import parse_where, row_mask
from search.query import EmbeddingPart, Query
from search.request import Request
from search.searcher import Searcher
from storage.batch import Batch
from storage.faiss_runtime import load_faiss
from storage.keys import Key
from storage.reader import CollectionReader
from storage.records import Records
from storage.snapshot import Snapshot
from storage.writer import CollectionWriter

BANK: Final = 16_384  # rows that are used over and over, with noise
BATCH: Final = 2048
SERIES: Final = 8  # pictures of one
STUDY: Final = 24
PATIENT: Final = 48
COPIES: Final = 50  # one picture of so many has the pixels of the one before
WARM: Final = 10  # calls that are not timed
FIRST_DAY: Final = date(2012, 1, 1)

KINDS: Final = (
    ("CT", "CHEST", "Aquilion ONE", "CANON"),
    ("CT", "HEAD", "SOMATOM Force", "SIEMENS"),
    ("MR", "BRAIN", "MAGNETOM Aera", "SIEMENS"),
    ("MR", "KNEE", "Ingenia", "Philips Medical Systems"),
    ("DX", "CHEST", "DigitalDiagnost", "Philips Medical Systems"),
    ("CR", "HAND", "CR 975", "Carestream Health"),
    ("US", "ABDOMEN", "LOGIQ E9", "GE MEDICAL SYSTEMS"),
    ("MG", "BREAST", "Selenia Dimensions", "HOLOGIC, Inc."),
    ("XA", "", "Artis zee", "SIEMENS"),
    ("OT", "", "", ""),
)
FILTERS: Final = (
    (),
    ("modality=CT",),
    ("body_part=CHEST and age 40..60",),
    ("description~contrast", "date 2016..2020-06"),
    ("sex=F and not (manufacturer~siemens or view=)",),
    ("series_number=7 and scanner=LOGIQ E9",),
)


Times = list[tuple[float, float]]  # seconds of the clock and of the processor
Result = TypeVar("Result")
Search = Callable[..., tuple[Ids, Scores]]


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of calls, one for each query."""

    clock: NDArray[np.float64]
    processor: NDArray[np.float64]

    def __str__(self) -> str:
        p50, p95 = np.percentile(self.clock, [50, 95])
        return f"{p50:.2f} | {p95:.2f} | {np.median(self.processor):.2f}"


def main() -> None:
    """Make the collection, ask it, print."""
    options = _options()
    load_faiss().omp_set_num_threads(1)
    card = EncoderCard("synthetic", "1", options.dim, "0" * 64, "none", "none")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        home = Path(folder)
        with CollectionWriter.open(home, "main", card, RENDERING) as writer:
            seconds = timed(lambda: fill(writer, options.rows, options.dim))
            print(f"\n{options.rows:,} rows made in {seconds:,.0f} s", flush=True)
            writer.refresh_index()
        with CollectionReader.open(home, "main") as reader:
            measure_first_use(reader.snapshot())
            queries = noisy(unit_rows(BANK, options.dim)[: options.queries])
            for filters in FILTERS:
                measure(reader, queries, options.k, filters)


def fill(writer: CollectionWriter, rows: int, dim: int) -> None:
    """Commit so many rows, one picture a file."""
    bank = unit_rows(BANK, dim)
    random = np.random.default_rng(1)
    for start in range(0, rows, BATCH):
        numbers = np.arange(start, min(start + BATCH, rows))
        noise = random.standard_normal((len(numbers), dim), dtype=np.float32)
        embeddings = bank[numbers % BANK] + noise * np.float32(0.3 / np.sqrt(dim))
        embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
        writer.commit(
            Batch([file(n, row) for n, row in zip(numbers.tolist(), embeddings, strict=True)])
        )


def file(number: int, row: Embeddings) -> EmbeddedFile:
    """One file with one picture."""
    pixels = number - 1 if number % COPIES == 1 else number
    picture = Prepared(NO_PIXELS, b"", 0, f"{pixels:064x}")
    identity = Identity(patient_id=f"P{number // PATIENT}", issuer="HOSPITAL")
    return EmbeddedFile(source(number), Instance(tags(number), identity), [picture], row[None])


def source(number: int) -> Source:
    """A file of the archive."""
    path = Path(f"/archive/{number // STUDY:07d}/{number // SERIES:07d}/{number:09d}.dcm")
    return Source(Location(path), 526_336, number, f"{number:064x}")


def tags(number: int) -> Tags:
    """What a header says; pictures of a study are of one kind, day and scanner."""
    series, study, patient = number // SERIES, number // STUDY, number // PATIENT
    modality, part, model, manufacturer = KINDS[_mixed(study) % len(KINDS)]
    day = FIRST_DAY + timedelta(_mixed(study + 1) % 4000)
    contrast = "with contrast" if _mixed(series) % 3 == 0 else ""
    return Tags(
        modality=modality,
        body_part=part,
        laterality=("", "", "L", "R")[_mixed(series + 2) % 4],
        view=("", "PA", "AP", "LL")[_mixed(series + 3) % 4],
        study_uid=f"{ROOT}.1.{study}",
        series_uid=f"{ROOT}.2.{series}",
        sop_uid=f"{ROOT}.3.{number}",
        frame_of_reference_uid=f"{ROOT}.4.{study}",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.4.90",
        study_date=f"{day:%Y%m%d}",
        study_day=day,
        study_time=f"{_mixed(study + 4) % 24:02d}3000",
        study_description=f"{modality} {part} {_mixed(study + 5) % 40}",
        series_description=f"{part} {contrast} {_mixed(series + 6) % 400}",
        protocol=f"Protocol {_mixed(series + 7) % 200}",
        image_type="ORIGINAL\\PRIMARY\\AXIAL",
        manufacturer=manufacturer,
        model=model,
        institution=f"Hospital {_mixed(patient) % 12}",
        kvp=(None, 80.0, 100.0, 120.0)[_mixed(series + 8) % 4],
        patient_sex=("F", "M", "M", "F", "F", "")[_mixed(patient + 9) % 6],
        age_days=None if _mixed(patient + 10) % 20 == 0 else _mixed(patient + 11) % 33_000,
        series_number=_mixed(series + 12) % 12,
        instance_number=number % SERIES + 1,
        rows=512,
        columns=512,
        photometric="MONOCHROME2",
        bits_stored=12,
        slice_thickness=(None, 0.625, 1.25, 5.0)[_mixed(series + 13) % 4],
        row_spacing=0.7,
        column_spacing=0.7,
        windows="40/400 ABDOMEN",
        lossy="00",
        burned_in="NO",
    )


def _mixed(number: int) -> int:
    """A number that looks random and is the same each time (Knuth's multiplicative hash)."""
    return (number * 2_654_435_761 & 0xFFFFFFFF) >> 7


def measure_first_use(snapshot: Snapshot) -> None:
    """Print what it takes to read what is known of all rows, once for a snapshot."""
    print("\n| first use | ms |\n|---|---|")
    first: Sequence[tuple[str, Callable[[], object]]] = (
        *((f"column {tag}", partial(snapshot.column, tag)) for tag in ("modality", "study_uid")),
        *((f"numbers {name}", partial(snapshot.numbers, name)) for name in ("age", "study_day")),
        *((f"keys {key}", partial(snapshot.keys, key)) for key in Key),
    )
    for name, read in first:
        print(f"| {name} | {1e3 * timed(read):,.0f} |", flush=True)


def measure(reader: CollectionReader, queries: Embeddings, k: int, filters: Sequence[str]) -> None:
    """Print what a search with these filters takes, and its stages."""
    snapshot = reader.snapshot()
    wheres = [parse_where(text) for text in filters]
    searcher = Searcher(reader, _none, _none)
    requests = [Request(Query((EmbeddingPart(row),)), k, wheres) for row in queries]
    mask = row_mask(snapshot, wheres)
    matching = len(snapshot.ids) if mask is None else int(mask.sum())
    # The very index that the search begins with, without what surrounds it.
    index = snapshot._tiers.through(matching)[0].segments[0].index
    ids = [snapshot.search(row[None], k, mask)[0][0] for row in queries]
    ids = [found[found >= 0] for found in ids]
    raw = each([partial(index.search, row[None], k, mask) for row in queries])
    index.search = remembering(index.search)  # type: ignore[method-assign]
    judging = listened(searcher._background, "judge")
    comparing = listened(searcher._company, "alarms")
    whole, added = (
        each([partial(ask_first, searcher, snapshot, request) for request in requests])
        for _ in range(2)
    )
    del index.search
    print(f"\n### {' and '.join(filters) or 'No filter'}: {matching:,} rows, k = {k}\n")
    print("| stage | p50 ms | p95 ms | processor p50 ms |\n|---|---|---|---|")
    print(f"| whole search | {whole} |\n| index alone | {raw} |")
    print(f"| **whole search, the index answering from memory** | {added} |")
    print(f"| of it, standing in the background | {took(judging[-len(requests) + WARM :])} |")
    print(f"| of it, what hits share | {took(comparing[-len(requests) + WARM :])} |")
    for name, calls in stages(reader, snapshot, requests, ids, k):
        print(f"| {name} | {each(calls)} |", flush=True)


def remembering(search: Search) -> Search:
    """The same call, that answers from memory what it was asked before with the same rows."""
    known: dict[tuple[bytes, int], tuple[Ids, Scores]] = {}

    def answer(queries: Embeddings, k: int, among: Mask | None = None) -> tuple[Ids, Scores]:
        key = queries.tobytes(), k
        if key not in known:
            known[key] = search(queries, k, among)
        return known[key]

    return answer


def ask_first(searcher: Searcher, snapshot: Snapshot, request: Request) -> None:
    """Ask as if no record of a hit had been read before."""
    snapshot._records = Records(snapshot._catalog)
    searcher.search(request)


def stages(
    reader: CollectionReader,
    snapshot: Snapshot,
    requests: Sequence[Request],
    ids: Sequence[NDArray[np.int64]],
    k: int,
) -> Iterator[tuple[str, list[Callable[[], object]]]]:
    """Yield each stage by itself."""
    rows = [request.query.parts[0].row[None] for request in requests]  # type: ignore[union-attr]
    among = eligible(snapshot, requests[0]).among
    yield "the newest snapshot", [reader.snapshot for _ in requests]
    yield "the mask", [partial(eligible, snapshot, request) for request in requests]
    yield "index and exact scores", [partial(snapshot.search, row, k, among) for row in rows]
    yield "records", [partial(snapshot._catalog.describe, found.tolist()) for found in ids]
    yield "records, again", [partial(snapshot.describe, ids[0]) for _ in ids]
    yield "a facet", [partial(facet, snapshot, "modality", requests[0].where) for _ in requests]


def each(calls: Sequence[Callable[[], object]]) -> Took:
    """Time each call but the first ones, each of them its first time."""
    for call in calls[:WARM]:
        call()
    times: Times = []
    for call in calls[WARM:]:
        noted(times, call)
    return took(times)


def noted(times: Times, call: Callable[[], Result]) -> Result:
    """Make a call and note its seconds."""
    began, began_processor = time.perf_counter(), time.process_time()
    result = call()
    times.append((time.perf_counter() - began, time.process_time() - began_processor))
    return result


def listened(owner: object, name: str) -> Times:
    """The seconds of all calls of a method from now on."""
    times: Times = []
    method = getattr(owner, name)
    setattr(owner, name, lambda *given: noted(times, partial(method, *given)))
    return times


def took(times: Times) -> Took:
    """Seconds as milliseconds."""
    clock, processor = 1e3 * np.array(times).T
    return Took(clock, processor)


def _none(*_: object) -> NoReturn:
    raise AssertionError("nothing is encoded here")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("-k", type=int, default=50)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where the collection is made for a while")
    return parser.parse_args()


if __name__ == "__main__":
    main()
