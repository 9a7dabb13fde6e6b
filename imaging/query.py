"""Reads single files as a person asks for them, without letting one bring the server down."""

import threading
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any, Self

from core.errors import CannotDecode, DecodersUnavailable, RadseekError
from core.types import Identity, Location, Pixels
from imaging.rules import RULES, Rules, View
from imaging.serving import Alive, Answering, Bounds
from imaging.unshaded import Unshaded
from imaging.view_tasks import FrameTask, IdentityTask, ReleaseTask, Task, ViewTask
from imaging.worker import Worker

DEFAULT_VIEW = View()


class QueryReader:
    """One worker process that makes pictures for a page or a command.

    It starts with the first question and stays. Threads wait for each other. A file that crashes
    the worker, or takes more than `seconds`, is an error of its own; a fresh worker takes the next.
    Close it, or use it as a context manager.
    """

    def __init__(
        self, rules: Rules = RULES, seconds: float = 60, memory_bytes: int = 4 << 30
    ) -> None:
        self._rules = rules
        self._bounds = Bounds(seconds, memory_bytes)
        self._lock = threading.Lock()
        self._numbers = count()
        self._worker: Worker[Task] | None = None

    def __enter__(self) -> Self:
        """Give the reader."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """End the worker, once it has made the pictures that others wait for."""
        with self._lock:
            self._end()

    def picture(self, content: bytes, view: View = DEFAULT_VIEW) -> Pixels:
        """Give the picture of an upload: (H, W, 3). Raises as `view` does."""
        limits = self._rules.limits
        limits.check_bytes(len(content), limits.file_bytes, "The file")
        picture: Pixels = self._ask(partial(ViewTask, wanted=content, view=view))
        return picture

    def identity(self, wanted: bytes | Location) -> Identity:
        """What names the patient of an upload or a file. Raises as `view` does."""
        identity: Identity = self._ask(partial(IdentityTask, wanted=wanted))
        return identity

    def released(self, location: Location, key: bytes) -> bytes:
        """Give a DICOM file de-identified, see `imaging.deidentify`. Raises as `view` does."""
        released: bytes = self._ask(partial(ReleaseTask, wanted=location, key=key))
        return released

    def view(self, location: Location, view: View = DEFAULT_VIEW) -> Pixels:
        """Give the picture of a file: (H, W, 3).

        Raises CannotDecode, DecodersUnavailable, InvalidRequest (a crop outside of the picture).
        """
        picture: Pixels = self._ask(partial(ViewTask, wanted=location, view=view))
        return picture

    def unshaded(self, location: Location, frame: int) -> Unshaded:
        """Give one frame of a file before its window. Raises as `view` does."""
        given: Unshaded = self._ask(partial(FrameTask, wanted=location, frame=frame))
        return given

    def _ask(self, task: Callable[[int], Task]) -> Any:
        with self._lock:
            try:
                outcome = self._answered(task(next(self._numbers)))
            except BaseException:
                self._end()  # its answer would be taken for that of the next question
                raise
        if isinstance(outcome, RadseekError):
            raise outcome
        return outcome

    def _answered(self, task: Task) -> object:
        worker = self._running()
        worker.give([task])
        try:
            answer = worker.listen()
        except (EOFError, OSError):
            self._worker = None
            return _blamed(worker)
        if answer.is_last:
            self._end()
        outcome: object = answer.outcome
        return outcome

    def _running(self) -> Worker[Task]:
        if self._worker is None:
            self._worker = Worker(partial(_view_answering, self._rules), self._bounds)
        return self._worker

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.end()
        self._worker = None


def _blamed(worker: Worker[Task]) -> CannotDecode:
    """Say what a worker died of. Raises DecodersUnavailable when that was no file."""
    was_reading = worker.at_hand() is not None or worker.has_answered
    exit_code = worker.end()
    if not was_reading:
        raise DecodersUnavailable(
            f"The decoding worker ends before it reads a file (exit code {exit_code})."
            " Look at what it prints, or free memory."
        )
    return CannotDecode(*worker.blame(exit_code))


def _view_answering(rules: Rules, alive: Alive) -> Answering:
    """What answers in the worker, which alone imports the decoders: that takes half a second."""
    from imaging.view_answering import ViewAnswering  # noqa: PLC0415

    return ViewAnswering(rules, alive)
