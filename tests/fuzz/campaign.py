"""Sends mutants through a pool and says what it should not have done."""

import shutil
import signal
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from types import FrameType
from typing import Protocol

from core.types import Catalogued, Container, DecodedFile, Found, Location, Skipped, Unchanged
from imaging.work import Outcome
from tests.fuzz import processes
from tests.fuzz.mutations import Mutant, Mutator
from tests.fuzz.reasons import foreign_words
from tests.fuzz.specimens import IMAGE_NAME
from tests.unit.imaging.factories import make_dicom

BATCH = 64
ENOUGH = 10  # findings, after which the rest would be more of the same
SIBLING = make_dicom()


class Pool(Protocol):
    """What a campaign needs of `DecodePool`, or of one that is made to fail."""

    def run(self, found: Iterable[Found]) -> Iterator[Outcome]:
        """Yield one outcome for each file."""


@dataclass(frozen=True)
class Bounds:
    """What a pool is held to."""

    seconds: float = 5.0  # for one file, as the pool was told
    slack: float = 25.0  # more than that for a fresh worker, on a machine that does other things
    memory_bytes: int = 2 << 30  # of a worker's address space, as the pool was told
    growth_bytes: int = 128 << 20  # of this process, over a whole campaign


@dataclass
class Report:
    """What a campaign saw."""

    mutants: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)  # of mutants and members, by code
    slowest: float = 0.0  # seconds between two outcomes
    notable: list[str] = field(default_factory=list)  # what crashed or hung a worker: allowed
    findings: list[str] = field(default_factory=list)  # what must not be

    def __str__(self) -> str:
        ends = ", ".join(f"{name} {number}" for name, number in self.ends.most_common())
        told = [f"{self.mutants} mutants; {ends}; slowest {self.slowest:.1f} s"]
        return "\n".join([*told, *self.notable, *self.findings])


class Hang(Exception):
    """No outcome came for longer than any file may take."""


class Campaign:
    """Mutants in batches, until the time is up.

    `keep` is a folder for those that stand out. `bystanders` are processes that were there before
    the pool, and are none of its workers.
    """

    def __init__(
        self,
        pool: Pool,
        mutator: Mutator,
        bounds: Bounds,
        keep: Path | None,
        bystanders: Collection[int],
    ) -> None:
        self._bystanders = bystanders
        self._pool = pool
        self._mutator = mutator
        self._bounds = bounds
        self._keep = keep
        self.report = Report()

    def run(self, folder: Path, seconds: float) -> Report:
        """Go on for some seconds, or until the pool hangs."""
        numbers, end, start = count(), time.monotonic() + seconds, 0
        while time.monotonic() < end and len(self.report.findings) < ENOUGH:
            batch = [self._mutator.mutant(next(numbers)) for _ in range(BATCH)]
            try:
                self.try_batch(folder, batch)
            except Hang:
                self._find("no outcome came in time", batch)
                break
            start = start or processes.memory_in_use()  # after the first batch: all is loaded
            grown = processes.memory_in_use() - start
            if grown > self._bounds.growth_bytes:
                self._find(f"this process grew by {grown >> 20} MiB", batch)
                break
        return self.report

    def try_batch(self, folder: Path, batch: list[Mutant]) -> None:
        """Write mutants, have them read, and look at the outcomes. Raises Hang."""
        room = folder / "batch"
        room.mkdir()
        written = {_write(room, mutant): mutant for mutant in batch}
        self.report.mutants += len(batch)
        self.report.kinds.update(mutant.specimen.kind for mutant in batch)
        outcomes = self._outcomes([_found(path) for path in written])
        try:
            seen = list(islice(outcomes, 1))
            self._look_at_workers(batch)  # while there are some
            seen.extend(outcomes)
        finally:
            shutil.rmtree(room)
        self._account(written, seen)

    def _outcomes(self, found: list[Found]) -> Iterator[Outcome]:
        most = self._bounds.seconds + self._bounds.slack
        run, started = iter(self._pool.run(found)), time.monotonic()
        while (outcome := _within(most, run)) is not None:
            self.report.slowest = max(self.report.slowest, time.monotonic() - started)
            yield outcome
            started = time.monotonic()

    def _look_at_workers(self, batch: list[Mutant]) -> None:
        """A worker limits itself before its first file: only a young one may lack the limit."""
        for pid in processes.children().difference(self._bystanders):
            limit = processes.address_space(pid)
            is_right = limit in ("", str(self._bounds.memory_bytes))
            if not is_right and processes.age(pid) > self._bounds.slack:
                self._find(f"a worker may use {limit} bytes of memory", batch)

    def _account(self, written: dict[Path, Mutant], outcomes: list[Outcome]) -> None:
        expected = {Location(path) for path in written}
        for outcome in outcomes:
            if isinstance(outcome, Container):
                expected.update(member.location for member in outcome.members)
        seen = Counter(location_of(outcome) for outcome in outcomes)
        for location in expected - set(seen):
            self._find("it has no outcome", [_mutant_of(location, written)])
        for location in set(seen) - expected:
            self._find("nobody asked for this outcome", [_mutant_of(location, written)])
        for location, times in seen.items():
            if times > 1:
                self._find(f"it has {times} outcomes", [_mutant_of(location, written)])
        for outcome in outcomes:
            self._read(outcome, _mutant_of(location_of(outcome), written))

    def _read(self, outcome: Outcome, mutant: Mutant | None) -> None:
        name, reasons = _told(outcome)
        self.report.ends[name] += 1
        if name in ("decoder-crashed", "timed-out"):
            self.report.notable.append(f"{name}: {mutant} ({reasons[0]})")
            self._save(mutant)
        for reason in reasons:
            if foreign_words(reason) or not reason.endswith("."):
                self._find(f"a reason may quote the file: {reason!r}", [mutant])

    def _find(self, what: str, mutants: list[Mutant | None]) -> None:
        named = str(mutants[0]) if len(mutants) == 1 else f"{mutants[0]} to {mutants[-1]}"
        self.report.findings.append(f"{what}: {named}")
        for mutant in mutants:
            self._save(mutant)

    def _save(self, mutant: Mutant | None) -> None:
        if self._keep is not None and mutant is not None:
            self._keep.mkdir(parents=True, exist_ok=True)
            (self._keep / f"{mutant.seed}-{mutant.number}").write_bytes(mutant.content)


def location_of(outcome: Outcome) -> Location:
    """Say of which file an outcome tells."""
    return outcome.location if isinstance(outcome, Skipped) else outcome.source.location


def _told(outcome: Outcome) -> tuple[str, list[str]]:
    """Give how a file ended, and the sentences that say why."""
    match outcome:
        case Skipped(code=code, reason=reason):
            return code.value, [reason]
        case Catalogued(kept=kept):
            return kept.code.value, [kept.reason]
        case Container(refused=refused):
            return "container", [skipped.reason for skipped in refused]
        case DecodedFile():
            return "embedded", []
        case Unchanged():
            return "unchanged", []
    return "pending", []


def _write(room: Path, mutant: Mutant) -> Path:
    """Write a mutant; a DICOMDIR gets a folder, with a file to name."""
    folder = room / str(mutant.number)
    folder.mkdir()
    (folder / IMAGE_NAME).write_bytes(SIBLING)
    path = folder / "mutant"
    path.write_bytes(mutant.content)
    return path


def _found(path: Path) -> Found:
    state = path.stat()
    return Found(Location(path), state.st_size, state.st_mtime_ns)


def _mutant_of(location: Location, written: dict[Path, Mutant]) -> Mutant | None:
    """The members of a mutant lie in it, or in its folder."""
    folders = {path.parent: mutant for path, mutant in written.items()}
    return next((folders[parent] for parent in location.path.parents if parent in folders), None)


def _within(seconds: float, run: Iterator[Outcome]) -> Outcome | None:
    with _alarm(seconds):
        return next(run, None)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise Hang in here when the time is up."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
