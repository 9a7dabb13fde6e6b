"""A pool of processes that decode files: what a hostile file breaks is one worker, not the run."""

import math
import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from ctypes import c_longlong
from itertools import count, islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

from core.errors import DecodersUnavailable
from core.types import Prepare, SkipCode, Skipped
from imaging.frames import UP_TO_FIVE, FramePolicy
from imaging.work import NO_TASK, Answer, Orders, Outcome, Task, Unchanged, work

__all__ = ["DecodePool", "Unchanged"]

# A worker is given files for this long ahead: enough to stay busy while the caller is elsewhere,
# little enough that at the end of a run no worker sits on files that another could read.
AHEAD_SECONDS: Final = 0.5
MAX_AHEAD: Final = 64  # files
FIRST_AHEAD: Final = 4  # files, before their pace is known

NOTHING_KNOWN: Final[Mapping[Path, str]] = MappingProxyType({})


class DecodePool:
    """Worker processes that read, decode and prepare files.

    A file that crashes its worker, or takes more than `seconds`, is skipped with its reason; a
    fresh worker goes on with the others. `prepare` must be picklable, and is what an encoder
    wants done to pixels. Use it as a context manager; one run at a time.
    """

    def __init__(
        self,
        prepare: Prepare,
        workers: int,
        seconds: float = 60,
        memory_bytes: int = 4 << 30,
        frames: FramePolicy = UP_TO_FIVE,
    ) -> None:
        self._orders = Orders(prepare, frames, seconds, memory_bytes)
        self._count = workers
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        """Start the workers."""
        self._fill_up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the workers, whatever they are at."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def run(
        self, paths: Iterable[Path], known: Mapping[Path, str] = NOTHING_KNOWN
    ) -> Iterator[Outcome]:
        """Yield one outcome for each path, as they come: the order of `paths` is not kept.

        An outcome is (Source, pictures), Skipped, or Unchanged when the file's sha256 is the one
        `known` has for its path. Paths are taken one by one, some ahead of their outcomes.
        Raises DecodersUnavailable.
        """
        self._fill_up()
        waiting = _Waiting(paths, known)
        try:
            while self._feed(waiting):
                for worker in self._wait():
                    yield from self._listen(worker, waiting)
        finally:
            self._abandon()

    def _fill_up(self) -> None:
        while len(self._workers) < self._count:
            self._workers.append(_Worker(self._orders))

    def _feed(self, waiting: "_Waiting") -> bool:
        """Hand out tasks; false when none is left and all have their answer."""
        for worker in self._workers:
            worker.take(waiting)
        return any(worker.tasks for worker in self._workers)

    def _wait(self) -> list["_Worker"]:
        busy = {worker.link: worker for worker in self._workers if worker.tasks}
        return [busy[link] for link in wait(list(busy)) if isinstance(link, Connection)]

    def _listen(self, worker: "_Worker", waiting: "_Waiting") -> Iterator[Outcome]:
        try:
            answer: Answer = worker.link.recv()
        except (EOFError, OSError):
            yield from self._replace(worker, waiting)
        else:
            yield worker.accept(answer)

    def _replace(self, worker: "_Worker", waiting: "_Waiting") -> Iterator[Skipped]:
        """Blame the task that a dead worker was at, and give the others to a fresh one."""
        exit_code = worker.end()
        self._workers.remove(worker)
        guilty = worker.tasks.pop(worker.current.value, None)
        if guilty is None and not worker.has_answered:
            raise DecodersUnavailable(
                f"The decoding workers end before they read a file (exit code {exit_code})."
                " Look at what they print, free memory, or use fewer of them."
            )
        waiting.put_back(worker.tasks.values())
        self._fill_up()
        if guilty is not None:
            yield _blame(guilty, exit_code, self._orders.seconds)

    def _abandon(self) -> None:
        """End the workers whose answers nobody will read."""
        for worker in [worker for worker in self._workers if worker.tasks]:
            worker.end()
            self._workers.remove(worker)


class _Waiting:
    """The tasks that no worker has: first those of workers that died, then new ones."""

    def __init__(self, paths: Iterable[Path], known: Mapping[Path, str]) -> None:
        self._returned: deque[Task] = deque()
        self._paths = iter(paths)
        self._known = known
        self._numbers = count()

    def put_back(self, tasks: Iterable[Task]) -> None:
        """Take tasks that have to be tried again."""
        self._returned.extend(tasks)

    def __iter__(self) -> Iterator[Task]:
        """Yield tasks until there are none at present."""
        while self._returned:
            yield self._returned.popleft()
        for path in self._paths:
            yield Task(next(self._numbers), path, self._known.get(path))


class _Worker:
    """One process, and the tasks it has not answered."""

    def __init__(self, orders: Orders) -> None:
        # A fresh interpreter: a fork would copy the locks that the caller's threads hold.
        context = multiprocessing.get_context("spawn")
        self.link, other_end = context.Pipe()
        self.current: c_longlong = context.RawValue(c_longlong, NO_TASK)
        self.tasks: dict[int, Task] = {}
        self.has_answered = False
        self._pace = AHEAD_SECONDS / FIRST_AHEAD  # seconds a file
        self._process = context.Process(
            target=work, args=(other_end, self.current, orders), daemon=True
        )
        self._process.start()
        other_end.close()  # so that a dead worker reads as the end of the line

    def take(self, waiting: Iterable[Task]) -> None:
        """Fill up with tasks, once half of the last ones are answered."""
        ahead = min(max(math.ceil(AHEAD_SECONDS / self._pace), 1), MAX_AHEAD)
        if len(self.tasks) > ahead // 2:
            return
        tasks = list(islice(waiting, ahead - len(self.tasks)))
        self.tasks.update((task.number, task) for task in tasks)
        if tasks:
            with suppress(OSError):  # a dead worker shows when it is listened to
                self.link.send(tasks)

    def accept(self, answer: Answer) -> Outcome:
        """Tick a task off, and give what became of it."""
        del self.tasks[answer.number]
        self.has_answered = True
        self._pace = 0.8 * self._pace + 0.2 * answer.seconds
        return answer.outcome

    def end(self) -> int | None:
        """End the process now, and give its exit code; the number of a signal is negative."""
        self._process.kill()
        self._process.join()
        exit_code = self._process.exitcode
        self._process.close()
        self.link.close()
        return exit_code


def _blame(task: Task, exit_code: int | None, seconds: float) -> Skipped:
    if exit_code == -signal.SIGALRM:
        reason = f"It took longer than the limit of {seconds:g} seconds. Allow more if it is large."
        return Skipped(task.path, SkipCode.TIMED_OUT, reason)
    reason = f"A decoder crashed on it (exit code {exit_code}). Copy it again from its source."
    return Skipped(task.path, SkipCode.DECODER_CRASHED, reason)
