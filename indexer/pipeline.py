"""An indexing run: a pass over all files, and one over the slices chosen of long series."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from time import perf_counter
from typing import Final, Self

from core.types import CatalogueCode, Found, SkipCode, Slice
from imaging.work import Before
from indexer.again import Wanted
from indexer.engine import Come, Engine
from indexer.intake import Intake
from indexer.known import Again, Anew, FirstPass
from indexer.ledger import Fate, Ledger, State
from indexer.plan import Survey, check_paths, find, survey_again
from indexer.report import Progress, Report
from indexer.sampling import EMBEDDED, choose
from indexer.stages import Meter, Stage, Stages
from indexer.under_way import Pace
from indexer.vanishing import Missing, Moves, Vanished
from indexer.walking import Walk
from storage.accounts import KnownFile
from storage.batch import Batch
from storage.catalog import FileState
from storage.visits import Visits
from storage.visits_catalog import Recall
from storage.writer import CollectionWriter

log = logging.getLogger(__name__)

CHOSEN: Final = 2  # the turn of a slice in the second pass
SETTLED_AT_ONCE: Final = 2000  # slices in one transaction
GONE_AT_ONCE: Final = 1000  # files


@dataclass(frozen=True, slots=True)
class Job:
    """What a run works with."""

    writer: CollectionWriter
    start: Callable[[], AbstractContextManager[Engine]]  # called when there is a file to read
    batch_size: int  # pictures in one durable batch
    slices_per_series: int  # 0 embeds all
    progress: Callable[[Progress], None]
    stopped: Callable[[], bool]
    missing: Missing = Missing.REMOVE
    links_out: bool = True  # whether links that lead out of the paths are followed


def index(paths: Sequence[Path], job: Job, gone: Sequence[Path] = ()) -> Report:
    """Bring files and folders into the collection; a second run does only what is left.

    Reading begins while the walk goes on. Files that were known under the paths and are there no
    more are removed, as `job.missing` says, once all that is there was read. When `stopped` turns
    true the run ends after the file at hand, and commits what it has. `gone` are further paths,
    which are said to be there no more. Raises InvalidRequest for one of `paths` that is not there.
    """
    check_paths(paths)
    named = [path.resolve() for path in paths]
    with _Run.of(job) as run:
        survey = Survey(named, run.visits, run.recall, run.ledger)
        with Walk(named, survey, run.visits, links_out=job.links_out) as walk:
            run.walk = walk
            is_done = run.first_pass(walk.to_read(run.goes_on), FirstPass(run.visits, run.recall))
        if is_done:
            run.remove(Vanished([*named, *gone], run.visits, run.recall))
        return run.finish(is_done)


def index_again(wanted: Wanted, job: Job) -> Report:
    """Read those known files again that are wanted, whether they have changed or not."""
    with _Run.of(job) as run:
        survey_again(run.visits, run.recall, run.ledger, wanted)
        queued = chain.from_iterable(iter(run.visits.take, []))
        return run.finish(run.first_pass(queued, Again(run.visits, run.recall, wanted)))


def index_found(found: Iterable[Found], job: Job) -> Report:
    """Read files that were found elsewhere; those whose bytes are known stay as they are."""
    with _Run.of(job) as run:
        to_read = (each for each in found if run.ledger.add(each.location, State.TO_COME))
        return run.finish(run.first_pass(to_read, FirstPass(run.visits, run.recall)))


class _Run:
    """One run, with the engine that it starts when there is something to read."""

    def __init__(self, job: Job, visits: Visits, opened: ExitStack) -> None:
        """Use `of`."""
        self.visits = visits
        self.recall = Recall(visits)
        self.ledger = Ledger(visits)
        self.walk: Walk | None = None
        self._job = job
        self._opened = opened
        self._engine: Engine | None = None
        self._started = perf_counter()
        self._gone = 0
        self._emptied: Mapping[Path, int] = {}
        self._ended = False
        self._stages = Stages()
        self._meter = Meter(self._stages)
        self._intake = Intake(
            self.ledger,
            self.recall,
            job.writer,
            self._running,
            Pace(job.batch_size),
            self._show,
            self._stages,
            Moves(self.ledger, self.recall, job.missing).old_places,
        )

    @classmethod
    @contextmanager
    def of(cls, job: Job) -> Iterator[Self]:
        """A run, with all that it opens closed at the end."""
        log.info("indexing")
        with ExitStack() as opened:
            yield cls(job, opened.enter_context(job.writer.visits()), opened)

    def goes_on(self) -> bool:
        """Show how far it is; false when it is to stop."""
        if self._meter.is_due():
            self._show()
        return not self._job.stopped()

    def first_pass(self, found: Iterable[Found], before: Before) -> bool:
        """Read what is new; slices of series are left to wait. False when it was stopped."""
        if not self._read(found, before, defer_slices=self._job.slices_per_series > 0):
            return False
        for refused in self.visits.refused():
            self._intake.take(refused)
        self._intake.commit()
        while lost := [find(place) for place in self._intake.lost]:
            self._intake.lost.clear()
            if not self._read(lost, Anew(), defer_slices=False):
                return False
        return True

    def remove(self, vanished: Vanished) -> None:
        """Take out of the collection what is there no more, until it is to stop."""
        if self._job.missing is Missing.REMOVE:
            self._emptied = vanished.emptied()
        gone = vanished.gone(self._job.missing)
        while places := list(islice(gone, GONE_AT_ONCE)):
            self._job.writer.commit(Batch(gone=places))
            self._gone += len(places)
            if not self.goes_on():
                return

    def finish(self, is_done: bool) -> Report:
        """The second pass, unless the first was stopped, and what the run came to."""
        if is_done and not self._job.stopped():
            self._ended = self._second_pass()
        if not self._job.stopped():
            self._job.writer.compact_if_worn()
        self._job.writer.refresh_index()
        return self.report()

    def _second_pass(self) -> bool:
        """Embed an even spread of the slices that wait, and catalogue the others.

        A slice that turns out to be broken is replaced by another one. False when it was stopped.
        """
        self._intake.forget_known()
        while first := next(chosen := self._chosen(), None):
            if not self._read(chain([first], chosen), Anew(), defer_slices=False):
                return False
        self._settle()
        return True

    def report(self) -> Report:
        """What the run came to."""
        return Report(
            self._progress(),
            skipped_by_code=self.ledger.by_code(SkipCode),
            catalogued_by_code=self.ledger.by_code(CatalogueCode),
            copies=self._intake.copies,
            emptied=self._emptied,
            ended=self._ended,
        )

    def _read(self, found: Iterable[Found], before: Before, *, defer_slices: bool) -> bool:
        waiting = iter(found)
        if first := next(waiting, None):  # without one no engine is started
            for outcome in self._outcomes(chain([first], waiting), before, defer_slices):
                self._intake.take(outcome)
                if not self.goes_on():
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

    def _chosen(self) -> Iterator[Found]:
        """The slices to embed, series by series; none that was chosen before."""
        for slices in self._job.writer.pending_slices():
            left = [each for each in slices if each.state == EMBEDDED or self._is_untried(each)]
            for each in choose(left, self._job.slices_per_series):
                self.visits.take_turn(each.location, CHOSEN)
                self.ledger.put(each.location, State.TO_COME)
                yield find(each.location)

    def _is_untried(self, each: Slice) -> bool:
        return not self.visits.has_turn(each.location, CHOSEN)

    def _settle(self) -> None:
        """Catalogue the slices that still wait, and find out about those with the same bytes."""
        left = (
            each.location
            for slices in self._job.writer.pending_slices()
            for each in slices
            if each.state == FileState.PENDING
        )
        while places := list(islice(left, SETTLED_AT_ONCE)):
            self._job.writer.settle(places)
            for place in places:
                self.ledger.put(place, CatalogueCode.NOT_SAMPLED)
        for place in self.ledger.waiting():
            if file := self.recall.get(place):
                self.ledger.put(place, _fate_of_copy(file))
        self._show()

    def _show(self) -> None:
        self._job.progress(self._progress())

    def _progress(self) -> Progress:
        ledger = self.ledger
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
            gone=self._gone,
            moved=self._intake.moved,
            walking=self.walk is not None and not self.walk.is_over,
            stages=self._stages.seconds(),
        )
        return replace(progress, recent=self._meter.look(progress.pictures, progress.done))


def _fate_of_copy(file: KnownFile) -> Fate:
    return State.EMBEDDED if file.state is FileState.EMBEDDED else CatalogueCode(file.code)
