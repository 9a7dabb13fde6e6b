"""A run tells other processes where it stands, about once a second."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from core.errors import StorageError
from indexer.report import Progress
from radseek.settings import Settings
from storage.run_notes import RunNote, RunState, Work, telling
from storage.verify_findings import CheckProgress

log = logging.getLogger(__name__)

SECONDS: Final = 1.0  # between two notes


class Teller:
    """Writes a note when it is time; a disk that takes none does not stop the run."""

    def __init__(
        self,
        work: Work,
        write: Callable[[RunNote], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        now = datetime.now(UTC)
        self._note = RunNote(work, RunState.RUNNING, os.getpid(), now, now)
        self._write = write
        self._clock = clock
        self._next = clock()
        self._has_failed = False
        self._told()

    def progress(self, show: Callable[[Progress], None]) -> Callable[[Progress], None]:
        """What shows how far an indexing run is, and tells it."""

        def tell(progress: Progress) -> None:
            show(progress)
            self._note = with_progress(self._note, progress)
            self._told_in_time()

        return tell

    def check(self, show: Callable[[CheckProgress], None]) -> Callable[[CheckProgress], None]:
        """What shows how far a check is, and tells it."""

        def tell(check: CheckProgress) -> None:
            show(check)
            self._note = replace(self._note, step=check.step, done=check.done, files=check.total)
            self._told_in_time()

        return tell

    def end(self, state: RunState) -> None:
        """Tell how it ended."""
        self._note = replace(self._note, state=state)
        self._told()

    def _told_in_time(self) -> None:
        if self._clock() >= self._next:
            self._told()

    def _told(self) -> None:
        self._next = self._clock() + SECONDS
        self._note = replace(self._note, told_at=datetime.now(UTC))
        try:
            self._write(self._note)
        except StorageError as error:
            if not self._has_failed:
                log.warning("cannot tell other processes where the run stands: %s", error)
            self._has_failed = True


@contextmanager
def told(settings: Settings, work: Work, stopped: Callable[[], bool]) -> Iterator[Teller]:
    """A run on the collection of the settings, which other processes can see inside.

    Its end is told, too: by `stopped` whether somebody stopped it. Raises StorageError.
    """
    with telling(settings.home, settings.collection, work) as write:
        teller = Teller(work, write)
        try:
            yield teller
        except BaseException:
            teller.end(RunState.FAILED)
            raise
        teller.end(RunState.STOPPED if stopped() else RunState.ENDED)


@contextmanager
def told_if_free(settings: Settings, work: Work) -> Iterator[Teller | None]:
    """The same for a run that only reads: it goes on untold beside another one of its kind.

    Yields None then, and where nothing can be written.
    """
    with ExitStack() as opened:
        try:
            teller = opened.enter_context(told(settings, work, lambda: False))
        except StorageError as error:
            log.info("other processes are not told of this run: %s", error)
            teller = None
        yield teller


def with_progress(note: RunNote, progress: Progress) -> RunNote:
    """The note with the counts of an indexing run."""
    recent = progress.recent
    return replace(
        note,
        done=progress.done,
        files=progress.files,
        walking=progress.walking,
        embedded=progress.embedded,
        catalogued=progress.catalogued,
        unchanged=progress.unchanged,
        skipped=progress.skipped,
        waiting=progress.waiting,
        pictures=progress.pictures,
        files_per_second=round(recent.files_per_second, 1),
        images_per_second=round(recent.images_per_second, 1),
        seconds_left=None if progress.walking else progress.seconds_left,
        waits_for=recent.bottleneck or "",
        device=progress.device,
        advice=progress.advice,
    )
