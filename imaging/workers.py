"""A pool of processes that decode files: what a hostile file breaks is one worker, not the run."""

import math
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Final, Self

from core.errors import DecodersUnavailable
from core.types import Found, Prepare, Skipped
from imaging.rules import RULES, Rules
from imaging.serving import Alive, Answer, Answering, Bounds
from imaging.waiting import Waiting
from imaging.work import Before, FileTask, NothingBefore, Outcome
from imaging.worker import Worker

# A worker is given files for this long ahead: enough to stay busy while the caller is elsewhere,
# little enough that at the end of a run no worker sits on files that another could read.
AHEAD_SECONDS: Final = 0.5
MAX_AHEAD: Final = 64  # files
FIRST_AHEAD: Final = 4  # files, before their pace is known


class DecodePool:
    """Worker processes that read, decode and prepare files.

    A file that crashes its worker, or takes more than `seconds`, is skipped with its reason; a
    fresh worker goes on with the others. So it does for one that keeps too much of its
    `memory_bytes` after a file. `prepare` must be picklable, and is what an encoder wants done to
    pixels. Use it as a context manager; one run at a time.
    """

    def __init__(
        self,
        prepare: Prepare,
        workers: int,
        rules: Rules = RULES,
        seconds: float = 60,
        memory_bytes: int = 4 << 30,
    ) -> None:
        self._start = partial(_file_answering, prepare, rules)
        self._bounds = Bounds(seconds, memory_bytes)
        self._count = workers
        self._workers: list[_FileWorker] = []

    def __enter__(self) -> Self:
        """Start the workers."""
        self._fill_up()
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers, whatever they are at."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def run(
        self,
        found: Iterable[Found],
        before: Before | None = None,
        defer_slices: bool = False,
        open_containers: bool = True,
    ) -> Iterator[Outcome]:
        """Yield one outcome for each file, as they come: the order of `found` is not kept.

        Unchanged is what has one of the hashes that `before` has for it. With `defer_slices` a
        DICOM file that is one slice of a series is Pending, by its header alone. After a Container
        come the outcomes of its members, in the same run; those it refuses are only in there.
        Without `open_containers` it is for the caller to have the members read. A
        file that several name, such as a DICOMDIR and the caller, is read once. Files are taken
        one by one, some ahead of their outcomes. Raises DecodersUnavailable.
        """
        self._fill_up()
        waiting = Waiting(found, before or NothingBefore(), defer_slices, open_containers)
        try:
            while self._feed(waiting):
                for worker in self._wait():
                    yield from self._listen(worker, waiting)
        finally:
            self._abandon()

    def _fill_up(self) -> None:
        while len(self._workers) < self._count:
            self._workers.append(_FileWorker(self._start, self._bounds))

    def _feed(self, waiting: Waiting) -> bool:
        """Hand out tasks; false when none is left and all have their answer."""
        for worker in self._workers:
            worker.take(waiting)
        return any(worker.tasks for worker in self._workers)

    def _wait(self) -> list["_FileWorker"]:
        busy = {worker.link: worker for worker in self._workers if worker.tasks}
        return [busy[link] for link in wait(list(busy)) if isinstance(link, Connection)]

    def _listen(self, worker: "_FileWorker", waiting: Waiting) -> Iterator[Outcome]:
        try:
            answer = worker.listen()
        except (EOFError, OSError):
            yield from self._replace(worker, waiting)
            return
        if answer.is_last:
            self._drop(worker, waiting)
        waiting.open(answer.outcome)
        yield answer.outcome

    def _replace(self, worker: "_FileWorker", waiting: Waiting) -> Iterator[Skipped]:
        """Blame the task that a dead worker was at, and give the others to a fresh one."""
        guilty = worker.at_hand()
        exit_code = self._drop(worker, waiting)
        if guilty is None and not worker.has_answered:
            raise DecodersUnavailable(
                f"The decoding workers end before they read a file (exit code {exit_code})."
                " Look at what they print, free memory, or use fewer of them."
            )
        if guilty is not None:
            found = guilty.found
            code, reason = worker.blame(exit_code)
            yield Skipped(found.location, code, reason, found.size, found.modified_ns)

    def _drop(self, worker: "_FileWorker", waiting: Waiting) -> int | None:
        """End a worker, have its tasks done by another, and give its exit code."""
        exit_code = worker.end()
        self._workers.remove(worker)
        waiting.put_back(worker.tasks.values())
        self._fill_up()
        return exit_code

    def _abandon(self) -> None:
        """End the workers whose answers nobody will read."""
        for worker in [worker for worker in self._workers if worker.tasks]:
            worker.end()
            self._workers.remove(worker)


class _FileWorker(Worker[FileTask]):
    """A worker that is given as many files ahead as it will need."""

    _pace = AHEAD_SECONDS / FIRST_AHEAD  # seconds a file

    def take(self, waiting: Iterable[FileTask]) -> None:
        """Fill up with tasks, once half of the last ones are answered."""
        ahead = min(max(math.ceil(AHEAD_SECONDS / self._pace), 1), MAX_AHEAD)
        if len(self.tasks) > ahead // 2:
            return
        tasks = list(islice(waiting, ahead - len(self.tasks)))
        if tasks:
            self.give(tasks)

    def listen(self) -> Answer:
        """Wait for an answer, and learn how long a file takes."""
        answer = super().listen()
        self._pace = 0.8 * self._pace + 0.2 * answer.seconds
        return answer


def _file_answering(prepare: Prepare, rules: Rules, alive: Alive) -> Answering:
    """What answers in a worker, which alone imports the decoders: that takes half a second."""
    from imaging.file_answering import FileAnswering  # noqa: PLC0415

    return FileAnswering(prepare, rules, alive)
