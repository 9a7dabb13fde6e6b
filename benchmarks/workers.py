"""What the pool of decoding processes costs for each image, and what a second worker brings.

    python -m benchmarks.workers [--files 200] [--rounds 7]

Synthetic CT slices of 512 x 512. Pools stay warm and take turns with the same work in this process;
times are of the wall. Prints Markdown tables.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Final

from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless

from benchmarks.phantoms import ct_slice, in_syntax
from core.types import DecodedFile, Found, Location, Prepare
from encoders.medimageinsight.preprocess import Squash
from imaging.decode import read_content
from imaging.rules import Rules
from imaging.sources import read_source
from imaging.thumbnail import make_thumbnail
from imaging.workers import DecodePool

SIDES: Final = (96, 480)  # of what encoders take: radseek-mini, MedImageInsight
SYNTAXES: Final = (ExplicitVRLittleEndian, JPEGLSLossless, JPEG2000Lossless)
WARM: Final = 20  # files
RULES: Final = Rules()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print("| ms for each image | here | one worker | cost | of the parent's CPU |")
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
    with DecodePool(prepare, 1, RULES) as pool:
        drain(pool, files[:WARM])
        here, pooled = [], []
        for _ in range(rounds):
            here.append(read_here(files, prepare))
            pooled.append(drain(pool, files))
    own = median(here)
    wall = median(wall for wall, _ in pooled)
    cost = median(wall - here_s for (wall, _), here_s in zip(pooled, here, strict=True))
    cpu = median(cpu for _, cpu in pooled)
    cells = [own, wall, cost, cpu]
    return f"| prepared to {side} | {' | '.join(f'{1e3 * cell:.2f}' for cell in cells)} |"


def scaling_row(syntax: UID, files: Sequence[Found], rounds: int) -> str:
    """Images a second of one worker and of two."""
    prepare = Squash((SIDES[0], SIDES[0]))
    with DecodePool(prepare, 1, RULES) as one, DecodePool(prepare, 2, RULES) as two:
        for pool in (one, two):
            drain(pool, files[:WARM])
        walls = [(drain(one, files)[0], drain(two, files)[0]) for _ in range(rounds)]
    rates = [1 / median(wall) for wall in zip(*walls, strict=True)]
    ratio = median(alone / shared for alone, shared in walls)
    return f"| {syntax.name} | {rates[0]:,.0f} | {rates[1]:,.0f} | {ratio:.2f} |"


def drain(pool: DecodePool, files: Sequence[Found]) -> tuple[float, float]:
    """Run files through a pool: seconds for each, of the wall and of this process's CPU."""
    wall, cpu = perf_counter(), process_time()
    outcomes = list(pool.run(files))
    assert all(isinstance(outcome, DecodedFile) for outcome in outcomes)
    assert len(outcomes) == len(files)
    return (perf_counter() - wall) / len(files), (process_time() - cpu) / len(files)


def read_here(files: Sequence[Found], prepare: Prepare) -> float:
    """Do what a worker does, in this process: seconds of the wall for each file."""
    started = perf_counter()
    for _ in prepared_here(files, prepare):
        pass
    return (perf_counter() - started) / len(files)


def prepared_here(files: Sequence[Found], prepare: Prepare) -> Iterator[tuple[object, bytes]]:
    """Read, decode, prepare, and make the thumbnail."""
    for file in files:
        source, content = read_source(file.location)
        for picture in read_content(content, source.sha256, RULES).pictures:
            yield prepare(picture.pixels), make_thumbnail(picture.pixels)


if __name__ == "__main__":
    main()
