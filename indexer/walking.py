"""The walk through the folders, in a thread of its own: reading begins while it goes on."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import Final, Self

from core.types import Found
from imaging.sources import walk
from indexer.plan import Survey
from storage.visits import Visits

AT_ONCE: Final = 500  # files compared in one step
FIRST: Final = 16  # files of the first step, which the reading waits for
LOOK_SECONDS: Final = 0.2


class Walk:
    """Sees every file under the paths. A context manager; its end ends the walk."""

    def __init__(
        self, paths: Sequence[Path], survey: Survey, visits: Visits, *, links_out: bool = True
    ) -> None:
        self._paths = paths
        self._links_out = links_out
        self._survey = survey
        self._visits = visits
        self._more = Event()  # there may be more to read, or the walk is over
        self._given_up = Event()
        self._error: BaseException | None = None
        self.is_over = False  # it has come to its end, and neither failed nor was given up
        self._thread = Thread(target=self._run, name="walk", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Give up what is left of the walk."""
        self._given_up.set()
        self._thread.join()

    def to_read(self, waiting: Callable[[], bool]) -> Iterator[Found]:
        """What has to be read, as the walk finds it. Raises what the walk raises.

        `waiting` is called while there is nothing; when it gives false, no more is waited for.
        """
        while True:
            was_over = not self._thread.is_alive()  # asked first: nothing comes after
            found = self._visits.take()
            if not found and not was_over:
                self._more.wait(LOOK_SECONDS)
                self._more.clear()
                found = self._visits.take()
            yield from found
            if not found and (was_over or not waiting()):
                break
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._walk()
        except BaseException as error:  # it is raised where the files are asked for
            self._error = error
        finally:
            self._more.set()

    def _walk(self) -> None:
        seen = walk(self._paths, links_out=self._links_out)
        at_once = FIRST
        while not self._given_up.is_set() and (some := list(islice(seen, at_once))):
            self._survey.see(some)
            self._more.set()
            at_once = AT_ONCE
        self.is_over = not self._given_up.is_set()
