"""What one command costs that searches and ends: processor seconds of whole processes.

    python -m benchmarks.one_shot [--pictures 2000] [--repeats 5] [--trees OLD_TREE ...]

Pictures are synthetic rows with the card of radseek-mini. Commands take turns, so that what else
the machine does hurts all alike; figures are medians. `--trees` are folders of other versions of
radseek, to compare with in the same run.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.collection import RENDERING, fill, unit_rows
from encoders.registry import load_encoder
from storage.kept_rows import FOLDER
from storage.writer import CollectionWriter

HERE = Path(__file__).resolve().parents[1]
TEXT = ("search", "chest X-ray")
COMMANDS = {
    "`radseek --help`": ("--help",),
    "`radseek search`, the first text of a home": TEXT,
    "`radseek search`, any later text": TEXT,
    "`radseek similar 42`": ("similar", "42"),
    "`radseek understand`": ("understand", "chest film, no PTX"),
}
FIRST = "`radseek search`, the first text of a home"


def main() -> None:
    """Fill a collection in a temporary folder, run the commands in turns, print."""
    options = _options()
    trees = [*options.trees, HERE]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _fill(home, options.pictures)
        rounds = [dict(_round(home, trees)) for _ in range(options.repeats + 1)][1:]
    print(f"| command | {' | '.join(f'CPU s, wall s: {tree.name}' for tree in trees)} |")
    print("|---|" + "---|" * len(trees))
    for name in COMMANDS:
        figures = [_medians([each[name, tree] for each in rounds]) for tree in trees]
        print(f"| {name} | {' | '.join(figures)} |", flush=True)


def _fill(home: Path, pictures: int) -> None:
    card = load_encoder("mini", None, "cpu").card
    with CollectionWriter.open(home, "default", card, RENDERING) as writer:
        fill(writer, unit_rows(pictures, card.dim), 512, b"")


def _round(home: Path, trees: list[Path]) -> Iterator[tuple[tuple[str, Path], tuple[float, float]]]:
    for name, words in COMMANDS.items():
        for tree in trees:
            if name == FIRST:
                shutil.rmtree(home / FOLDER, ignore_errors=True)
            yield (name, tree), _seconds(home, tree, words)


def _seconds(home: Path, tree: Path, words: tuple[str, ...]) -> tuple[float, float]:
    """Processor and wall seconds of a command in a process of its own."""
    command = [sys.executable, "-m", "radseek", "--home", str(home), *words]
    before, started = _children(), perf_counter()
    surroundings = os.environ | {"PYTHONPATH": str(tree)}
    subprocess.run(command, capture_output=True, check=True, cwd=tree, env=surroundings)
    return _children() - before, perf_counter() - started


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _medians(figures: list[tuple[float, float]]) -> str:
    return ", ".join(f"{median(each):.2f}" for each in zip(*figures, strict=True))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--trees", type=Path, nargs="*", default=[])
    return parser.parse_args()


if __name__ == "__main__":
    main()
