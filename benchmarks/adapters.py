"""Measure an adapter of a synthetic collection: fitted, seen through, served. CPU seconds.

python -m benchmarks.adapters --rows 20000 --dim 256
"""

import argparse
import tempfile
from pathlib import Path
from time import process_time

import numpy as np

from benchmarks.collection import RENDERING, fill, unit_rows
from benchmarks.labelled import cpu
from core.types import Embeddings, EncoderCard
from evaluation.answers import Plan
from radseek.adapting import Adapted, adapt
from radseek.archive import Archive
from radseek.evaluating import Asked
from radseek.reindexing import reindex_through
from radseek.settings import Settings, load_settings
from storage.writer import CollectionWriter

CLASSES = 3  # as many modalities as the collection's files have, by turns
STRONG = 0.15  # how much of a row is owed to its class


def main() -> None:
    """Fill a collection in a temporary folder, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--dim", type=int, default=256)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder))
        card = EncoderCard("mini", "1", options.dim, "0" * 64, "none", "none")
        with CollectionWriter.open(settings.home, "default", card, RENDERING) as writer:
            fill(writer, classed(options.rows, options.dim), 2048, b"")
            writer.refresh_index()
        print("| what | CPU seconds |\n|---|---|")
        start = process_time()
        made = _fit(settings)
        print(f"| fit, and measure before and after | {process_time() - start:.1f} |")
        seconds = cpu(lambda: Archive(settings, "by-modality").reader().snapshot())
        print(f"| open and see through it | {seconds:.2f} |")
        seconds = cpu(lambda: reindex_through(settings, "by-modality"))
        print(f"| turn all rows into an edition, with its index | {seconds:.2f} |")
    print("\n| figure | before | after | 95 % interval of the difference |\n|---|---|---|---|")
    for each in made.compared.images:
        told = f"{each.metric.value} | {each.first:.3f} | {each.second:.3f}"
        print(f"| {told} | {each.low:+.4f} to {each.high:+.4f} |")


def classed(count: int, dim: int) -> Embeddings:
    """Random unit rows with a little of one of CLASSES directions, by turns: (count, dim)."""
    rows = unit_rows(count, dim)
    rows[np.arange(count), np.arange(count) % CLASSES] += STRONG
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def _fit(settings: Settings) -> Adapted:
    asked = Asked(by=("modality",), with_texts=False)
    with Archive(settings) as archive:
        return adapt(archive, "by-modality", asked, Plan())


if __name__ == "__main__":
    main()
