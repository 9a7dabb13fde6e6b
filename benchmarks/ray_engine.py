"""Indexing on the stations of a Ray cluster against indexing here. Prints a Markdown table.

    python -m benchmarks.ray_engine [--files 1500] [--stations 2]

Both are on this machine, so that the ratio says what the way through Ray costs: with machines of
their own, stations add up. Start-up is left out. A small run of each goes before, uncounted.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.journey import make_pictures
from indexer.report import Report
from radseek.archive import open_archive
from radseek.settings import Settings, load_settings


def main() -> None:
    """Index the same files by both engines, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1500)
    parser.add_argument("--stations", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few", Path(folder) / "many"
        for tree, count in ((few, 64), (many, options.files)):
            tree.mkdir()
            make_pictures(tree, count)
        here = rate(load_settings(home=Path(folder) / "here"), few, many)
        ray = load_settings(home=Path(folder) / "ray", engine="ray", ray_stations=options.stations)
        there = rate(ray, few, many)
    print("| engine | images/s | of local |\n|---|---|---|")
    print(f"| local | {here:.0f} | 1.00 |")
    print(f"| ray, {options.stations} stations here | {there:.0f} | {there / here:.2f} |")


def rate(settings: Settings, few: Path, many: Path) -> float:
    """Images a second of the large run, by an engine that is warm."""
    with open_archive(settings) as archive, archive.one_engine():
        archive.index([few], lambda _: None, lambda: False)
        report: Report = archive.index([many], lambda _: None, lambda: False)
    return report.progress.images_per_second


if __name__ == "__main__":
    main()
