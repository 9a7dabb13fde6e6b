"""What the pool of decoding processes costs for each image, and what a second worker brings.

    python -m benchmarks.workers [--files 200] [--rounds 7]

Synthetic CT slices of 512 x 512. The cost is CPU time, so that the work of others does not count:
of the worker and of the process that has the pool, less what the same work takes without a pool.
What a second worker brings is the wall's, and needs two cores that nobody else uses. Prints
Markdown tables.
"""

import argparse
import resource
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Final

from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless

from benchmarks.phantoms import ct_slice, in_syntax
from core.types import DecodedFile, Found, Location, Prepare
from encoders.squash import Squash
from imaging.decode import read_content
from imaging.rules import RULES
from imaging.sources import read_source
from imaging.thumbnail import make_thumbnail
from imaging.workers import DecodePool

SIDES: Final = (96, 480)  # of what encoders take: radseek-mini, MedImageInsight
SYNTAXES: Final = (ExplicitVRLittleEndian, JPEGLSLossless, JPEG2000Lossless)
PASSES: Final = 4  # over all files, after the first, to tell the work from the start of a worker


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print("| CPU ms for each image | without a pool | worker | parent | cost of the pool |")
        print("|---|---|---|---|---|")
        files = write_slices(Path(folder), ExplicitVRLittleEndian, options.files)
        for side in SIDES:
            print(cost_row(files, side, options.rounds), flush=True)
        print("\n| images/s | one worker | two workers | ratio |\n|---|---|---|---|")
        for syntax in SYNTAXES:
            files = write_slices(Path(folder), syntax, options.files)
            print(scaling_row(syntax, files, options.rounds), flush=True)


def write_slices(folder: Path, syntax: UID, count: int) -> list[Found]:
    """Write different slices, and say what a walk would say of them."""
    found = []
    for seed in range(count):
        path = folder / f"{syntax}-{seed}.dcm"
        path.write_bytes(in_syntax(ct_slice(seed=seed), syntax))
        state = path.stat()
        found.append(Found(Location(path), state.st_size, state.st_mtime_ns))
    return found


def cost_row(files: Sequence[Found], side: int, rounds: int) -> str:
    """What one worker takes more than this process would, for files that are cheap to decode."""
    prepare = Squash((side, side))
    read_here(files, prepare)
    timings = [(read_here(files, prepare), *read_there(files, prepare)) for _ in range(rounds)]
    here, worker, parent = (median(each) for each in zip(*timings, strict=True))
    cost = median(there + own - alone for alone, there, own in timings)
    cells = " | ".join(f"{1e3 * cell:.2f}" for cell in (here, worker, parent, cost))
    return f"| prepared to {side} x {side} | {cells} |"


def read_here(files: Sequence[Found], prepare: Prepare) -> float:
    """Do what a worker does, in this process: CPU seconds for each file."""
    started = process_time()
    for file in files:
        source, content = read_source(file.location)
        for picture in read_content(content, source.sha256, RULES).pictures:
            prepare(picture.pixels)
            make_thumbnail(picture.pixels)
    return (process_time() - started) / len(files)


def read_there(files: Sequence[Found], prepare: Prepare) -> tuple[float, float]:
    """Have one worker do it: CPU seconds for each file of the worker, and of this process."""
    short, long = spent(files, prepare, 1), spent(files, prepare, 1 + PASSES)
    worker, parent = (more - less for less, more in zip(short, long, strict=True))
    return worker / PASSES / len(files), parent / PASSES / len(files)


def spent(files: Sequence[Found], prepare: Prepare, passes: int) -> tuple[float, float]:
    """CPU seconds of a worker from its start to its end, and of this process meanwhile."""
    worker, parent = _children_time(), process_time()
    with DecodePool(prepare, 1) as pool:
        for _ in range(passes):
            outcomes = list(pool.run(files))
            assert [type(outcome) for outcome in outcomes] == [DecodedFile] * len(files)
    return _children_time() - worker, process_time() - parent


def _children_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def scaling_row(syntax: UID, files: Sequence[Found], rounds: int) -> str:
    """Images a second of one worker and of two, each in its best round."""
    prepare = Squash((SIDES[0], SIDES[0]))
    with DecodePool(prepare, 1) as one, DecodePool(prepare, 2) as two:
        rates = [(rate(one, files), rate(two, files)) for _ in range(rounds + 1)][1:]
    alone, shared = (max(each) for each in zip(*rates, strict=True))
    return f"| {syntax.name} | {alone:,.0f} | {shared:,.0f} | {shared / alone:.2f} |"


def rate(pool: DecodePool, files: Sequence[Found]) -> float:
    """Images a second in the middle of a run, when each worker has files before it."""
    stamps = []
    for outcome in pool.run(files):
        assert isinstance(outcome, DecodedFile)
        stamps.append(perf_counter())
    first, last = len(files) // 8, len(files) * 3 // 4
    return (last - first) / (stamps[last] - stamps[first])


if __name__ == "__main__":
    main()
