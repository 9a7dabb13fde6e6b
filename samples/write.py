"""Write a whole archive: every patient's files, truth.csv and a README that says SYNTHETIC."""

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from core.errors import InvalidRequest
from samples.patient import Written, write_patient
from samples.truth import TruthRow, write_truth

README, TRUTH = "README.txt", "truth.csv"
MARK = "SYNTHETIC radiology archive made by `radseek sample`."
PATIENT_FOLDER = re.compile(r"SYN-\d{5}")
ABOUT = f"""{MARK}

No real patient, hospital, machine or report: every image is computed from parametric phantoms,
every name, id and date is invented. Not for diagnosis, and not for training models that are to
be used on people.

SYN-*/        DICOM files: patient, study, series, image
{TRUTH}     what is true of each image: labels, sides, sizes, boxes in pixels, reports
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the writing has come."""

    patients_done: int
    patients: int
    images: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What has been written."""

    folder: Path
    patients: int
    studies: int
    images: int
    reports: int
    size_bytes: int


def write_archive(
    folder: Path,
    patients: int,
    seed: int,
    progress: Callable[[Progress], None],
    size: int = 256,
    workers: int | None = None,
) -> Summary:
    """Write an archive of so many patients; a former one in the folder is replaced.

    Equal arguments give equal files, however many `workers` (by default one for each core).
    Raises InvalidRequest when the folder holds anything else.
    """
    prepare(folder)
    results: dict[int, Written] = {}
    try:
        for number, written in _written(folder, patients, seed, size, workers):
            results[number] = written
            images = sum(len(result.rows) for result in results.values())
            progress(Progress(len(results), patients, images))
    finally:
        remove_unfinished(folder)
    in_order = [results[number] for number in sorted(results)]
    write_truth(folder / TRUTH, rows_of(in_order))
    return summary_of(folder, in_order)


def prepare(folder: Path) -> None:
    """Make the folder ready: new, empty, or cleared of the files of a former sample."""
    if folder.exists() and not folder.is_dir():
        raise InvalidRequest(f"{folder} is a file. Name a folder to write the samples to.")
    if folder.is_dir() and any(folder.iterdir()) and not is_sample(folder):
        raise InvalidRequest(
            f"{folder} holds other files, and samples are not mixed with them. "
            "Name a new or empty folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if PATIENT_FOLDER.fullmatch(old.name):
            _remove(old)
    (folder / TRUTH).unlink(missing_ok=True)
    (folder / README).write_text(ABOUT, encoding="utf-8")


def _remove(old: Path) -> None:
    if old.is_symlink():
        raise InvalidRequest(f"{old} is a link, which no sample holds. Remove it, then try again.")
    shutil.rmtree(old)


def is_sample(folder: Path) -> bool:
    """Whether the folder was written by this program."""
    readme = folder / README
    return readme.is_file() and readme.read_text(encoding="utf-8", errors="replace").startswith(
        MARK
    )


def _written(
    folder: Path, patients: int, seed: int, size: int, workers: int | None
) -> Iterator[tuple[int, Written]]:
    """Each patient's number and result, in any order."""
    numbers = range(1, patients + 1)
    count = min(workers or os.cpu_count() or 1, max(patients, 1))
    if count == 1:
        for number in numbers:
            yield number, write_patient(folder, number, seed, size)
        return
    # Spawned, as a fork would copy the threads' locks of whoever calls this.
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=_end_at_interrupts)
    try:
        jobs = {pool.submit(write_patient, folder, n, seed, size): n for n in numbers}
        for job in as_completed(jobs):
            yield jobs[job], job.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _end_at_interrupts() -> None:
    """Ctrl-C ends a worker at once and without a word; the parent clears up."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def remove_unfinished(folder: Path) -> None:
    """Remove what a broken-off run has left."""
    for path in folder.glob("SYN-*/**/*.part"):
        path.unlink()


def rows_of(written: list[Written]) -> Iterator[TruthRow]:
    """All rows, patient by patient."""
    return (row for result in written for row in result.rows)


def summary_of(folder: Path, written: list[Written]) -> Summary:
    """The counts of all patients together."""
    return Summary(
        folder,
        len(written),
        sum(result.studies for result in written),
        sum(len(result.rows) for result in written),
        sum(result.reports for result in written),
        sum(result.size_bytes for result in written),
    )
