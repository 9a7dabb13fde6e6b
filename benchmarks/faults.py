"""Kill a writer at random instants and check that nothing committed is lost. Prints tables.

python -m benchmarks.faults --kills 200 --reindex-kills 100

A kill ends the process, not the machine: what the kernel has taken still reaches the disk. That
`fsync` is called where a power cut would need it is held by the order of the commit alone.
"""

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from benchmarks import fault_editions
from benchmarks.fault_archive import NAME, Journal, held, is_thumbnail, open_writer
from benchmarks.fault_processes import (
    SAVED,
    STEPS,
    Answers,
    Usual,
    read_until_told,
    save,
    write_until_killed,
)
from core.errors import CollectionLocked
from storage.layout import Layout, layout_of
from storage.verify import Examination, verify
from storage.verify_findings import CheckProgress, Depth

MOST_BEFORE = 3  # steps before the one that is aimed at
PATIENCE = 60.0  # seconds until a child that says nothing has failed


@dataclass
class Campaign:
    """What came of all kills."""

    kills: Counter[str] = field(default_factory=Counter)  # by the step that was at hand
    returned: int = 0  # steps that the writer said were done
    happened: int = 0  # of steps that were cut off: the whole batch was there
    vanished: int = 0  # of steps that were cut off: nothing of it was there
    locked: int = 0  # second writers that were turned away
    saved: int = 0  # backups beside the writer
    answers: Answers = field(default_factory=Answers)


def main() -> int:
    """Run a campaign in a temporary folder and print what came of it."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        began = time.monotonic()
        campaign = run(Path(folder), options.kills, options.seed, _show)
        print(file=sys.stderr)
        print_tables(campaign, time.monotonic() - began)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        editing = fault_editions.run(
            Path(folder), options.reindex_kills, options.seed, forks(), _show
        )
        print(file=sys.stderr)
        print("\n`radseek reindex`:\n")
        _print(editing.kills, fault_editions.facts_of(editing))
    return 0


def forks() -> ForkServerContext:
    """How the processes of a campaign are begun."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.fault_processes", "benchmarks.fault_editions"])
    return context


def run(home: Path, kills: int, seed: int, show: Callable[[int], None]) -> Campaign:
    """Kill, restart and check so many times. Raises AssertionError for whatever is wrong."""
    context = forks()
    chance, campaign, usual = random.Random(seed), Campaign(), Usual()  # noqa: S311
    open_writer(home).close()
    with _reading(context, home, seed, campaign):
        for number in range(kills):
            target = STEPS[number % len(STEPS)]
            campaign.kills[_killed(context, home, chance, target, usual, campaign)] += 1
            check(home, campaign)
            show(number + 1)
    campaign.returned = Journal.read(home / "journal").steps - campaign.happened - campaign.vanished
    return campaign


def check(home: Path, campaign: Campaign) -> None:
    """Look at a collection before and after its next start, which decides what was cut off."""
    journal, layout = Journal.read(home / "journal"), layout_of(home, NAME)
    _check_sound(layout)
    _outcome(journal, held(layout, journal.contents))
    open_writer(home).close()
    codes = _check_sound(layout)
    assert not codes & {"shard-longer", "shard-unknown"}, "a start has left something behind"
    happened = _outcome(journal, held(layout, journal.contents))
    if (home / SAVED).exists():
        _check_sound(Layout(home / SAVED))
    if journal.open is not None:
        journal.settle(happened)
        campaign.happened += happened
        campaign.vanished += not happened


def _outcome(journal: Journal, files: Mapping[str, str]) -> bool:
    """Whether the step that was cut off has happened; raises when something else is there."""
    matching = [happened for happened, expected in journal.outcomes() if expected == files]
    assert matching, f"there are {len(files)} files, not the {len(journal.files)} committed"
    return matching[-1]


def _check_sound(layout: Layout) -> set[str]:
    verified = verify(layout, NAME, Examination(Depth.FULL, is_thumbnail, _silent))
    assert verified.is_sound, verified.findings
    return {finding.code.value for finding in verified.findings}


def _killed(
    context: ForkServerContext,
    home: Path,
    chance: random.Random,
    target: str,
    usual: Usual,
    campaign: Campaign,
) -> str:
    """Kill a writer within a step; the step that it was at in truth."""
    here, there = context.Pipe(duplex=False)
    before, seed = chance.randint(0, MOST_BEFORE), chance.getrandbits(32)
    arguments = (home, home / "journal", seed, target, before, there)
    process = context.Process(target=write_until_killed, args=arguments)
    process.start()
    there.close()
    said = _listen(here, usual)
    if chance.random() < 0.2:
        with _standing_still(process):
            said = _last(here, said)  # between two writers of its own nobody holds the lock
            campaign.locked += said != "restart" and _is_locked(home)
    campaign.saved += _is_saved(home, home / "beside") if chance.random() < 0.2 else 0
    time.sleep(chance.uniform(0, 1.1 * usual.of(target)))
    process.kill()
    process.join()
    assert process.exitcode == -9, f"the writer ended by itself with {process.exitcode}"
    return _last(here, said)


def _listen(here: Connection, usual: Usual) -> str:
    """Until the writer is at the step that is aimed at."""
    at, since = "start", time.monotonic()
    while True:
        assert here.poll(PATIENCE), "the writer says nothing"
        said, now = here.recv(), time.monotonic()
        usual.learn(at, now - since)
        if said == "aim":
            return str(here.recv())
        at, since = said, now


def _last(here: Connection, said: str) -> str:
    """The last step that was said before the end."""
    try:
        while here.poll():
            said = str(here.recv())
    except (EOFError, OSError):
        pass
    return said


@contextmanager
def _standing_still(process: BaseProcess) -> Iterator[None]:
    pid = process.pid or 0
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


def _is_locked(home: Path) -> bool:
    try:
        open_writer(home).close()
    except CollectionLocked:
        return True
    raise AssertionError("two writers at once")


def _is_saved(home: Path, folder: Path) -> bool:
    """Make a backup while the writer goes on: it holds what was there at some instant of it."""
    before = Journal.read(home / "journal")
    save(home, folder)
    after = Journal.read(home / "journal")
    saved = held(Layout(folder), after.contents)
    since = [*after.past[len(before.past) :], *(files for _, files in after.outcomes())]
    assert saved in [before.files, *since], "a backup holds what never was there"
    shutil.rmtree(folder)
    return True


@contextmanager
def _reading(
    context: ForkServerContext, home: Path, seed: int, campaign: Campaign
) -> Iterator[None]:
    end = context.Event()
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=read_until_told, args=(home, seed, end, there))
    process.start()
    try:
        yield
    finally:
        end.set()
        campaign.answers = here.recv() if here.poll(PATIENCE) else Answers(wrong="no answer")
        process.join()
    assert not campaign.answers.wrong, campaign.answers.wrong


def print_tables(campaign: Campaign, seconds: float) -> None:
    """Print what came of it as Markdown."""
    answers = campaign.answers
    facts = {
        "kills, each followed by verify, a restart, and verify": campaign.kills.total(),
        "steps that returned before a kill: all of them there": campaign.returned,
        "steps that were cut off: wholly there": campaign.happened,
        "steps that were cut off: not there at all": campaign.vanished,
        "second writers, all turned away": campaign.locked,
        "backups beside the writer, each as it was at an instant": campaign.saved,
        "snapshots of the reader beside it": answers.snapshots,
        "rows, records and thumbnails it checked": answers.rows,
        "searches it checked": answers.searches,
        "pictures of an older snapshot that were gone meanwhile": answers.stale,
        "seconds": round(seconds),
    }
    _print(campaign.kills, facts)


def _print(kills: Mapping[str, int], facts: Mapping[str, int]) -> None:
    print("| killed while at | kills |\n|---|---|")
    for step, number in sorted(kills.items()):
        print(f"| {step} | {number} |")
    print("\n| what | number |\n|---|---|")
    for what, number in facts.items():
        print(f"| {what} | {number:,} |")


def _silent(_progress: CheckProgress) -> None:
    """Show nothing."""


def _show(kills: int) -> None:
    print(f"\r{kills} kills", end="", file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--reindex-kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None, help="where to put the collection")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
