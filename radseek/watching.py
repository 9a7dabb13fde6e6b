"""Following folders: what changes in them is indexed as soon as it has come to rest."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Final

from watchfiles import watch as watch_files

from core.errors import CollectionLocked
from indexer.quiet import Restless, Settled
from indexer.report import Report
from indexer.vanishing import Missing
from radseek.archive import Archive

log = logging.getLogger(__name__)

LOOK_MILLISECONDS: Final = 500  # between two looks at what is not at rest
HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Following:
    """How folders are followed."""

    quiet_seconds: float = 5.0  # a file that keeps its size and time for so long is whole
    full_hours: float = 24.0  # between two walks through all; 0: only at the start
    poll: bool = False  # look at all files again and again, where the system tells of no changes
    missing: Missing = Missing.REMOVE


class Watch:
    """Follows folders into a collection. The encoder and the workers stay while it goes on.

    The collection is locked only while a batch is written. One that another process writes to is
    waited for.
    """

    def __init__(
        self,
        archive: Archive,
        paths: Sequence[Path],
        following: Following,
        tell: Callable[[Report], None],
        stop: Event,
    ) -> None:
        """`tell` is called after each batch; `stop` ends it after the batch at hand."""
        self._archive = archive
        self._paths = [path.resolve() for path in paths]
        self._following = following
        self._tell = tell
        self._stop = stop
        self._restless = Restless(following.quiet_seconds)

    def run(self) -> None:
        """Index all, then follow until it is to stop. Raises InvalidRequest for a missing path."""
        changes = self._changes()
        next(changes)  # from here on nothing is missed
        while not self._stop.is_set():
            with self._archive.one_engine():
                self._follow(changes)

    def _follow(self, changes: Iterator[list[Path]]) -> None:
        """Index all, then what changes; until it is to stop, or another edition is served."""
        served = self._served()
        self._all()
        served = served or self._served()  # the first run makes the collection
        walked, waiting = monotonic(), Settled()
        while not self._stop.is_set() and self._served() == served:
            if self._is_due(walked):
                self._all()
                walked = monotonic()
            self._restless.note(next(changes, []))
            settled = self._restless.take()
            waiting.there.extend(settled.there)
            waiting.gone.extend(settled.gone)
            if waiting and self._index(waiting):
                waiting = Settled()

    def _all(self) -> None:
        while not self._stop.is_set() and not self._index(Settled(there=self._paths)):
            self._stop.wait(LOOK_MILLISECONDS / 1000)

    def _index(self, settled: Settled) -> bool:
        """Index one batch; false when another process holds the collection."""
        there = [path for path in settled.there if path.exists()]
        late = [path for path in settled.there if not path.exists()]
        gone = [path for path in (*settled.gone, *late) if self._is_believed(path)]
        try:
            report = self._archive.index(
                there, lambda _: None, self._stop.is_set, self._following.missing, gone
            )
        except CollectionLocked:
            log.info("another process writes to the collection, waiting")
            return False
        self._tell(report)
        return True

    def _is_believed(self, path: Path) -> bool:
        """Whether a path may be gone: not if all of its root is, as when a drive is unmounted."""
        roots = [root for root in self._paths if path.is_relative_to(root)]
        return any(map(_holds_something, roots))

    def _is_due(self, walked: float) -> bool:
        hours = self._following.full_hours
        return hours > 0 and monotonic() - walked >= hours * HOUR

    def _served(self) -> object:
        """What files are read for: an engine for another edition would make other embeddings."""
        if not self._archive.exists():
            return None
        reader = self._archive.reader()
        return reader.card, reader.rendering, reader.slices_per_series

    def _changes(self) -> Iterator[list[Path]]:
        """The paths that change, again and again; none after half a second without a change."""
        told = watch_files(
            *self._paths,
            watch_filter=None,
            debounce=LOOK_MILLISECONDS,
            rust_timeout=LOOK_MILLISECONDS,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
            force_polling=self._following.poll,
            ignore_permission_denied=True,
        )
        return ([Path(path) for _, path in changes] for changes in told)


def _holds_something(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(entries)
    except OSError:
        return False
