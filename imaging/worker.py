"""One process that answers tasks, seen from the process that asks it."""

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from ctypes import c_longlong
from typing import Final, Generic, TypeVar

from core.types import SkipCode
from imaging.ring import Ring, unpack
from imaging.serving import NO_TASK, Alive, Answer, Answering, Bounds, Task, serve

RING_BYTES: Final = 16 << 20  # some twenty pictures of 480 x 480; more go by the pipe

T = TypeVar("T", bound=Task)


class Worker(Generic[T]):
    """One process, and the tasks it has not answered. `start` makes in it what answers them."""

    def __init__(self, start: Callable[[Alive], Answering], bounds: Bounds) -> None:
        # A fresh interpreter: a fork would copy the locks that the caller's threads hold.
        context = multiprocessing.get_context("spawn")
        self.link, other_end = context.Pipe()
        self.tasks: dict[int, T] = {}
        self.has_answered = False
        self._bounds = bounds
        self._ring = Ring(RING_BYTES)
        self._current: c_longlong = context.RawValue(c_longlong, NO_TASK)
        self._process = context.Process(
            target=serve, args=(other_end, self._current, self._ring, bounds, start), daemon=True
        )
        self._process.start()
        other_end.close()  # so that a dead worker reads as the end of the line

    def give(self, tasks: Sequence[T]) -> None:
        """Ask for the answers to tasks."""
        self.tasks.update((task.number, task) for task in tasks)
        with suppress(OSError):  # a dead worker shows when it is listened to
            self.link.send(tasks)

    def listen(self) -> Answer:
        """Wait for an answer, and tick its task off. Raises EOFError or OSError when it died."""
        answer: Answer = unpack(self.link.recv(), self._ring)
        del self.tasks[answer.number]
        self.has_answered = True
        return answer

    def at_hand(self) -> T | None:
        """Take the task that it is at, or died of, from the others."""
        return self.tasks.pop(self._current.value, None)

    def end(self) -> int | None:
        """End the process now, and give its exit code; the number of a signal is negative."""
        self._process.kill()
        self._process.join()
        exit_code = self._process.exitcode
        self._process.close()
        self.link.close()
        self._ring.close()
        return exit_code

    def blame(self, exit_code: int | None) -> tuple[SkipCode, str]:
        """Say what the file did of which the process died."""
        if exit_code == -signal.SIGALRM:
            return (
                SkipCode.TIMED_OUT,
                f"It took longer than the limit of {self._bounds.seconds:g} seconds."
                " Allow more if it is large.",
            )
        return (
            SkipCode.DECODER_CRASHED,
            f"A decoder crashed on it (exit code {exit_code}). Copy it again from its source.",
        )
