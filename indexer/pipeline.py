"""An indexing run: a pass over all files, and one over the slices chosen of long series."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Final

from core.types import CatalogueCode, Found, Location, SkipCode, Slice
from imaging.work import Before, NothingBefore
from indexer.again import Wanted
from indexer.engine import Come, Engine
from indexer.intake import Intake
from indexer.known import Known, Recalled
from indexer.ledger import Fate, Ledger, State
from indexer.plan import Plan, find, make_plan, plan_again
from indexer.report import Progress, Report
from indexer.sampling import EMBEDDED, choose
from indexer.stages import Meter, Stage, Stages
from indexer.under_way import Pace
from storage.accounts import KnownFile
from storage.catalog import FileState
from storage.writer import CollectionWriter

log = logging.getLogger(__name__)

NOTHING_KNOWN: Final[Known] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Job:
    """What a run works with."""

    writer: CollectionWriter
    start: Callable[[], AbstractContextManager[Engine]]  # called when there is a file to read
    batch_size: int  # pictures in one durable batch
    slices_per_series: int  # 0 embeds all
    progress: Callable[[Progress], None]
    stopped: Callable[[], bool]


def index(paths: Sequence[Path], job: Job) -> Report:
    """Bring files and folders into the collection; a second run does only what is left.

    When `stopped` turns true the run ends after the file at hand, and commits what it has.
    Raises InvalidRequest for a path that is not there.
    """
    started = perf_counter()
    known = job.writer.known()
    return _run(make_plan(paths, known), known, known, job, started)


def index_again(wanted: Wanted, job: Job) -> Report:
    """Read those known files again that are wanted, whether they have changed or not."""
    started = perf_counter()
    known = job.writer.known()
    others = {place: file for place, file in known.items() if not wanted(place, file)}
    return _run(plan_again(known, wanted), known, others, job, started)


def index_found(found: Iterable[Found], job: Job) -> Report:
    """Read files that were found elsewhere; those whose bytes are known stay as they are."""
    started = perf_counter()
    known = job.writer.known()
    return _run(Plan(to_read=list(found)), known, known, job, started)


def _run(plan: Plan, known: Known, as_they_were: Known, job: Job, started: float) -> Report:
    """`as_they_were` are the files that need no decoding while their bytes are the same."""
    log.info("indexing to_read=%d settled=%d", len(plan.to_read), len(plan.settled))
    with ExitStack() as opened:
        run = _Run(job, known, opened, started)
        if run.first_pass(plan, Recalled(as_they_were)):
            run.second_pass()
        if not job.stopped():
            job.writer.compact_if_worn()
        job.writer.refresh_index()
        return run.report()


class _Run:
    """One run, with the engine that it starts when there is something to read."""

    def __init__(self, job: Job, known: Known, opened: ExitStack, started: float) -> None:
        self._job = job
        self._opened = opened
        self._engine: Engine | None = None
        self._started = started
        self._ledger = Ledger()
        self._stages = Stages()
        self._meter = Meter(self._stages)
        self._intake = Intake(
            self._ledger,
            known,
            job.writer,
            self._running,
            Pace(job.batch_size),
            self._show,
            self._stages,
        )

    def first_pass(self, plan: Plan, before: Before) -> bool:
        """Read what is new; slices of series are left to wait. False when it was stopped."""
        for place, fate in plan.settled.items():
            self._ledger.put(place, fate)
        for found in plan.to_read:
            self._ledger.put(found.location, State.TO_COME)
        for unreadable in plan.unreadable:
            self._intake.take(unreadable)
        defer = self._job.slices_per_series > 0
        return self._read(plan.to_read, before, defer_slices=defer)

    def second_pass(self) -> None:
        """Embed an even spread of the slices that wait, and catalogue the others.

        A slice that turns out to be broken is replaced by another one.
        """
        self._intake.forget_known()
        tried: set[Location] = set()
        while chosen := self._choose(tried):
            tried.update(each.location for each in chosen)
            found = [find(each.location) for each in chosen]
            for each in found:
                self._ledger.put(each.location, State.TO_COME)
            if not self._read(found, NothingBefore(), defer_slices=False):
                return
        self._settle()

    def report(self) -> Report:
        """What the run came to."""
        return Report(
            self._progress(),
            skipped_by_code=self._ledger.by_code(SkipCode),
            catalogued_by_code=self._ledger.by_code(CatalogueCode),
            copies=self._intake.copies,
        )

    def _read(
        self,
        found: Sequence[Found],
        before: Before,
        *,
        defer_slices: bool,
    ) -> bool:
        if found:
            for outcome in self._outcomes(found, before, defer_slices):
                self._intake.take(outcome)
                if self._meter.is_due():
                    self._show()
                if self._job.stopped():
                    break
        self._intake.commit()
        return not self._job.stopped()

    def _outcomes(
        self, found: Iterable[Found], before: Before, defer_slices: bool
    ) -> Iterator[Come]:
        seen = self._stages.each(Stage.WALK, found)
        outcomes = self._running().read(seen, before, defer_slices)
        return self._stages.each(Stage.DECODE, outcomes)

    def _running(self) -> Engine:
        if self._engine is None:
            self._engine = self._opened.enter_context(self._job.start())
        return self._engine

    def _choose(self, tried: set[Location]) -> list[Slice]:
        slices = self._job.writer.pending_slices()
        left = [each for each in slices if each.state == EMBEDDED or each.location not in tried]
        return choose(left, self._job.slices_per_series)

    def _settle(self) -> None:
        """Catalogue the slices that still wait, and find out about those with the same bytes."""
        slices = self._job.writer.pending_slices()
        left = [each.location for each in slices if each.state == FileState.PENDING]
        self._job.writer.settle(left)
        for place in left:
            self._ledger.put(place, CatalogueCode.NOT_SAMPLED)
        copies = self._ledger.waiting()
        known = self._job.writer.known() if copies else NOTHING_KNOWN
        for place in copies:
            self._ledger.put(place, _fate_of_copy(known[place]))
        self._show()

    def _show(self) -> None:
        self._job.progress(self._progress())

    def _progress(self) -> Progress:
        ledger = self._ledger
        progress = Progress(
            files=len(ledger),
            embedded=ledger.count(State.EMBEDDED),
            catalogued=sum(ledger.by_code(CatalogueCode).values()),
            unchanged=ledger.count(State.UNCHANGED),
            skipped=sum(ledger.by_code(SkipCode).values()),
            waiting=ledger.count(State.WAITING),
            pictures=self._intake.pictures,
            seconds=perf_counter() - self._started,
            device=self._engine.device if self._engine else "",
            advice=self._engine.advice if self._engine else "",
            stages=self._stages.seconds(),
        )
        return replace(progress, recent=self._meter.look(progress.pictures, progress.done))


def _fate_of_copy(file: KnownFile) -> Fate:
    return State.EMBEDDED if file.state is FileState.EMBEDDED else CatalogueCode(file.code)
