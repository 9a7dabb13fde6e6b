"""How long the main job takes: start-up, indexing, one search. Prints a Markdown table.

    python -m benchmarks.journey [--files 2000] [--encoder mini] [--weights DIR]

Pictures are synthetic (smooth noise, 512 x 512, 8-bit JPEG), so that anybody can run it. Indexing
is compared with the bare encoder in the same run, as machines differ and are shared.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from PIL import Image

from benchmarks.encoder import images_per_second
from core.types import Location
from imaging.rules import View
from radseek.archive import Archive, open_archive
from radseek.settings import load_settings
from search.query import Query, by_instance, by_text
from search.request import Request

MIB = 1 << 20
REPEATS = 50


def make_pictures(folder: Path, count: int) -> list[Path]:
    """Write `count` different grey JPEG files."""
    rng = np.random.default_rng(0)
    files = []
    for number in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (16, 16), dtype=np.uint8))
        file = folder / f"{number:06}.jpg"
        coarse.resize((512, 512), Image.Resampling.BICUBIC).save(file, quality=90)
        files.append(file)
    return files


def radseek(home: Path, *words: str) -> tuple[float, str]:
    """Run one command in a process of its own; gives wall seconds and stdout."""
    command = [sys.executable, "-m", "radseek", "--home", str(home), *words]
    started = perf_counter()
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return perf_counter() - started, run.stdout


def best(seconds: Callable[[], float], times: int = 5) -> float:
    """The smallest of some timings: what the machine can do when it is left alone."""
    return min(seconds() for _ in range(times))


def query_rows(archive: Archive, picture: Path) -> list[tuple[str, str]]:
    """Median milliseconds of each part of a search, for each kind of query."""
    queries: dict[str, Query] = {
        "text": by_text("axial CT of the head"),
        "image": Query((archive.query_file(Location(picture)),)),
        "instance": by_instance(1),
    }
    return [(f"search by {kind}, 50 hits", _parts(archive, q)) for kind, q in queries.items()]


def _parts(archive: Archive, query: Query) -> str:
    searcher = archive.searcher()
    searcher.search(Request(query, 50))
    timings = [searcher.search(Request(query, 50)).timings for _ in range(REPEATS)]
    encode = median(t.encode_s for t in timings) * 1e3
    index = median(t.index_s for t in timings) * 1e3
    catalog = median(t.catalog_s for t in timings) * 1e3
    return f"encoder {encode:.1f} ms, index {index:.2f} ms, catalog {catalog:.2f} ms"


def main() -> None:
    """Make pictures, index them, search, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--encoder", default="mini")
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, figure in measure(Path(folder), options):
            print(f"| {name} | {figure} |", flush=True)


def measure(folder: Path, options: argparse.Namespace) -> list[tuple[str, str]]:
    """All rows of the table."""
    home, pictures = folder / "home", folder / "pictures"
    pictures.mkdir()
    files = make_pictures(pictures, options.files)
    named = ["--encoder", options.encoder]
    named += ["--weights", str(options.weights)] if options.weights else []
    help_s = best(lambda: radseek(home, "--help")[0])
    wall, printed = radseek(home, "index", str(pictures), "--json", *named)
    report = json.loads(printed)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / MIB
    again, _ = radseek(home, "index", str(pictures), "--json", *named)
    first, _ = radseek(home, "search", "chest X-ray", "--json")
    rate = report["images_per_second"]
    with open_archive(load_settings(home=home, weights=options.weights)) as archive:
        encoder, first_picture = archive.encoder(), archive.view(Location(files[0]), View())
        bare = images_per_second(encoder, encoder.prepare(first_picture))
        searches = query_rows(archive, files[0])
    return [
        ("`radseek --help`", f"{help_s:.2f} s"),
        (f"`radseek index`, {options.files} JPEG files of 512 x 512", f"{rate:.0f} images/s"),
        ("bare encoder, prepared pixels, same run", f"{bare:.0f} images/s"),
        ("indexing / bare encoder", f"{rate / bare:.2f}"),
        ("whole command, with start-up", f"{wall:.1f} s"),
        ("the same command again, nothing to do", f"{again:.1f} s"),
        ("peak memory of the largest process", f"{peak:.0f} MiB"),
        ("`radseek search`, one text, whole command", f"{first:.1f} s"),
        *searches,
    ]


if __name__ == "__main__":
    main()
