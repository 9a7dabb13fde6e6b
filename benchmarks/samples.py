"""How fast sample archives are written, and what each kind of study costs."""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from samples.exams.catalogue import EXAMS
from samples.patient import write_patient
from samples.plan import STORIES, patient_plan
from samples.write import Progress, write_archive

SIZE = 256


def main() -> None:
    """Print a table of each; times are of the processor (one process) and of the clock (all)."""
    print(f"NumPy {np.__version__}, Python {sys.version.split()[0]}, {SIZE}x{SIZE}\n")
    print("| kind of study | images | ms per image, without writing |")
    print("|---|---|---|")
    for kind, images, seconds in studies():
        print(f"| {kind} | {images} | {1000 * seconds / images:.1f} |")
    images, seconds = whole()
    print(f"\none process, {len(STORIES)} patients, written: {images} images, ", end="")
    print(f"{images / seconds:.0f} images/s of processor time")
    images, seconds = in_parallel()
    print(f"all processes: {images} images, {images / seconds:.0f} images/s of the clock")


def studies() -> Iterator[tuple[str, int, float]]:
    """For each kind of study its images and the processor's seconds, in the stories' mix."""
    counts, seconds = dict.fromkeys(EXAMS, 0), dict.fromkeys(EXAMS, 0.0)
    for number in range(1, len(STORIES) + 1):
        for study in patient_plan(number, 0, SIZE).studies:
            start = time.process_time()
            made = sum(1 for series in EXAMS[study.kind](study) for _ in series.instances)
            seconds[study.kind] += time.process_time() - start
            counts[study.kind] += made
    yield from ((kind, counts[kind], seconds[kind]) for kind in EXAMS)


def whole() -> tuple[int, float]:
    """Images and the processor's seconds of one process that writes every story once."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        numbers = range(1, len(STORIES) + 1)
        rows = sum(len(write_patient(Path(folder), n, 0, SIZE).rows) for n in numbers)
        return rows, time.process_time() - start


def in_parallel() -> tuple[int, float]:
    """Images and seconds of the clock, with one process for each core."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        summary = write_archive(Path(folder) / "a", len(STORIES), 0, ignore, SIZE)
        return summary.images, time.perf_counter() - start


def ignore(_progress: Progress) -> None:
    """Take no notice."""


if __name__ == "__main__":
    main()
