"""Measure labels and an evaluation of a synthetic collection; prints a table of CPU seconds.

python -m benchmarks.labelled --rows 100000 --dim 256
"""

import argparse
import resource
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import numpy as np

from benchmarks.collection import RENDERING, fill, unit_rows
from core.types import EncoderCard
from evaluation.answers import Plan
from evaluation.evaluating import evaluate
from evaluation.index_recall import Built
from evaluation.text_queries import TextQuery
from evaluation.truth import Truth
from search.labels.labelling import judge
from storage.columns import Column
from storage.label_sets import BLOCK, Label, LabelSet
from storage.reader import CollectionReader
from storage.writer import CollectionWriter

LABELS = LabelSet("ten", tuple(Label(f"label {n}", ("unused",)) for n in range(10)))


def main() -> None:
    """Fill a collection in a temporary folder, measure, and print."""
    options = _options()
    card = EncoderCard("synthetic", "1", options.dim, "0" * 64, "none", "none")
    print("| what | CPU seconds |\n|---|---|")
    with tempfile.TemporaryDirectory() as home:
        with CollectionWriter.open(Path(home), "main", card, RENDERING) as writer:
            fill(writer, unit_rows(options.rows, options.dim), 2048, b"")
        for what, seconds in measure(Path(home), card, options.queries):
            print(f"| {what} | {seconds:.2f} |", flush=True)
    print(f"\nPeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB.")


def measure(home: Path, card: EncoderCard, queries: int) -> Iterator[tuple[str, float]]:
    """Yield what was measured and the CPU seconds of this process."""
    with (
        CollectionWriter.open(home, "main", card, RENDERING) as writer,
        CollectionReader.open(home, "main") as reader,
    ):
        yield "first snapshot", cpu(reader.snapshot)
        yield "label every picture with ten labels", cpu(lambda: _label(writer, reader))
        yield "the next snapshot", cpu(reader.snapshot)
        snapshot = reader.snapshot()
        yield "a label of every row, first time", cpu(lambda: snapshot.label("label 3"))
        yield "a label of every row, again", cpu(lambda: snapshot.label("label 4"))
        fill(writer, unit_rows(2048, card.dim), 2048, b"")
        yield "the next snapshot after a batch, labels read", cpu(reader.snapshot)
        yield (
            f"evaluate with {queries} pictures, 1000 draws",
            cpu(lambda: _evaluate(reader, queries, 0)),
        )
        yield (
            "evaluate with 1 picture and 2 texts, 1000 draws",
            cpu(lambda: _evaluate(reader, 1, 2)),
        )


def cpu(action: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = process_time()
    action()
    return process_time() - start


def _label(writer: CollectionWriter, reader: CollectionReader) -> None:
    kept, snapshot = writer.begin_labels(LABELS), reader.snapshot()
    texts = unit_rows(len(LABELS.labels), reader.card.dim)
    for start in range(0, len(snapshot.ids), BLOCK):
        ids = snapshot.ids[start : start + BLOCK]
        writer.put_labels(kept, ids, judge(snapshot.embeddings(ids), texts, LABELS, 30.0))


def _evaluate(reader: CollectionReader, pictures: int, texts: int) -> None:
    snapshot = reader.snapshot()
    number = np.arange(len(snapshot.ids))
    scanners = Column(("one", "two"), (number % 2).astype(np.int32))
    answers = tuple(frozenset([f"label {n}"]) for n in range(10))
    truth = Truth(snapshot.ids, answers, number % 10, number // 4, scanners, None, 0, 0, 0)
    queries = [TextQuery(f"label {n}", "words") for n in range(texts)]
    rows = unit_rows(texts, reader.card.dim)
    evaluate(snapshot, truth, queries, rows, Plan(sample=pictures), Built("flat", 1, 1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=256)
    parser.add_argument("--queries", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    main()
