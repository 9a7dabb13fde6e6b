"""What a worker process does: it answers tasks inside limits that the system enforces."""

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import c_longlong
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter
from typing import Any, Final, Protocol

from imaging.ring import Packed, Ring, pack

NO_TASK: Final = -1
MEMORY: Final = Path("/proc/self/statm")  # in pages, the second number is what is in use; Linux
# What libraries keep for themselves must not add up until honest files are refused.
MOST_KEPT: Final = 0.5  # of the memory that a worker may have


class Task(Protocol):
    """What a worker can be asked."""

    @property
    def number(self) -> int:
        """From 0, none twice."""


Answering = Callable[[Any], object]  # answers the tasks of its kind, and never raises
Alive = Callable[[], None]  # says that a long task gets on: its time begins again


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a task."""

    number: int
    outcome: Any
    seconds: float  # that it took
    is_last: bool = False  # the worker keeps too much memory, and should be replaced


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a worker may use for one task."""

    seconds: float
    memory_bytes: int  # of address space, with the libraries


def serve(
    link: Connection,
    current: c_longlong,
    ring: Ring,
    bounds: Bounds,
    start: Callable[[Alive], Answering],
) -> None:
    """Answer lists of tasks until the other end hangs up: the main function of a worker.

    `current` is shared with the pool and holds the number of the task at hand, so that the pool
    knows on which file a decoder took this process down. Answers leave by a thread of their own,
    so that the next file is decoded while nobody reads them.
    """
    _become_worker(bounds.memory_bytes)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    packed: SimpleQueue[Packed] = SimpleQueue()
    threading.Thread(target=_send_all, args=(packed, link), daemon=True).start()
    answering = start(lambda: _set_time(bounds.seconds))
    for task in _receive_all(link):
        # What fails in here ends this process, with the task still at hand.
        with _at_hand(current, task), _time_limit(bounds.seconds):
            packed.put(pack(_answer(task, answering, bounds), ring))


def _answer(task: Task, answering: Answering, bounds: Bounds) -> Answer:
    started = perf_counter()
    outcome = answering(task)
    is_last = _memory_in_use() > MOST_KEPT * bounds.memory_bytes
    return Answer(task.number, outcome, perf_counter() - started, is_last)


def _memory_in_use() -> int:
    """Bytes in physical memory, the outcome at hand among them; 0 where the system does not say."""
    with suppress(OSError):
        return int(MEMORY.read_text().split()[1]) * resource.getpagesize()
    return 0


def _become_worker(memory_bytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the pool decides when to stop
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, inside a decoder too
    with suppress(ValueError, OSError):  # macOS has no limit of address space
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold patients' pixels
    # Native decoders print what they dislike, and may quote the file.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


def _end_with_parent() -> None:
    """Leave no decoder running for nobody when the process that asks was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _send_all(packed: "SimpleQueue[Packed]", link: Connection) -> None:
    try:
        while True:
            link.send(packed.get())
    finally:
        os._exit(1)  # the pool is gone, or would wait for ever


def _receive_all(link: Connection) -> Iterator[Task]:
    try:
        while True:
            yield from link.recv()
    except (EOFError, OSError):
        return


@contextmanager
def _at_hand(current: c_longlong, task: Task) -> Iterator[None]:
    current.value = task.number
    yield
    current.value = NO_TASK


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Let the system end this process when the time is up: no decoder can hold that off."""
    _set_time(seconds)
    yield
    _set_time(0)


def _set_time(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, seconds)
