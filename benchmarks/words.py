"""Reports in a catalog: what it costs to keep their words, and to search them.

    python -m benchmarks.words [--studies 100000] [--pictures 10]

Each study is one file of several pictures and a report of some 200 words, drawn from a made-up
vocabulary by Zipf's law, in sentences of eight of which every third is a denial. Prints Markdown;
times are the processor's, for this process.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.collection import NO_PIXELS, RENDERING, unit_rows
from benchmarks.commits import hash_of
from core.types import (
    CatalogueCode,
    Catalogued,
    EmbeddedFile,
    EncoderCard,
    Instance,
    Kept,
    Location,
    Prepared,
    Source,
    Tags,
)
from search.lexical import word_query
from storage.batch import Batch
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from storage.writer import CollectionWriter

DIM = 8
BATCH = 250  # studies
WORDS = 200  # of a report
SENTENCE = 8  # words
VOCABULARY = 20_000
REPEATS = 5
NO_PICTURE = Kept(CatalogueCode.NO_PIXELS, "It is a report.")
# Words of a rank in the vocabulary, and how they are asked.
QUERIES = {
    "a rare word": "w5000",
    "a word of one report in ten": "w150",
    "a word of nearly every report": "w0",
    "three words and a phrase": 'w20 w300 w4000 "w0 w1"',
    "a denial": "w20 without w60",
    "of the description": "x-ray",
}


def main() -> None:
    """Fill a collection in a temporary folder, without reports and with them, and search it."""
    options = _options()
    print("| what | processor | disk |\n|---|---|---|")
    without = _filled(options.studies, options.pictures, with_reports=False)
    with tempfile.TemporaryDirectory() as home:
        seconds, size = _fill(Path(home), options.studies, options.pictures, with_reports=True)
        studies = f"{options.studies:,} studies of {options.pictures} pictures"
        print(f"| {studies} without reports | {without[0]:.1f} s | {without[1] >> 20} MiB |")
        print(f"| and with them | {seconds:.1f} s | {size >> 20} MiB |", flush=True)
        with CollectionReader.open(Path(home), "main") as reader:
            for what, figure in _searched(reader.snapshot()):
                print(f"| {what} | {figure} | |", flush=True)


def _filled(studies: int, pictures: int, with_reports: bool) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as home:
        return _fill(Path(home), studies, pictures, with_reports)


def _fill(home: Path, studies: int, pictures: int, with_reports: bool) -> tuple[float, int]:
    """Commit all studies; gives seconds and the bytes of the catalog."""
    card = EncoderCard("synthetic", "1", DIM, "0" * 64, "none", "none")
    rows, random = unit_rows(pictures, DIM), np.random.default_rng(1)
    seconds = 0.0
    with CollectionWriter.open(home, "main", card, RENDERING) as writer:
        for start in range(0, studies, BATCH):
            numbers = range(start, min(start + BATCH, studies))
            files = [_study(number, rows, pictures) for number in numbers]
            told = [_report(number, random) for number in numbers] if with_reports else []
            seconds += _timed(partial(writer.commit, Batch(files, told)))
    return seconds, layout_of(home, "main").catalog.stat().st_size


def _study(number: int, rows: np.ndarray, pictures: int) -> EmbeddedFile:
    tags = Tags(
        modality=("CR", "CT", "MR")[number % 3],
        body_part=("CHEST", "HEAD", "KNEE", "HAND")[number % 4],
        study_uid=f"1.2.{number}",
        series_uid=f"1.2.{number}.1",
        study_description=f"Protocol {number % 40}",
    )
    shown = [Prepared(NO_PIXELS, b"", frame, "") for frame in range(pictures)]
    return EmbeddedFile(_source(f"{number}.dcm"), Instance(tags), shown, rows)


def _report(number: int, random: np.random.Generator) -> Catalogued:
    ranks = np.minimum(random.zipf(1.3, WORDS) - 1, VOCABULARY)
    sentences = [
        ("no " if place % 3 == 2 else "") + " ".join(f"w{rank}" for rank in part)
        for place, part in enumerate(np.array_split(ranks, WORDS // SENTENCE))
    ]
    told = Instance(Tags(study_uid=f"1.2.{number}", modality="SR"), report=". ".join(sentences))
    return Catalogued(_source(f"{number}.sr"), told, NO_PICTURE)


def _source(name: str) -> Source:
    return Source(Location(Path("/archive") / name), 100, 5, hash_of(name))


def _searched(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """What each query takes, and how much it finds."""
    first = _timed(lambda: snapshot.words(word_query(["w19999"])))
    yield "the first search of a snapshot", f"{1e3 * first:.0f} ms"
    for what, text in QUERIES.items():
        query = word_query([text])
        found = int(np.count_nonzero(snapshot.words(query)))
        best = min(_timed(partial(snapshot.words, query)) for _ in range(REPEATS))
        yield f"{what}, {found:,} pictures found", f"{1e3 * best:.1f} ms"


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=100_000)
    parser.add_argument("--pictures", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    main()
